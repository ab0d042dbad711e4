import type { QueryRunner } from "typeorm";
import { appendOnly, tenantWall } from "../../shared/postgres/tenant-wall.ts";

/** Puts a table behind the tenant wall, and lets the application do `rights`. */
export async function behindTenantWall(
  db: QueryRunner,
  table: string,
  rights: string,
): Promise<void> {
  for (const statement of tenantWall(table, "own_tenant")) await db.query(statement);
  await db.query(`REVOKE ALL ON ${table} FROM PUBLIC, gateway_app`);
  await db.query(`GRANT ${rights} ON ${table} TO gateway_app`);
}

/** Refuses every change of what is written. */
export async function refuseChanges(db: QueryRunner, table: string): Promise<void> {
  await db.query(`REVOKE UPDATE, DELETE, TRUNCATE ON ${table} FROM gateway_app`);
  for (const statement of appendOnly(table, "deny")) await db.query(statement);
}
