import type { MigrationInterface, QueryRunner } from "typeorm";
import { tableRights } from "../../../shared/postgres/table-rights.ts";

const { behindTenantWall, refuseChanges } = tableRights("ownership_app");

/** Owners, their encrypted contact data, and who has which device from when to when. */
export class CreateOwners1761000000002 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const table of TABLES) await db.query(table);
    await behindTenantWall(db, "owner", "SELECT, INSERT");
    await behindTenantWall(db, "owner_key", "SELECT, INSERT");
    await behindTenantWall(db, "owner_contact", "SELECT, INSERT");
    await behindTenantWall(db, "ownership", "SELECT, INSERT, UPDATE");
    await behindTenantWall(db, "ownership_revision", "SELECT, INSERT");
    await behindTenantWall(db, "transfer_offer", "SELECT, INSERT, UPDATE, DELETE");
    await refuseChanges(db, "ownership_revision");
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(
      "DROP TABLE owner, owner_key, owner_contact, ownership, ownership_revision, transfer_offer",
    );
  }
}

const TABLES = [
  `CREATE TABLE owner (
    tenant     text NOT NULL,
    owner_id   bigint NOT NULL,
    kind       text NOT NULL CONSTRAINT known_kind CHECK (kind IN ('PERSON', 'ORGANISATION')),
    country    text CONSTRAINT two_letters CHECK (country ~ '^[A-Z]{2}$'),
    subject    text,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, owner_id)
  )`,
  "CREATE UNIQUE INDEX one_owner_a_subject ON owner (tenant, subject) WHERE subject IS NOT NULL",
  // A table of its own: destroying this one row makes the person's contact data unreadable.
  `CREATE TABLE owner_key (
    tenant      text NOT NULL,
    owner_id    bigint NOT NULL,
    wrapped_key bytea NOT NULL,
    PRIMARY KEY (tenant, owner_id)
  )`,
  `CREATE TABLE owner_contact (
    tenant     text NOT NULL,
    owner_id   bigint NOT NULL,
    ciphertext bytea NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, owner_id)
  )`,
  `CREATE TABLE ownership (
    tenant       text NOT NULL,
    connhex_id   text NOT NULL,
    ownership_id bigint NOT NULL,
    owner_id     bigint,
    revision     integer NOT NULL CONSTRAINT revision_from_one CHECK (revision >= 1),
    since        timestamptz NOT NULL,
    PRIMARY KEY (tenant, connhex_id)
  ) WITH (fillfactor = 90)`,
  `CREATE INDEX ownership_of_owner ON ownership (tenant, owner_id, ownership_id)
    WHERE owner_id IS NOT NULL`,
  `CREATE TABLE ownership_revision (
    tenant       text NOT NULL,
    connhex_id   text NOT NULL,
    revision     integer NOT NULL,
    ownership_id bigint NOT NULL,
    kind         text NOT NULL
      CONSTRAINT known_kind CHECK (kind IN ('REGISTERED', 'TRANSFERRED', 'RELEASED')),
    owner_id     bigint,
    at           timestamptz NOT NULL,
    actor        text NOT NULL,
    reason       text,
    PRIMARY KEY (tenant, connhex_id, revision),
    CONSTRAINT released_has_no_owner CHECK ((kind = 'RELEASED') = (owner_id IS NULL))
  )`,
  "CREATE INDEX ownership_revision_id ON ownership_revision (tenant, ownership_id)",
  `CREATE TABLE transfer_offer (
    tenant       text NOT NULL,
    connhex_id   text NOT NULL,
    owner_id     bigint NOT NULL,
    revision     integer NOT NULL,
    code_hash    bytea NOT NULL CONSTRAINT hash_not_secret CHECK (octet_length(code_hash) = 32),
    failed_tries integer NOT NULL DEFAULT 0,
    locked_until timestamptz,
    expires_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant, connhex_id)
  )`,
];
