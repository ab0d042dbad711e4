import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * The keys of owners were kept under their subjects, also of those who asked once more after they
 * were erased. Lines say what they were committed to, so that no key is needed to check them: these
 * go, and whoever asks again gets a new one.
 */
export class NameOwnersKeysByHash1764000000008 implements MigrationInterface {
  /** Row-level security holds for the owner too, and a migration has no tenant: lifted for this. */
  async up(db: QueryRunner): Promise<void> {
    await db.query("ALTER TABLE person_key NO FORCE ROW LEVEL SECURITY");
    await db.query("DELETE FROM person_key WHERE subject LIKE 'owner:%'");
    await db.query("ALTER TABLE person_key FORCE ROW LEVEL SECURITY");
  }

  async down(): Promise<void> {
    // A key that was destroyed stays so.
  }
}
