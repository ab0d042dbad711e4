import type { MigrationInterface, QueryRunner } from "typeorm";
import { tableRights } from "../../../shared/postgres/table-rights.ts";

const { behindTenantWall, refuseChanges } = tableRights("ownership_app");

/** Cloud identities, their states, and the links that Manufacturing has yet to confirm. */
export class CreateIdentities1761000000001 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE FUNCTION deny_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '42501'; END $$`);
    for (const table of TABLES) await db.query(table);
    for (const name of ["cloud_identity", "hand_over", "idempotency", "id_block"]) {
      await behindTenantWall(db, name, "SELECT, INSERT, UPDATE, DELETE");
    }
    await behindTenantWall(db, "cloud_identity_revision", "SELECT, INSERT");
    await refuseChanges(db, "cloud_identity_revision");
    // The dispatcher must know which tenants have links to confirm, and nothing more.
    await db.query("GRANT USAGE ON SCHEMA public TO ownership_worker");
    await db.query("GRANT SELECT ON hand_over TO ownership_worker");
    await db.query(
      "CREATE POLICY every_tenant ON hand_over FOR SELECT TO ownership_worker USING (true)",
    );
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(
      "DROP TABLE cloud_identity, cloud_identity_revision, hand_over, idempotency, id_block",
    );
    await db.query("DROP FUNCTION deny_change()");
  }
}

const STATES = "('PENDING', 'ACTIVE', 'SUSPENDED', 'REVOKED', 'REFUSED')";

const TABLES = [
  `CREATE TABLE cloud_identity (
    tenant          text NOT NULL,
    connhex_id      text NOT NULL,
    serial_number   text NOT NULL,
    state           text NOT NULL CONSTRAINT known_state CHECK (state IN ${STATES}),
    revision        integer NOT NULL CONSTRAINT revision_from_one CHECK (revision >= 1),
    changed_at      timestamptz NOT NULL,
    provisioned_at  timestamptz,
    name            text,
    model           text,
    is_protected    boolean NOT NULL,
    init_key_hash   bytea NOT NULL,
    claim_code_hash bytea,
    failed_claims   integer NOT NULL DEFAULT 0,
    locked_until    timestamptz,
    refusal_code    text,
    refusal_message text,
    PRIMARY KEY (tenant, connhex_id),
    CONSTRAINT protected_has_claim_code CHECK (is_protected = (claim_code_hash IS NOT NULL)),
    CONSTRAINT hashes_not_secrets CHECK (
      octet_length(init_key_hash) = 32 AND octet_length(claim_code_hash) = 32)
  ) WITH (fillfactor = 90)`,
  `CREATE UNIQUE INDEX one_live_identity ON cloud_identity (tenant, serial_number)
    WHERE state IN ('PENDING', 'ACTIVE', 'SUSPENDED')`,
  `CREATE TABLE cloud_identity_revision (
    tenant     text NOT NULL,
    connhex_id text NOT NULL,
    revision   integer NOT NULL,
    state      text NOT NULL CONSTRAINT known_state CHECK (state IN ${STATES}),
    at         timestamptz NOT NULL,
    actor      text,
    reason     text,
    PRIMARY KEY (tenant, connhex_id, revision)
  )`,
  `CREATE TABLE hand_over (
    tenant        text NOT NULL,
    connhex_id    text NOT NULL,
    serial_number text NOT NULL,
    revision      integer NOT NULL,
    attempts      integer NOT NULL DEFAULT 0,
    due_at        timestamptz NOT NULL,
    created_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant, connhex_id)
  )`,
  "CREATE INDEX hand_over_due ON hand_over (due_at)",
  `CREATE TABLE idempotency (
    tenant       text NOT NULL,
    key          text NOT NULL,
    content_hash bytea NOT NULL,
    verdicts     text NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant, key)
  )`,
  `CREATE TABLE id_block (
    tenant  text NOT NULL,
    name    text NOT NULL,
    next_id bigint NOT NULL,
    PRIMARY KEY (tenant, name)
  )`,
];
