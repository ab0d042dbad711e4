import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * A policy is also for the members of its role, and the application is one: it saw the links of
 * every tenant that wait.
 */
export class CloseTheHandOverToTheApplication1761000000004 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(
      "ALTER POLICY every_tenant ON hand_over USING (current_user = 'ownership_worker')",
    );
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query("ALTER POLICY every_tenant ON hand_over USING (true)");
  }
}
