import type { Sql } from "../../shared/postgres/database.ts";
import type { Timestamp } from "../../shared/time.ts";

const FIRST_MONTH = `SELECT min(c.relname) AS name FROM pg_inherits i
  JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = 'access_log'::regclass AND c.relname ~ '^access_log_[0-9]{4}_[0-9]{2}$'`;

/** From when on lines of the access log are kept: earlier months were dropped. Null: all of them. */
export async function firstTimeOfLines(sql: Sql): Promise<Timestamp | null> {
  const [row] = await sql.run<{ name: string | null }>(FIRST_MONTH);
  const [, year, month] = /_(\d{4})_(\d{2})$/.exec(row?.name ?? "") ?? [];
  return year && month ? `${year}-${month}-01T00:00:00.000000Z` : null;
}
