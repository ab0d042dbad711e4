import pg from "pg";
import { appRole } from "../../shared/postgres/migrate.ts";
import { PLANTED_TABLES, plant } from "./planted.store.ts";

export interface PlantOptions {
  /** A superuser's URL of Manufacturing's database. */
  adminUrl: string;
  tenant: string;
  devices: number;
  notice(line: string): void;
}

interface Index {
  table: string;
  name: string;
  /** The definition of the constraint that it holds, or its own. */
  definition: string;
  isConstraint: boolean;
}

/** Everything but what a foreign key rests on. */
const INDEXES = `SELECT t.relname AS table, x.relname AS name, c.oid IS NOT NULL AS "isConstraint",
    COALESCE(pg_get_constraintdef(c.oid), pg_get_indexdef(i.indexrelid)) AS definition
  FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
  LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u')
  WHERE t.relname = ANY ($1)
    AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = i.indexrelid)
  ORDER BY t.relname, x.relname`;

/**
 * Puts the planted devices into an otherwise empty database, as the tables' owner, in one
 * transaction: begun again after whatever happened. Rows first, indexes after. Foreign keys and
 * triggers rest meanwhile, which takes a superuser's word.
 */
export async function loadPlanted(options: PlantOptions): Promise<void> {
  const { adminUrl, tenant, notice } = options;
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const settings = "maintenance_work_mem = '512MB'; SET max_parallel_maintenance_workers = 1";
    await client.query(`SET session_replication_role = replica; SET ${settings}`);
    await client.query("SELECT set_config('app.tenant', $1, false)", [tenant]);
    await client.query(`SET ROLE ${appRole("manufacturing").replace("_app", "_owner")}`);
    await client.query(`BEGIN; TRUNCATE ${PLANTED_TABLES.join(", ")} CASCADE`);
    const { rows: indexes } = await client.query<Index>(INDEXES, [[...PLANTED_TABLES]]);
    for (const index of indexes) await client.query(dropping(index));
    await plant(client, options);
    for (const index of indexes) {
      await client.query(making(index));
      notice(`index ${index.name}`);
    }
    await client.query("COMMIT");
    for (const table of PLANTED_TABLES) await client.query(`VACUUM (ANALYZE) ${table}`);
  } finally {
    await client.end();
  }
}

function dropping({ table, name, isConstraint }: Index): string {
  return isConstraint ? `ALTER TABLE ${table} DROP CONSTRAINT ${name}` : `DROP INDEX ${name}`;
}

function making({ table, name, definition, isConstraint }: Index): string {
  return isConstraint ? `ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition}` : definition;
}

/** Frozen recalls of an earlier run are taken out: no login of the product's can do that. */
export async function removeRecalls(adminUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query("SET session_replication_role = replica");
    await client.query("TRUNCATE recall, recall_item, recall_withdrawal");
  } finally {
    await client.end();
  }
}
