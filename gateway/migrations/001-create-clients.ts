import type { MigrationInterface, QueryRunner } from "typeorm";
import { tableRights } from "../../shared/postgres/table-rights.ts";

const { behindTenantWall, refuseChanges } = tableRights("gateway_app");

/** Clients, their keys, their published documents, and what was ever changed about them. */
export class CreateClients1764000000001 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE FUNCTION deny_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '42501'; END $$`);
    for (const table of TABLES) await db.query(table);
    for (const name of ["client", "client_list", "client_key", "client_version", "document"]) {
      await behindTenantWall(db, name, "SELECT, INSERT, UPDATE");
    }
    await behindTenantWall(db, "document_version", "SELECT, INSERT");
    await behindTenantWall(db, "client_revision", "SELECT, INSERT");
    await refuseChanges(db, "client_revision");
    // Whoever knocks may name any tenant: were each looked up on connections of its own, made-up
    // names would push out those of real tenants.
    await db.query("GRANT USAGE ON SCHEMA public TO gateway_door");
    for (const name of ["client", "client_key"]) {
      await db.query(`GRANT SELECT ON ${name} TO gateway_door`);
      await db.query(
        // A policy is also for the members of its role, and the application is one.
        `CREATE POLICY every_tenant ON ${name} FOR SELECT TO gateway_door
         USING (current_user = 'gateway_door')`,
      );
    }
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(
      `DROP TABLE document_version, document, client_version, client_key, client_revision, client,
        client_list`,
    );
    await db.query("DROP FUNCTION deny_change()");
  }
}

const TABLES = [
  // Gives each client its place in the list; who adds one holds it.
  `CREATE TABLE client_list (
    tenant  text PRIMARY KEY,
    clients integer NOT NULL
  )`,
  `CREATE TABLE client (
    tenant              text NOT NULL,
    name                text NOT NULL,
    kind                text NOT NULL CONSTRAINT known_kind CHECK (kind IN ('APP', 'PARTNER')),
    roles               text[] NOT NULL,
    requests_per_minute integer CONSTRAINT some_requests CHECK (requests_per_minute >= 1),
    is_active           boolean NOT NULL,
    revision            integer NOT NULL CONSTRAINT revision_from_one CHECK (revision >= 1),
    position            integer NOT NULL,
    documents           integer NOT NULL DEFAULT 0,
    created_at          timestamptz NOT NULL,
    PRIMARY KEY (tenant, name),
    CONSTRAINT one_position UNIQUE (tenant, position),
    CONSTRAINT partner_is_a_partner CHECK (
      CASE kind WHEN 'PARTNER' THEN roles = '{partner}'
        ELSE cardinality(roles) >= 1 AND NOT roles && '{partner,service}' END)
  )`,
  `CREATE TABLE client_revision (
    tenant              text NOT NULL,
    client              text NOT NULL,
    revision            integer NOT NULL,
    kind                text NOT NULL CONSTRAINT known_kind CHECK (kind IN (
      'ADDED', 'CHANGED', 'KEY_ADDED', 'KEY_ROTATED', 'KEY_REVOKED',
      'DOCUMENTS_PUBLISHED', 'DOCUMENTS_RETIRED')),
    about               text,
    roles               text[] NOT NULL,
    requests_per_minute integer,
    is_active           boolean NOT NULL,
    at                  timestamptz NOT NULL,
    actor               text NOT NULL,
    reason              text,
    PRIMARY KEY (tenant, client, revision)
  )`,
  `CREATE TABLE client_key (
    tenant       text NOT NULL,
    key_id       text NOT NULL,
    client       text NOT NULL,
    secret_hash  bytea NOT NULL CONSTRAINT hash_not_secret CHECK (octet_length(secret_hash) = 32),
    last4        text NOT NULL CONSTRAINT four_characters CHECK (length(last4) = 4),
    created_at   timestamptz NOT NULL,
    created_by   text NOT NULL,
    expires_at   timestamptz,
    revoked_at   timestamptz,
    last_used_at timestamptz,
    PRIMARY KEY (tenant, key_id),
    FOREIGN KEY (tenant, client) REFERENCES client
  )`,
  "CREATE INDEX client_key_of ON client_key (tenant, client, created_at)",
  `CREATE TABLE client_version (
    tenant       text NOT NULL,
    client       text NOT NULL,
    version      text NOT NULL,
    published_at timestamptz NOT NULL,
    retired_at   timestamptz,
    PRIMARY KEY (tenant, client, version),
    FOREIGN KEY (tenant, client) REFERENCES client
  )`,
  `CREATE TABLE document (
    tenant          text NOT NULL,
    client          text NOT NULL,
    document_id     text NOT NULL,
    position        integer NOT NULL,
    text            text NOT NULL,
    operation_name  text,
    operation_type  text NOT NULL
      CONSTRAINT known_operation_type CHECK (operation_type IN ('query', 'mutation', 'subscription')),
    variable_limits jsonb NOT NULL,
    nodes           bigint NOT NULL,
    field_values    bigint NOT NULL,
    fetches         integer NOT NULL,
    published_at    timestamptz NOT NULL,
    published_by    text NOT NULL,
    retired_at      timestamptz,
    PRIMARY KEY (tenant, client, document_id),
    CONSTRAINT one_place UNIQUE (tenant, client, position),
    FOREIGN KEY (tenant, client) REFERENCES client
  )`,
  `CREATE TABLE document_version (
    tenant      text NOT NULL,
    client      text NOT NULL,
    document_id text NOT NULL,
    version     text NOT NULL,
    PRIMARY KEY (tenant, client, document_id, version),
    FOREIGN KEY (tenant, client, document_id) REFERENCES document,
    FOREIGN KEY (tenant, client, version) REFERENCES client_version
  )`,
  "CREATE INDEX document_version_of ON document_version (tenant, client, version)",
];
