import type { MigrationInterface, QueryRunner } from "typeorm";
import { appendOnly, tenantWall } from "../../../shared/postgres/tenant-wall.ts";

const CREATE = [
  `CREATE TABLE signing_key (
    tenant     text NOT NULL,
    key_id     text NOT NULL,
    name       text NOT NULL CHECK (name <> ''),
    role       text NOT NULL CHECK (role IN ('STATION', 'SCANNER', 'PARTNER')),
    algorithm  text NOT NULL CHECK (algorithm IN ('ES256', 'EdDSA')),
    public_key text NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_to   timestamptz,
    added_at   timestamptz NOT NULL DEFAULT statement_timestamp(),
    added_by   text NOT NULL,
    CONSTRAINT one_row_per_signing_key PRIMARY KEY (tenant, key_id),
    CONSTRAINT valid_for_some_time CHECK (valid_to > valid_from)
  )`,
  // The earliest counts: a later row can move the time forward, and none can take it back.
  `CREATE TABLE signing_key_revocation (
    tenant       text NOT NULL,
    key_id       text NOT NULL,
    revoked_from timestamptz NOT NULL,
    revoked_at   timestamptz NOT NULL DEFAULT statement_timestamp(),
    revoked_by   text NOT NULL,
    reason       text NOT NULL,
    CONSTRAINT revoked_once_from_a_time PRIMARY KEY (tenant, key_id, revoked_from),
    CONSTRAINT revocation_of_a_key FOREIGN KEY (tenant, key_id) REFERENCES signing_key
  )`,
  // The bytes as they were signed, and never a form that was made of them: another reader must be
  // able to check them without us.
  `CREATE TABLE hand_over_signature (
    tenant       text NOT NULL,
    device_id    bigint NOT NULL,
    revision     integer NOT NULL,
    outcome      text NOT NULL CHECK (outcome IN ('RECORDED', 'REVISED', 'UNCHANGED')),
    key_id       text NOT NULL,
    algorithm    text NOT NULL,
    payload      bytea NOT NULL,
    payload_hash bytea NOT NULL CONSTRAINT sha256_of_payload CHECK (payload_hash = sha256(payload)),
    signature    text NOT NULL,
    recorded_at  timestamptz NOT NULL,
    CONSTRAINT one_row_per_signed_payload PRIMARY KEY (device_id, key_id, payload_hash)
  )`,
  `CREATE UNIQUE INDEX one_signature_made_a_revision ON hand_over_signature (device_id, revision)
    WHERE outcome <> 'UNCHANGED'`,
];

const TABLES = ["signing_key", "signing_key_revocation", "hand_over_signature"];

/** Who may sign what is handed over, and what was signed: rows are added, and never changed. */
export class CreateHandOverSignatures1700000000010 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    const statements = [
      ...CREATE,
      ...TABLES.flatMap((table) => tenantWall(table, "own_tenant_only")),
      ...TABLES.flatMap((table) => appendOnly(table, "refuse")),
      `GRANT SELECT, INSERT ON ${TABLES.join(", ")} TO manufacturing_app`,
      `REVOKE UPDATE, DELETE, TRUNCATE ON ${TABLES.join(", ")} FROM PUBLIC, manufacturing_app`,
    ];
    for (const statement of statements) await db.query(statement);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE ${[...TABLES].reverse().join(", ")}`);
  }
}
