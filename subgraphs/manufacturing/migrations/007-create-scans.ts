import type { MigrationInterface, QueryRunner } from "typeorm";
import { appendOnly, tenantWall } from "../../../shared/postgres/tenant-wall.ts";

const CREATE = [
  // A projection of `station_journal` and `scan`, and the row by which the batches of one station
  // wait for each other.
  `CREATE TABLE station (
    tenant           text NOT NULL,
    station          text NOT NULL CHECK (station <> ''),
    journal          text NOT NULL CHECK (journal <> ''),
    first_sequence   integer NOT NULL CHECK (first_sequence >= 1),
    scan_count       integer NOT NULL DEFAULT 0 CHECK (scan_count >= 0),
    last_sequence    integer NOT NULL DEFAULT 0 CHECK (last_sequence >= scan_count),
    last_scanned_at  timestamptz,
    last_recorded_at timestamptz,
    CONSTRAINT one_row_per_station PRIMARY KEY (tenant, station)
  ) WITH (fillfactor = 50)`,
  `CREATE TABLE station_journal (
    tenant         text NOT NULL,
    station        text NOT NULL,
    journal        text NOT NULL,
    first_sequence integer NOT NULL,
    recorded_at    timestamptz NOT NULL,
    actor          text NOT NULL,
    reason         text,
    CONSTRAINT one_row_per_journal PRIMARY KEY (tenant, station, journal)
  )`,
  // The number of a scan is its station's for good: so a scan counts once, however late it is.
  `CREATE TABLE scan (
    tenant        text NOT NULL,
    station       text NOT NULL,
    sequence      integer NOT NULL CHECK (sequence >= 1),
    journal       text NOT NULL,
    content_hash  text NOT NULL,
    scanned_at    timestamptz NOT NULL,
    recorded_at   timestamptz NOT NULL,
    actor         text NOT NULL,
    retry_of      integer,
    serial_number text,
    outcome       text NOT NULL CHECK (outcome IN ('RECORDED', 'REVISED', 'UNCHANGED', 'REFUSED')),
    device_id     bigint,
    revision      integer,
    code          text,
    message       text,
    field         text,
    CONSTRAINT one_scan_per_number PRIMARY KEY (tenant, station, sequence),
    CONSTRAINT refused_with_a_code CHECK ((outcome = 'REFUSED') = (code IS NOT NULL))
  )`,
];

const TABLES = ["station", "station_journal", "scan"];
const LASTING = ["station_journal", "scan"];

/** What stations scanned, each scan once and with its verdict. */
export class CreateScans1700000000007 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    const statements = [
      ...CREATE,
      ...TABLES.flatMap((table) => tenantWall(table, "own_tenant_only")),
      ...LASTING.flatMap((table) => appendOnly(table, "refuse")),
      "GRANT SELECT, INSERT, UPDATE ON station TO manufacturing_app",
      `GRANT SELECT, INSERT ON ${LASTING.join(", ")} TO manufacturing_app`,
      `REVOKE UPDATE, DELETE, TRUNCATE ON ${LASTING.join(", ")} FROM PUBLIC, manufacturing_app`,
    ];
    for (const statement of statements) await db.query(statement);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE ${[...TABLES].reverse().join(", ")}`);
  }
}
