import { finished } from "node:stream/promises";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { DomainError } from "../shared/domain-error.ts";
import { Person } from "../shared/ledger-store/commitment.ts";
import { columnsOf, type EntityColumn } from "../shared/postgres/columns.ts";

export type EntityClass = abstract new () => object;

/** A table that is loaded: its entity is the list of its columns. */
export interface BulkTable {
  table: string;
  columns: readonly EntityColumn[];
}

export function bulkTable(table: string, entity: EntityClass): BulkTable {
  return { table, columns: columnsOf(entity) };
}

/**
 * Fills tables of one tenant at the speed of COPY, all in one transaction. PostgreSQL refuses COPY
 * into a table with row-level security to everybody who is subject to it, so the rows are copied
 * into a temporary table and inserted from there: the wall between tenants stands for them too.
 */
export class BulkLoad {
  private constructor(
    private readonly client: pg.Client,
    readonly tables: readonly BulkTable[],
    private readonly tenant: string,
  ) {}

  /** `url` is the login of the tables' owner, or another one that may make temporary tables. */
  static async open(url: string, tenant: string, tables: readonly BulkTable[]): Promise<BulkLoad> {
    const client = new pg.Client({
      connectionString: url,
      options: `-c app.tenant=${tenant} -c timezone=UTC -c temp_buffers=64MB`,
    });
    await client.connect();
    return new BulkLoad(client, tables, tenant);
  }

  /** The first of the tables that has rows of the tenant, or null. */
  async occupied(): Promise<string | null> {
    for (const { table } of this.tables) {
      // Whoever has asked for something has a key, also in an empty tenant.
      if (table === "person_key") continue;
      const text = `SELECT EXISTS (SELECT 1 FROM ${table} WHERE tenant = $1) AS found`;
      const { rows } = await this.client.query<{ found: boolean }>(text, [this.tenant]);
      if (rows[0]?.found) return table;
    }
    return null;
  }

  /** Takes `count` ids for good, and answers the first one. Others do not wait for the load. */
  async takeIds(text: string, values: readonly unknown[]): Promise<number> {
    const { rows } = await this.client.query<{ first: string }>(text, [...values]);
    const first = Number(rows[0]?.first);
    if (!Number.isSafeInteger(first)) throw new Error("no block of ids to take from");
    return first;
  }

  /** The people who have keys by now. */
  async people(): Promise<Person[]> {
    const text = "SELECT subject, key FROM person_key WHERE tenant = $1";
    const { rows } = await this.client.query<{ subject: string; key: Buffer }>(text, [this.tenant]);
    return rows.map(({ subject, key }) => new Person(subject, key));
  }

  async begin(): Promise<void> {
    await this.client.query("BEGIN");
    for (const { table } of this.tables) {
      await this.client
        .query(
          `CREATE TEMPORARY TABLE ${staging(table)} (LIKE ${table} INCLUDING DEFAULTS) ON COMMIT DROP`,
        )
        .catch(explain);
    }
  }

  /** Adds rows in the text format of COPY, in the order of the table's columns. */
  async add({ table, columns }: BulkTable, text: Buffer): Promise<void> {
    if (text.length === 0) return;
    const list = columns.map(({ column }) => `"${column}"`).join(", ");
    const stream = this.client.query(copyFrom(`COPY ${staging(table)} (${list}) FROM STDIN`));
    stream.end(text);
    await finished(stream);
    await this.client.query(`INSERT INTO ${table} (${list}) SELECT ${list} FROM ${staging(table)}`);
    await this.client.query(`TRUNCATE ${staging(table)}`);
  }

  /** Makes it all visible at once. */
  async commit(): Promise<void> {
    await this.client.query("COMMIT");
  }

  /** Tells the planner what is there now, and that all of it is visible to everybody. */
  async vacuum(): Promise<void> {
    for (const { table } of this.tables) await this.client.query(`VACUUM (ANALYZE) ${table}`);
  }

  /** Undoes what was not committed, and lets the connection go. */
  async close(): Promise<void> {
    await this.client.end();
  }
}

const INSUFFICIENT_PRIVILEGE = "42501";

function explain(error: unknown): never {
  const isRefused = error instanceof pg.DatabaseError && error.code === INSUFFICIENT_PRIVILEGE;
  if (!isRefused) throw error;
  throw new DomainError(
    "FORBIDDEN",
    `a demo is loaded with the login of the tables' owner, which may make temporary tables: ${error.message}`,
  );
}

function staging(table: string): string {
  return `pg_temp.stage_${table}`;
}

/** Manufacturing gives ids out over all tenants. */
export const TAKE_DEVICE_IDS =
  "UPDATE id_block SET next = next + $1 WHERE name = 'device' RETURNING next - $1 AS first";

export const TAKE_INSTALLATION_IDS =
  "UPDATE id_block SET next = next + $1 WHERE name = 'installation' RETURNING next - $1 AS first";

/** Ownership has a block for each tenant and name. */
export const TAKE_OWNERSHIP_IDS = `INSERT INTO id_block AS b (tenant, name, next_id)
  VALUES ($2, $3, 1 + $1::bigint)
  ON CONFLICT (tenant, name) DO UPDATE SET next_id = b.next_id + $1 RETURNING next_id - $1 AS first`;
