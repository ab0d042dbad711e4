import type { Attack, Target } from "./attack.ts";
import {
  columnsOf,
  dropChecks,
  ENTERED,
  type EnteredTable,
  isAt,
  otherValue,
  type Row,
  someRows,
} from "./rows.ts";

/** What can be done to rows that are entered. */
export const ROW_ATTACKS: Readonly<Record<string, Attack>> = {
  "edits a row": async (target) => {
    const [table, row] = await aRow(target);
    const column = target.random.pick(await coveredColumns(target, table));
    await dropChecks(target.sql, table.table);
    await target.sql.run(
      `UPDATE ${table.table} SET ${column.name} = ${otherValue(column)} WHERE ${isAt(row.place)}`,
    );
    return { what: `${table.table}.${column.name} of ${row.id}`, by: "AUDIT", entry: row.id };
  },
  "deletes a row": async (target) => {
    const [table, row] = await aRow(target);
    await target.sql.run(`DELETE FROM ${table.table} WHERE ${isAt(row.place)}`);
    return { what: `${table.table}: ${row.id}`, by: "AUDIT", entry: row.id };
  },
  "deletes many rows": async (target) => {
    const table = target.random.pick(ENTERED[target.service]);
    const rows = await someRows(target.sql, table, target.random, target.random.between(2, 9));
    const [first] = rows;
    if (!first) return null;
    const places = rows.map(({ place }) => isAt(place)).join(" OR ");
    await target.sql.run(`DELETE FROM ${table.table} WHERE ${places}`);
    return { what: `${rows.length} of ${table.table}`, by: "AUDIT", entry: first.id };
  },
  "inserts a row": async (target) => {
    const [table, row] = await aRow(target);
    const columns = await columnsOf(target.sql, table.table);
    await dropChecks(target.sql, table.table);
    const values = columns.map((column) =>
      column.name === table.key ? otherValue(column) : column.name,
    );
    await target.sql.run(
      `INSERT INTO ${table.table} (${columns.map(({ name }) => name).join(", ")})
       SELECT ${values.join(", ")} FROM ${table.table} WHERE ${isAt(row.place)}`,
    );
    return { what: `${table.table}: one like ${row.id}`, by: "AUDIT" };
  },
  "lets two rows change places": async (target) => {
    const table = target.random.pick(ENTERED[target.service]);
    const [first, second] = await someRows(target.sql, table, target.random, 2);
    if (!first || !second) return null;
    const columns = (await coveredColumns(target, table)).map(({ name }) => name);
    const differing: string[] = [];
    for (const name of columns) {
      const rows = await target.sql.run(
        `SELECT DISTINCT ${name}::text FROM ${table.table}
         WHERE ${isAt(first.place)} OR ${isAt(second.place)}`,
      );
      if (rows.length === 2 && name !== table.key) differing.push(name);
    }
    const free = differing.filter((name) => !KEYS.includes(name));
    if (free.length === 0) return null;
    await dropChecks(target.sql, table.table);
    const set = free.map((name) => `${name} = o.${name}`).join(", ");
    await target.sql.run(
      `WITH o AS (SELECT *, tableoid::text || ' ' || ctid::text AS place FROM ${table.table}
         WHERE ${isAt(first.place)} OR ${isAt(second.place)})
       UPDATE ${table.table} t SET ${set} FROM o
       WHERE (${isAt(first.place, "t.")} AND o.place = '${second.place}')
         OR (${isAt(second.place, "t.")} AND o.place = '${first.place}')`,
    );
    const what = `${free.join(", ")} of ${first.id} and ${second.id}`;
    return { what: `${table.table}: ${what}`, by: "AUDIT", entry: first.id };
  },
  "erases who did it, which nobody has recorded": async (target) => {
    // Not every row says who did it, and of some he was erased.
    for (let tries = 0; tries < 20; tries += 1) {
      const [table, row] = await aRow(target);
      const [entry] = await target.sql.run<{ actor: string }>(
        "SELECT entry::json ->> 'actor' AS actor FROM ledger_leaf WHERE id = $1",
        [row.id],
      );
      const columns = await columnsOf(target.sql, table.table);
      const column = columns.find(({ name }) => PERSONS.includes(name))?.name;
      if (!column || !entry?.actor) continue;
      const changed = await target.sql.run(
        `UPDATE ${table.table} SET ${column} = 'erased:' || $1
         WHERE ${isAt(row.place)} AND ${column} <> 'erased:' || $1 RETURNING 1`,
        [entry.actor],
      );
      if (changed.length === 0) continue;
      return { what: `${table.table}.${column} of ${row.id}`, by: "AUDIT" };
    }
    return null;
  },
  "changes a person's key": async ({ sql, random }) => {
    const [key] = await sql.run<{ subject: string }>(
      "SELECT subject FROM person_key ORDER BY md5(subject || $1) LIMIT 1",
      [String(random.word())],
    );
    if (!key) return null;
    const isGone = random.chance(0.5);
    await sql.run(
      isGone
        ? "DELETE FROM person_key WHERE subject = $1"
        : "UPDATE person_key SET key = sha256(key) WHERE subject = $1",
      [key.subject],
    );
    return { what: `${isGone ? "destroys" : "replaces"} that of ${key.subject}`, by: "AUDIT" };
  },
};

/** Columns that say who did it. */
const PERSONS = ["actor", "subject", "frozen_by", "withdrawn_by"];
/** Columns by which unique constraints tell rows apart. */
const KEYS = ["device_id", "revision", "connhex_id", "recall_id", "ownership_id", "line", "tenant"];

async function aRow({ sql, random, service }: Target): Promise<[EnteredTable, Row]> {
  for (;;) {
    const table = random.pick(ENTERED[service]);
    const [row] = await someRows(sql, table, random);
    if (row) return [table, row];
  }
}

async function coveredColumns({ sql }: Target, { table, open }: EnteredTable) {
  return (await columnsOf(sql, table)).filter(({ name }) => !open.includes(name));
}
