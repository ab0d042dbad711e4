import type { MigrationInterface, QueryRunner } from "typeorm";
import { appendOnly, tenantWall } from "../../../shared/postgres/tenant-wall.ts";

/** The fields of few values, by column: of each the values that any revision ever had. */
const FIELDS = {
  partNumber: "part_number",
  pcbPartNumber: "pcb_part_number",
  hardwareRevision: "hardware_revision",
  fwVersion: "fw_version",
  deviceType: "device_type",
  site: "site",
  line: "line",
  operator: "operator",
} as const;

const CREATE = [
  // One row a value, whatever the number of devices: what never was is known at once, and a range
  // of versions is a list of those that were.
  `CREATE TABLE recorded_value (
    tenant text NOT NULL,
    field  text NOT NULL,
    value  text NOT NULL,
    CONSTRAINT one_row_per_recorded_value PRIMARY KEY (tenant, field, value)
  )`,
];

/** Row-level security holds for the owner too, and a migration has no tenant: lifted to copy. */
const COPY = [
  "ALTER TABLE device_revision NO FORCE ROW LEVEL SECURITY",
  `INSERT INTO recorded_value (tenant, field, value)
   SELECT DISTINCT r.tenant, v.field, v.value FROM device_revision r
   CROSS JOIN LATERAL (VALUES ${Object.entries(FIELDS)
     .map(([field, column]) => `('${field}', r.${column})`)
     .join(", ")}) AS v (field, value)
   WHERE v.value IS NOT NULL`,
  "ALTER TABLE device_revision FORCE ROW LEVEL SECURITY",
];

const INDEXES = [
  // Without the device's id PostgreSQL keeps each of the few values once: 7 bytes a device.
  ...(["part_number", "hardware_revision", "fw_version"] as const).map(
    (column) =>
      `CREATE INDEX device_${column} ON device (tenant, ${column}) WHERE ${column} IS NOT NULL`,
  ),
  // Hardly any device is quarantined or scrapped.
  `CREATE INDEX device_not_released ON device (tenant, disposition)
   WHERE disposition <> 'RELEASED'`,
  // Devices stand in about the order in which they were made: a summary of some blocks is enough,
  // in a form that bears single devices that do not.
  `CREATE INDEX device_produced_at ON device
   USING brin (produced_at timestamptz_minmax_multi_ops) WITH (pages_per_range = 32)`,
  // Ranges of serial numbers, in the order of their bytes wherever the database sorts otherwise.
  `CREATE INDEX serial_numbers_in_order ON device_identifier (tenant, value COLLATE "C")
   WHERE kind = 'serialNumber'`,
];

/** What recall criteria are found by. */
export class IndexRecallCriteria1700000000006 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    const statements = [
      ...CREATE,
      ...COPY,
      ...tenantWall("recorded_value", "own_tenant_only"),
      ...appendOnly("recorded_value", "refuse"),
      "GRANT SELECT, INSERT ON recorded_value TO manufacturing_app",
      "REVOKE UPDATE, DELETE, TRUNCATE ON recorded_value FROM PUBLIC, manufacturing_app",
      ...INDEXES,
    ];
    for (const statement of statements) await db.query(statement);
  }

  async down(db: QueryRunner): Promise<void> {
    const indexes = [
      "device_part_number",
      "device_hardware_revision",
      "device_fw_version",
      "device_not_released",
      "device_produced_at",
      "serial_numbers_in_order",
    ];
    await db.query(`DROP INDEX ${indexes.join(", ")}`);
    await db.query("DROP TABLE recorded_value");
  }
}
