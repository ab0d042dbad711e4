import type { Random } from "../../demo/random.ts";
import type { Sql } from "../../shared/postgres/database.ts";
import type { ServiceName } from "../support/service-databases.ts";

/** A table whose rows are entered: how its entries are named, and a column that tells its rows apart. */
export interface EnteredTable {
  table: string;
  id: string;
  key: string;
  /** Columns that no entry says anything of. */
  open: readonly string[];
}

export const ENTERED: Readonly<Record<ServiceName, readonly EnteredTable[]>> = {
  manufacturing: [
    entered("device_revision", "'revision/' || device_id || '/' || revision", "revision"),
    // Which transaction wrote it orders what followers are told, and says nothing of the recall.
    entered("recall", "'recall/' || recall_id", "recall_id", ["transaction_id"]),
    entered("recall_item", "'recall/' || recall_id", "device_id"),
    entered("recall_withdrawal", "'recall/' || recall_id || '/withdrawal'", "recall_id"),
  ],
  ownership: [
    entered(
      "cloud_identity_revision",
      "'provisioning/' || connhex_id || '/' || revision",
      "revision",
    ),
    entered("ownership_revision", "'ownership/' || ownership_id || '/' || revision", "revision"),
    // When other services had forgotten the person too is known later, and written then.
    entered("erasure", "'erasure/' || erasure_id", "erasure_id", ["completed_at"]),
  ],
  gateway: [entered("access_log", "'access/' || line", "line")],
};

function entered(
  table: string,
  id: string,
  key: string,
  open: readonly string[] = [],
): EnteredTable {
  return { table, id, key, open };
}

/** One row, by its place. */
export interface Row {
  place: string;
  id: string;
}

/** Rows of a table by chance, at most so many. */
export function someRows(
  sql: Sql,
  { table, id }: EnteredTable,
  random: Random,
  most = 1,
): Promise<Row[]> {
  return sql.run<Row>(
    `SELECT tableoid::text || ' ' || ctid::text AS place, ${id} AS id FROM ${table}
     ORDER BY md5(tableoid::text || ctid::text || $1) LIMIT $2`,
    [String(random.word()), most],
  );
}

/** The condition that a row, of `of` where that is given, is at this place. */
export function isAt(place: string, of = ""): string {
  const [table, tuple] = place.split(" ");
  return `(${of}tableoid = ${table} AND ${of}ctid = '${tuple}'::tid)`;
}

export interface ColumnOf {
  name: string;
  type: string;
}

export function columnsOf(sql: Sql, table: string): Promise<ColumnOf[]> {
  return sql.run<ColumnOf>(
    `SELECT a.attname AS name, t.typname AS type FROM pg_attribute a
     JOIN pg_type t ON t.oid = a.atttypid
     WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped
       AND a.attgenerated = '' ORDER BY a.attnum`,
    [table],
  );
}

/** Nothing that the database knows of its rows stops whoever owns it. */
export async function dropChecks(sql: Sql, table: string): Promise<void> {
  const checks = await sql.run<{ name: string }>(
    `SELECT quote_ident(conname) AS name FROM pg_constraint
     WHERE conrelid = $1::regclass AND contype IN ('c', 'u')`,
    [table],
  );
  for (const { name } of checks) await sql.run(`ALTER TABLE ${table} DROP CONSTRAINT ${name}`);
}

/** Another value of a column, whatever it has. */
export function otherValue({ name, type }: ColumnOf): string {
  switch (type) {
    case "text":
      return `coalesce(${name}, '') || 'x'`;
    case "xid8":
      return "'1'::xid8";
    case "int2":
      return `coalesce(${name}, 0) + 1`;
    case "int4":
    case "int8":
      return `coalesce(${name}, 0) + 1000000`;
    case "float4":
      return `coalesce(${name}, 0) + 1`;
    case "timestamptz":
      return `coalesce(${name}, '2026-01-01') + interval '1 microsecond'`;
    case "jsonb":
      return `coalesce(${name}, '{}') || '{"attack": 1}'`;
    case "bytea":
      return `coalesce(${name}, '') || '\\x01'::bytea`;
    case "_text":
      return `array_append(coalesce(${name}, '{}'), 'x')`;
    case "bool":
      return `NOT coalesce(${name}, false)`;
    default:
      throw new Error(`no attack on a column of type ${type}`);
  }
}
