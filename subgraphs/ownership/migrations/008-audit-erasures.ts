import type { MigrationInterface, QueryRunner } from "typeorm";

/** Audits read erasures as they read all that is entered: of every tenant, as the sequencer. */
export class AuditErasures1761000000008 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query("GRANT SELECT ON erasure TO ownership_sequencer");
    await db.query(
      `CREATE POLICY audited ON erasure FOR SELECT TO ownership_sequencer
       USING (current_user = 'ownership_sequencer')`,
    );
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query("DROP POLICY audited ON erasure");
    await db.query("REVOKE SELECT ON erasure FROM ownership_sequencer");
  }
}
