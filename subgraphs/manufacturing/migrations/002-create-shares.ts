import type { MigrationInterface, QueryRunner } from "typeorm";
import { appendOnly, tenantWall } from "../../../shared/postgres/tenant-wall.ts";

const CREATE = [
  // Which terms a kind has is held here too: a share that says nothing must not cover everything.
  `CREATE TABLE share (
    tenant             text NOT NULL,
    share_id           bigint NOT NULL,
    partner            text NOT NULL CHECK (partner <> ''),
    kind               text NOT NULL CHECK (kind IN ('GROUP', 'LIST', 'CRITERIA')),
    fields             text[] NOT NULL,
    group_field        text,
    group_values       text[],
    part_numbers       text[],
    device_types       text[],
    hardware_revisions text[],
    fw_versions        text[],
    sites              text[],
    produced_from      timestamptz,
    produced_to        timestamptz,
    serial_number_from text,
    serial_number_to   text,
    from_at            timestamptz NOT NULL,
    to_at              timestamptz,
    granted_by         text NOT NULL,
    granted_at         timestamptz NOT NULL,
    reason             text NOT NULL,
    CONSTRAINT one_row_per_share PRIMARY KEY (share_id),
    CONSTRAINT lasts_some_time CHECK (to_at > from_at),
    CONSTRAINT group_has_its_terms CHECK
      ((kind = 'GROUP') = (group_field IS NOT NULL AND cardinality(group_values) > 0)),
    CONSTRAINT criteria_have_their_terms CHECK ((kind = 'CRITERIA') = (num_nonnulls(
      part_numbers, device_types, hardware_revisions, fw_versions, sites,
      produced_from, produced_to, serial_number_from, serial_number_to) > 0))
  )`,
  "CREATE INDEX shares_of_a_partner ON share (tenant, partner, share_id)",
  `CREATE TABLE share_device (
    tenant    text NOT NULL,
    share_id  bigint NOT NULL,
    device_id bigint NOT NULL,
    CONSTRAINT one_row_per_shared_device PRIMARY KEY (tenant, share_id, device_id),
    CONSTRAINT device_of_a_share FOREIGN KEY (share_id) REFERENCES share (share_id)
  )`,
  // An end may be planned, and a sooner one said later: the earliest counts, all are kept.
  `CREATE TABLE share_end (
    tenant      text NOT NULL,
    share_id    bigint NOT NULL,
    ended_at    timestamptz NOT NULL,
    ended_by    text NOT NULL,
    recorded_at timestamptz NOT NULL,
    reason      text NOT NULL,
    CONSTRAINT one_row_per_end PRIMARY KEY (tenant, share_id, ended_at),
    CONSTRAINT end_of_a_share FOREIGN KEY (share_id) REFERENCES share (share_id),
    CONSTRAINT not_ended_before_it_was_said CHECK (ended_at >= recorded_at)
  )`,
];

const TABLES = ["share", "share_device", "share_end"];

/** What a partner may see, and every end of it: rows are added, never changed and never removed. */
export class CreateShares1700000000002 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    const statements = [
      ...CREATE,
      ...TABLES.flatMap((table) => tenantWall(table, "own_tenant_only")),
      ...TABLES.flatMap((table) => appendOnly(table, "refuse")),
      `GRANT SELECT, INSERT ON ${TABLES.join(", ")} TO manufacturing_app`,
      `REVOKE UPDATE, DELETE, TRUNCATE ON ${TABLES.join(", ")} FROM PUBLIC, manufacturing_app`,
      "INSERT INTO id_block VALUES ('share', 1)",
    ];
    for (const statement of statements) await db.query(statement);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE ${[...TABLES].reverse().join(", ")}`);
    await db.query("DELETE FROM id_block WHERE name = 'share'");
  }
}
