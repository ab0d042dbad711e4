import type { QueryRunner } from "typeorm";
import { appendOnly, tenantWall } from "./tenant-wall.ts";

/** How a service's migrations say what its application may do with a table. */
export interface TableRights {
  /** Puts a table behind the tenant wall, and lets the application do `rights`. */
  behindTenantWall(db: QueryRunner, table: string, rights: string): Promise<void>;
  /** Refuses every change of what is written. */
  refuseChanges(db: QueryRunner, table: string): Promise<void>;
}

/** The rights of a service's application, by its role. What they say in SQL is history: it stays. */
export function tableRights(role: string): TableRights {
  return {
    async behindTenantWall(db, table, rights) {
      for (const statement of tenantWall(table, "own_tenant")) await db.query(statement);
      await db.query(`REVOKE ALL ON ${table} FROM PUBLIC, ${role}`);
      await db.query(`GRANT ${rights} ON ${table} TO ${role}`);
    },
    async refuseChanges(db, table) {
      await db.query(`REVOKE UPDATE, DELETE, TRUNCATE ON ${table} FROM ${role}`);
      for (const statement of appendOnly(table, "deny")) await db.query(statement);
    },
  };
}
