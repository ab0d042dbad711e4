import type { MigrationInterface, QueryRunner } from "typeorm";
import { appendOnly, tenantWall } from "../../../shared/postgres/tenant-wall.ts";

const CREATE = [
  // Its ids come from the same counter as those of devices: an installation joins any two items.
  `CREATE TABLE component (
    tenant        text NOT NULL,
    component_id  bigint NOT NULL,
    supplier      text NOT NULL CHECK (supplier <> ''),
    part_number   text NOT NULL CHECK (part_number <> ''),
    serial_number text CHECK (serial_number <> ''),
    supplier_lot  text CHECK (supplier_lot <> ''),
    recorded_at   timestamptz NOT NULL,
    actor         text NOT NULL,
    source        text,
    CONSTRAINT one_row_per_component PRIMARY KEY (component_id),
    CONSTRAINT has_serial_number_or_lot CHECK (num_nonnulls(serial_number, supplier_lot) > 0)
  )`,
  // A table of its own for what must be unique, as device_identifier is.
  `CREATE TABLE component_identifier (
    tenant       text NOT NULL,
    supplier     text NOT NULL,
    part_number  text NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('serialNumber', 'supplierLot')),
    value        text NOT NULL,
    component_id bigint NOT NULL,
    CONSTRAINT one_component_per_identifier PRIMARY KEY (tenant, supplier, part_number, kind, value)
  )`,
  // ordinal: the how-manieth time that this child stands in this place of this parent.
  `CREATE TABLE installation (
    tenant          text NOT NULL,
    installation_id bigint NOT NULL,
    parent_id       bigint NOT NULL,
    child_id        bigint NOT NULL,
    position        text NOT NULL DEFAULT '',
    ordinal         integer NOT NULL CHECK (ordinal >= 1),
    quantity        double precision NOT NULL CHECK (quantity > 0 AND quantity < 'Infinity'),
    measure            text,
    installed_at    timestamptz NOT NULL,
    recorded_at     timestamptz NOT NULL,
    actor           text NOT NULL,
    source          text,
    CONSTRAINT one_row_per_installation PRIMARY KEY (installation_id),
    CONSTRAINT one_installation_per_place UNIQUE (tenant, parent_id, child_id, position, ordinal),
    CONSTRAINT nothing_within_itself CHECK (parent_id <> child_id)
  )`,
  // A walk upwards reads nothing but this: it meets thousands of rows, each on a page of its own.
  `CREATE INDEX installations_of_a_child ON installation (tenant, child_id, parent_id)
   INCLUDE (installation_id, recorded_at)`,
  `CREATE TABLE removal (
    tenant          text NOT NULL,
    installation_id bigint NOT NULL,
    removed_at      timestamptz NOT NULL,
    recorded_at     timestamptz NOT NULL,
    actor           text NOT NULL,
    reason          text NOT NULL,
    replaced_by     bigint,
    CONSTRAINT one_removal_per_installation PRIMARY KEY (installation_id),
    CONSTRAINT not_replaced_by_itself CHECK (replaced_by <> installation_id)
  )`,
  // Few values, many rows each: without the id, PostgreSQL keeps a value once.
  `CREATE INDEX components_of_a_lot ON component (tenant, supplier_lot)
   WHERE supplier_lot IS NOT NULL`,
  `CREATE INDEX components_by_serial_number ON component (tenant, serial_number)
   WHERE serial_number IS NOT NULL`,
  "CREATE INDEX components_of_a_part_number ON component (tenant, part_number)",
  "CREATE INDEX components_of_a_supplier ON component (tenant, supplier)",
  `CREATE INDEX removals_by_replacement ON removal (tenant, replaced_by)
   WHERE replaced_by IS NOT NULL`,
];

const TABLES = ["component", "component_identifier", "installation", "removal"];

/** What was installed in what, from when to when: rows are added, never changed nor removed. */
export class CreateComponents1700000000004 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    const statements = [
      ...CREATE,
      ...TABLES.flatMap((table) => tenantWall(table, "own_tenant_only")),
      ...TABLES.flatMap((table) => appendOnly(table, "refuse")),
      `GRANT SELECT, INSERT ON ${TABLES.join(", ")} TO manufacturing_app`,
      `REVOKE UPDATE, DELETE, TRUNCATE ON ${TABLES.join(", ")} FROM PUBLIC, manufacturing_app`,
      "INSERT INTO id_block VALUES ('installation', 1)",
    ];
    for (const statement of statements) await db.query(statement);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE ${[...TABLES].reverse().join(", ")}`);
    await db.query("DELETE FROM id_block WHERE name = 'installation'");
  }
}
