import type { MigrationInterface, QueryRunner } from "typeorm";

/** The history of an identity tells states from new claim codes; a contact can be changed. */
export class ReplaceClaimCodesAndContacts1761000000003 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE cloud_identity_revision
      ADD COLUMN kind text NOT NULL DEFAULT 'STATE_CHANGED'
      CONSTRAINT known_kind CHECK (kind IN ('STATE_CHANGED', 'CLAIM_CODE_REPLACED'))`);
    // In place: a former address that stood in a history could not be forgotten.
    await db.query("GRANT UPDATE (ciphertext, changed_at) ON owner_contact TO ownership_app");
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query("REVOKE UPDATE (ciphertext, changed_at) ON owner_contact FROM ownership_app");
    await db.query("ALTER TABLE cloud_identity_revision DROP COLUMN kind");
  }
}
