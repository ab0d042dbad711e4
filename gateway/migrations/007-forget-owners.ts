import type { MigrationInterface, QueryRunner } from "typeorm";

/** The log names an owner by what he is committed to: without his key the lines are nobody's. */
export class ForgetOwners1764000000007 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const statement of FORGETTING) await db.query(statement);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query("DROP FUNCTION forget_owner");
  }
}

/**
 * Destroys the key of an owner, and of nobody else: those of staff and services, whose lines are
 * checked by them, are not within reach. Runs as the tables' owner, behind the tenant's wall.
 */
const FORGETTING = [
  `CREATE FUNCTION forget_owner(subject text) RETURNS void
   LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
     DELETE FROM person_key k
     WHERE k.tenant = current_setting('app.tenant', true) AND k.subject = 'owner:' || $1
   $$`,
  "REVOKE ALL ON FUNCTION forget_owner(text) FROM PUBLIC",
  "GRANT EXECUTE ON FUNCTION forget_owner(text) TO gateway_app",
];
