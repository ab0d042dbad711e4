import type { MigrationInterface, QueryRunner } from "typeorm";
import { changeHead, numberedChanges } from "../../../shared/events/feed-tables.ts";

/** Changes are kept for 30 days as what other systems are told: numbered by whoever reads them. */
export class KeepChanges1700000000008 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    const statements = [
      "CREATE SEQUENCE device_change_place",
      `ALTER TABLE device_change
         ADD COLUMN place bigint NOT NULL DEFAULT nextval('device_change_place'),
         ADD COLUMN ends_at bigint`,
      ...numberedChanges("device_change", "manufacturing_app"),
      ...changeHead("own_tenant_only", "manufacturing_app"),
    ];
    for (const statement of statements) await db.query(statement);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query("DROP TABLE change_head");
    await db.query("REVOKE UPDATE (ends_at) ON device_change FROM manufacturing_app");
    await db.query("ALTER TABLE device_change DROP COLUMN ends_at, DROP COLUMN place");
    await db.query("DROP SEQUENCE device_change_place");
  }
}
