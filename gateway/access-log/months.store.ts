import type { Sql } from "../../shared/postgres/database.ts";
import { recordDrop } from "../ledger/line-months.store.ts";

/** A month of the access log that was dropped. */
export interface DroppedMonth {
  /** `2026-01`. */
  month: string;
  /** What it took on disk, with its indexes. */
  bytes: number;
}

interface MonthRow {
  name: string;
  bytes: number;
  isPartition: boolean;
  isDetaching: boolean;
}

// By name, for a drop that was cut off leaves a month that is no partition any more.
const MONTHS = `SELECT c.relname AS name, pg_total_relation_size(c.oid) AS bytes,
    i.inhrelid IS NOT NULL AS "isPartition", coalesce(i.inhdetachpending, false) AS "isDetaching"
  FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
    AND c.relname ~ '^access_log_[0-9]{4}_[0-9]{2}$' AND c.relname < 'access_log_' || $1
  ORDER BY c.relname`;

/**
 * Drops the months before this one (`2026-01`), of all tenants, as the tables' owner. Neither
 * reading nor recording waits meanwhile. Repeating it goes on where it was cut off. The log says first
 * which month is dropped: an audit takes lines that are missing otherwise for lost.
 */
export async function dropMonths(sql: Sql, before: string): Promise<DroppedMonth[]> {
  const months = await sql.run<MonthRow>(MONTHS, [before.replace("-", "_")]);
  for (const { name, isPartition, isDetaching } of months) {
    await recordDrop(sql, monthOf(name));
    const how = isDetaching ? "FINALIZE" : "CONCURRENTLY";
    if (isPartition) await sql.run(`ALTER TABLE access_log DETACH PARTITION ${name} ${how}`);
    await sql.run(`DROP TABLE ${name}`);
  }
  return months.map(({ name, bytes }) => ({
    month: monthOf(name),
    bytes,
  }));
}

function monthOf(table: string): string {
  return table.slice("access_log_".length).replace("_", "-");
}
