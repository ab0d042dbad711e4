import { type Entry, entryText } from "../../shared/ledger-store/entry.ts";
import { markEntry, markId, readMark } from "../../shared/ledger-store/mark-entry.ts";
import type { Sql } from "../../shared/postgres/database.ts";
import { now, type Timestamp } from "../../shared/time.ts";

const MONTHS = `SELECT translate(right(c.relname, 7), '_', '-') AS month FROM pg_inherits i
  JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = 'access_log'::regclass AND c.relname ~ '^access_log_[0-9]{4}_[0-9]{2}$'
  ORDER BY c.relname`;

// Every month that can have been dropped, by its id: the index over ids is no help for beginnings.
const DROPPED = `WITH month (id) AS (
    SELECT '${markId("MONTH", "")}' || to_char(at, 'YYYY-MM')
    FROM generate_series(timestamp '2020-01-01', now() AT TIME ZONE 'UTC', interval '1 month') AS at)
  SELECT id, entry FROM ledger_leaf JOIN month USING (id)
  UNION ALL SELECT id, entry FROM ledger_pending JOIN month USING (id)`;

const RECORD = `INSERT INTO ledger_pending (tenant, id, entry) SELECT $1, $2, $3
  WHERE NOT EXISTS (SELECT FROM ledger_pending WHERE id = $2)
    AND NOT EXISTS (SELECT FROM ledger_leaf WHERE id = $2)`;

/** The months of the access log that are kept: `2026-01`. */
async function keptMonths(sql: Sql): Promise<string[]> {
  return (await sql.run<{ month: string }>(MONTHS)).map(({ month }) => month);
}

/** From when on lines of the access log are kept: earlier months were dropped. Null: all of them. */
export async function firstTimeOfLines(sql: Sql): Promise<Timestamp | null> {
  const [month] = await keptMonths(sql);
  return month === undefined ? null : `${month}-01T00:00:00.000000Z`;
}

/**
 * The months of the access log that are gone, with when the log says that they were dropped. A month
 * that is gone and of which the log says nothing is not among them.
 */
export async function droppedMonths(sql: Sql): Promise<ReadonlyMap<string, Timestamp>> {
  const kept = new Set(await keptMonths(sql));
  const rows = await sql.run<Pick<Entry, "id"> & { entry: string }>(DROPPED);
  const marks = rows.flatMap((row) => readMark(row) ?? []);
  // A drop that was cut off has not taken it away yet.
  return new Map(marks.filter(({ name }) => !kept.has(name)).map(({ name, at }) => [name, at]));
}

/** Enters into the log that a month is dropped, unless it says so already. `sql` is of the tables' owner. */
export async function recordDrop(sql: Sql, month: string): Promise<void> {
  const entry = markEntry({ type: "MONTH", name: month, at: now() });
  await sql.run(RECORD, [entry.tenant, entry.id, entryText(entry)]);
}
