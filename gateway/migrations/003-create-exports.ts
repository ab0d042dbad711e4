import type { MigrationInterface, QueryRunner } from "typeorm";
import { tableRights } from "../../shared/postgres/table-rights.ts";

const { behindTenantWall, refuseChanges } = tableRights("gateway_app");

/** What was exported, by whom, and how it ended: it outlives the bytes. */
export class CreateExports1764000000003 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const statement of CREATE) await db.query(statement);
    for (const [table, columns] of Object.entries(GIVEN)) {
      await behindTenantWall(db, table, `SELECT, INSERT (${columns})`);
      await refuseChanges(db, table);
    }
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query("DROP TABLE export_end, export");
  }
}

/** What the application says of each. When a row was written is the database's to say. */
const GIVEN = {
  export:
    "tenant, export_id, what, format, selection, columns, formulas, content_type, moment, expected_rows, is_kept, subject, client, roles, request_id",
  export_end: "tenant, export_id, rows, bytes, sha256",
};

const CREATE = [
  `CREATE TABLE export (
    tenant        text NOT NULL,
    export_id     text NOT NULL,
    what          text NOT NULL,
    format        text NOT NULL,
    selection     jsonb NOT NULL,
    columns       jsonb NOT NULL,
    formulas      text NOT NULL CONSTRAINT known_formulas CHECK (formulas IN ('disarmed', 'kept')),
    content_type  text NOT NULL,
    moment        timestamptz NOT NULL,
    expected_rows bigint NOT NULL,
    is_kept       boolean NOT NULL,
    subject       text NOT NULL,
    client        text,
    roles         text[] NOT NULL,
    request_id    text NOT NULL,
    begun_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, export_id)
  )`,
  // An export without an end was cut: nobody has all of it.
  `CREATE TABLE export_end (
    tenant    text NOT NULL,
    export_id text NOT NULL,
    rows      bigint NOT NULL,
    bytes     bigint NOT NULL,
    sha256    bytea NOT NULL CONSTRAINT sha256_of_file CHECK (octet_length(sha256) = 32),
    ended_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, export_id),
    CONSTRAINT end_of_an_export FOREIGN KEY (tenant, export_id) REFERENCES export
  )`,
];
