import { Findings } from "../../shared/ledger-audit/findings.ts";
import { walkRows } from "../../shared/ledger-audit/walk-rows.ts";
import type { Sql } from "../../shared/postgres/database.ts";
import { auditSources } from "../../start/audit.ts";
import type { ServiceName } from "../support/service-databases.ts";
import type { Attack, Target } from "./attack.ts";
import { restore } from "./backups.ts";
import { DEPTHS, type Depth, ForgedLog } from "./forged-log.ts";
import { ROW_ATTACKS } from "./row-attacks.ts";
import { columnsOf, dropChecks, ENTERED, isAt, otherValue, someRows } from "./rows.ts";

/** Columns whose change makes another row of a row, or one that nobody could have entered. */
const KEYS = [
  ...["device_id", "revision", "connhex_id", "recall_id", "ownership_id", "erasure_id"],
  ...["line", "tenant"],
];
const PERSONS = ["actor", "subject", "frozen_by", "withdrawn_by", "erased_by"];

/** What can be done to rows and log at once, so that they agree with each other. */
export const HISTORY_ATTACKS: Readonly<Record<string, Attack>> = {
  "rewrites a row and its entry": (target) =>
    rewritten(target, target.random.pick(DEPTHS.filter((depth) => depth !== "SIGNATURES"))),
  "rewrites a row and its entry as the operator": (target) => rewritten(target, "SIGNATURES"),
  "takes a row away with its entry": (target) =>
    removed(target, target.random.pick(["TILES", "ROOTS"])),
  "takes a row away with its entry as the operator": (target) => removed(target, "SIGNATURES"),
  "puts an old backup in the place of all": async ({ sql }) => {
    await restore(sql);
    return { what: "", by: "WITNESS" };
  },
  "goes on from an old backup with another history": async (target) => {
    const { sql, random, origin, signer } = target;
    await restore(sql);
    const times = random.between(1, 4);
    for (let time = 0; time < times; time += 1) await rewritten(target, "SIGNATURES");
    const log = await ForgedLog.read(sql);
    await log.write(sql, "SIGNATURES", { origin, signer });
    return { what: `${times} rows are others`, by: "WITNESS" };
  },
};

async function rewritten(target: Target, depth: Depth) {
  const { sql, random, service, origin, signer } = target;
  const table = random.pick(ENTERED[service].filter((one) => one.table !== "recall_item"));
  const [row] = await someRows(sql, table, random);
  if (!row) return null;
  const free = (await columnsOf(sql, table.table)).filter(
    ({ name }) => ![...KEYS, ...PERSONS, ...table.open].includes(name),
  );
  const column = random.pick(free);
  await dropChecks(sql, table.table);
  await sql.run(
    `UPDATE ${table.table} SET ${column.name} = ${otherValue(column)} WHERE ${isAt(row.place)}`,
  );
  const log = await ForgedLog.read(sql);
  const expected = await entriesOf(sql, service);
  for (const [at, entry] of log.entries.entries()) {
    const text = expected.get(entry.id);
    if (text !== undefined) log.entries[at] = { ...entry, entry: text };
  }
  await log.write(sql, depth, { origin, signer });
  const by = depth === "SIGNATURES" ? ("WITNESS" as const) : ("AUDIT" as const);
  return { what: `${column.name} of ${row.id}, and ${depth.toLowerCase()}`, by };
}

async function removed(target: Target, depth: Depth) {
  const { sql, origin, signer } = target;
  const done = await ROW_ATTACKS["deletes a row"]?.(target);
  if (!done?.entry) return null;
  const log = await ForgedLog.read(sql);
  const at = log.indexOf(done.entry);
  const expected = await entriesOf(sql, target.service);
  const text = expected.get(done.entry);
  const entry = log.entries[at];
  // A recall that lost a device is still there.
  if (entry && text !== undefined) log.entries[at] = { ...entry, entry: text };
  else log.entries.splice(at, 1);
  await log.write(sql, depth, { origin, signer });
  const by = depth === "SIGNATURES" ? ("WITNESS" as const) : ("AUDIT" as const);
  return { what: `${done.entry}, and ${depth.toLowerCase()}`, by };
}

/** The entries that the rows, as they are now, must have. */
async function entriesOf(sql: Sql, service: ServiceName): Promise<Map<string, string>> {
  const entries = new Map<string, string>();
  const how = { unenteredBefore: null, findings: new Findings(service, 0, () => undefined) };
  for (const source of await auditSources(service, sql)) {
    await walkRows(sql, source, how, ({ id, text }) => void entries.set(id, text));
  }
  return entries;
}
