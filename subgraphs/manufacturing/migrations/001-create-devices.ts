import type { MigrationInterface, QueryRunner } from "typeorm";
import { appendOnly, tenantWall } from "../../../shared/postgres/tenant-wall.ts";

/** What a device and each of its revisions share. Lengths are the rules' affair. */
const RECORD_COLUMNS = `
  serial_number     text NOT NULL,
  connhex_id        text,
  part_number       text,
  pcb_part_number   text,
  hardware_revision text,
  fw_version        text,
  device_type       text,
  lot_code          text,
  work_order        text,
  production_order  text,
  pallet_id         text,
  package_id        text,
  phase             text CHECK (phase IN ('MANUFACTURING', 'FINAL_ASSEMBLY', 'TESTING', 'PACKAGING')),
  disposition       text NOT NULL CHECK (disposition IN ('RELEASED', 'QUARANTINED', 'SCRAPPED')),
  produced_at       timestamptz,
  site              text,
  line              text,
  operator          text,
  attributes        jsonb NOT NULL DEFAULT '{}'`;

const CREATE = [
  `CREATE TABLE device (
    tenant      text NOT NULL,
    device_id   bigint NOT NULL,
    ${RECORD_COLUMNS},
    revision    integer NOT NULL CHECK (revision >= 1),
    recorded_at timestamptz NOT NULL,
    CONSTRAINT one_row_per_device PRIMARY KEY (device_id)
  ) WITH (fillfactor = 90)`,
  `CREATE TABLE device_revision (
    tenant       text NOT NULL,
    device_id    bigint NOT NULL,
    revision     integer NOT NULL CHECK (revision >= 1),
    recorded_at  timestamptz NOT NULL,
    effective_at timestamptz NOT NULL,
    actor        text NOT NULL,
    reason       text,
    source       text,
    changed      text[] NOT NULL,
    ${RECORD_COLUMNS},
    CONSTRAINT one_row_per_revision PRIMARY KEY (device_id, revision),
    CONSTRAINT revision_of_a_device FOREIGN KEY (device_id) REFERENCES device (device_id)
  )`,
  `CREATE TABLE device_group (
    tenant        text NOT NULL,
    field         text NOT NULL,
    value         text NOT NULL,
    device_id     bigint NOT NULL,
    from_revision integer NOT NULL,
    CONSTRAINT one_row_per_membership PRIMARY KEY (tenant, field, value, device_id, from_revision)
  )`,
  `CREATE TABLE device_identifier (
    tenant    text NOT NULL,
    kind      text NOT NULL CHECK (kind IN ('serialNumber', 'connhexId')),
    value     text NOT NULL,
    device_id bigint NOT NULL,
    CONSTRAINT one_device_per_identifier PRIMARY KEY (tenant, kind, value)
  )`,
  `CREATE TABLE field_definition (
    tenant         text NOT NULL,
    name           text NOT NULL,
    type           text NOT NULL CHECK (type IN ('TEXT', 'INTEGER', 'DECIMAL', 'BOOLEAN', 'DATE', 'ENUM')),
    is_required    boolean NOT NULL,
    is_groupable   boolean NOT NULL,
    pattern        text,
    allowed_values text[],
    label          text,
    description    text,
    created_at     timestamptz NOT NULL,
    retired_at     timestamptz,
    CONSTRAINT one_definition_per_field PRIMARY KEY (tenant, name)
  )`,
  `CREATE TABLE idempotency (
    tenant       text NOT NULL,
    key          text NOT NULL,
    content_hash text NOT NULL,
    answer       text,
    created_at   timestamptz NOT NULL,
    CONSTRAINT one_answer_per_key PRIMARY KEY (tenant, key)
  )`,
  "CREATE TABLE id_block (name text PRIMARY KEY, next bigint NOT NULL)",
  "INSERT INTO id_block VALUES ('device', 1)",
];

const GROUP_COLUMNS = ["lot_code", "work_order", "production_order", "pallet_id", "package_id"];

const TENANT_TABLES = [
  "device",
  "device_revision",
  "device_group",
  "device_identifier",
  "field_definition",
  "idempotency",
];

const APPEND_ONLY = [
  `CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = '42501';
   END $$`,
  ...appendOnly("device_revision", "refuse"),
];

/** No DELETE anywhere; UPDATE only where a row is a projection, a definition or an answer. */
const RIGHTS = [
  "GRANT SELECT, INSERT, UPDATE ON device, field_definition, idempotency TO manufacturing_app",
  "GRANT SELECT, INSERT ON device_revision, device_group, device_identifier TO manufacturing_app",
  "GRANT SELECT, UPDATE ON id_block TO manufacturing_app",
  "REVOKE UPDATE, DELETE, TRUNCATE ON device_revision FROM PUBLIC, manufacturing_app",
];

export class CreateDevices1700000000001 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    const indexes = GROUP_COLUMNS.map(
      (column) =>
        `CREATE INDEX device_${column} ON device (tenant, ${column}, device_id) WHERE ${column} IS NOT NULL`,
    );
    const statements = [
      ...CREATE,
      ...indexes,
      ...TENANT_TABLES.flatMap((table) => tenantWall(table, "own_tenant_only")),
      ...APPEND_ONLY,
      ...RIGHTS,
    ];
    for (const statement of statements) await db.query(statement);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE ${[...TENANT_TABLES].reverse().join(", ")}, id_block`);
    await db.query("DROP FUNCTION refuse_change");
  }
}
