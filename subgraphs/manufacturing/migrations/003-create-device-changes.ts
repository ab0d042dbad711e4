import type { MigrationInterface, QueryRunner } from "typeorm";
import { tenantWall } from "../../../shared/postgres/tenant-wall.ts";

const CREATE = [
  // A row a statement that writes revisions: which they are, and which transaction it was. It says
  // nothing that the revisions do not, and is removed after some minutes.
  `CREATE TABLE device_change (
    tenant         text NOT NULL,
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    recorded_at    timestamptz NOT NULL DEFAULT statement_timestamp(),
    device_ids     bigint[] NOT NULL,
    revisions      integer[] NOT NULL,
    CONSTRAINT a_revision_each CHECK (cardinality(device_ids) = cardinality(revisions))
  )`,
  "CREATE INDEX device_changes_in_order ON device_change (tenant, transaction_id)",
];

/** What live updates are read from. */
export class CreateDeviceChanges1700000000003 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    const statements = [
      ...CREATE,
      ...tenantWall("device_change", "own_tenant_only"),
      // The one table whose rows the application removes: they are no record.
      "GRANT SELECT, INSERT, DELETE ON device_change TO manufacturing_app",
    ];
    for (const statement of statements) await db.query(statement);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query("DROP TABLE device_change");
  }
}
