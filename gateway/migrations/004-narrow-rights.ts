import type { MigrationInterface, QueryRunner } from "typeorm";

/** Lets the application change what it has to change, and nothing that was said once and for all. */
export class NarrowRights1764000000004 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const [table, columns] of Object.entries(CHANGEABLE)) {
      await db.query(`REVOKE UPDATE ON ${table} FROM gateway_app`);
      await db.query(`GRANT UPDATE (${columns}) ON ${table} TO gateway_app`);
    }
    // When a line was written, and after which, is the database's to say.
    await db.query("REVOKE INSERT ON access_log FROM gateway_app");
    await db.query(`GRANT INSERT (tenant, request_id, subject, client, roles, document, text_hash,
      operation, operation_type, devices, device_count, device_hash, outcomes, status, ms)
      ON access_log TO gateway_app`);
    await db.query(`CREATE FUNCTION deny_revival() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'a key that ends cannot be given more time' USING ERRCODE = '42501';
      END $$`);
    await db.query(`CREATE TRIGGER deny_revival BEFORE UPDATE ON client_key FOR EACH ROW
      WHEN (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at
        OR OLD.expires_at IS NOT NULL
          AND (NEW.expires_at IS NULL OR NEW.expires_at > OLD.expires_at))
      EXECUTE FUNCTION deny_revival()`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query("DROP TRIGGER deny_revival ON client_key");
    await db.query("DROP FUNCTION deny_revival()");
    await db.query("GRANT INSERT ON access_log TO gateway_app");
    for (const table of Object.keys(CHANGEABLE)) {
      await db.query(`GRANT UPDATE ON ${table} TO gateway_app`);
    }
  }
}

/** What of each table changes after its row was written. */
const CHANGEABLE = {
  client: "roles, requests_per_minute, is_active, revision, documents",
  client_list: "clients",
  client_key: "expires_at, revoked_at, last_used_at",
  client_version: "retired_at",
  document: "variable_limits, nodes, field_values, fetches, published_at, published_by, retired_at",
};
