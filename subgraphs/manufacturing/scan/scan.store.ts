import { type Sql, statement } from "../../../shared/postgres/database.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { KeptScan, ScanAnswer } from "./scan.ts";

/** A scan that arrived for the first time, with what is said of it. */
export interface NewScan extends ScanAnswer {
  station: string;
  sequence: number;
  journal: string;
  contentHash: string;
  scannedAt: Timestamp;
  retryOf: number | null;
}

const KEPT = statement(
  "kept_scans",
  `SELECT s.station, s.sequence, s.journal, s.content_hash AS "contentHash",
     s.serial_number AS "serialNumber", s.outcome, s.revision, s.code, s.message, s.field
   FROM unnest($2::text[], $3::int[]) AS asked (station, sequence)
   JOIN scan s ON s.tenant = $1 AND s.station = asked.station AND s.sequence = asked.sequence`,
);

const KEEP = statement(
  "keep_scans",
  `WITH new_scan AS (
     INSERT INTO scan (tenant, station, sequence, journal, content_hash, scanned_at, recorded_at,
       actor, retry_of, serial_number, outcome, device_id, revision, code, message, field)
     SELECT $1, n.station, n.sequence, n.journal, n."contentHash", n."scannedAt",
       statement_timestamp(), $3, n."retryOf", n."serialNumber", n.outcome, i.device_id,
       n.revision, n.code, n.message, n.field
     FROM json_to_recordset($2::json) AS n (station text, sequence int, journal text,
       "contentHash" text, "scannedAt" timestamptz, "retryOf" int, "serialNumber" text,
       outcome text, revision int, code text, message text, field text)
     LEFT JOIN device_identifier i
       ON i.tenant = $1 AND i.kind = 'serialNumber' AND i.value = n."serialNumber"
     RETURNING station, sequence, scanned_at, recorded_at
   )
   UPDATE station AS s SET scan_count = s.scan_count + n.count,
     last_sequence = GREATEST(s.last_sequence, n.last), last_scanned_at = n.scanned_at,
     last_recorded_at = n.recorded_at
   FROM (SELECT station, count(*) AS count, max(sequence) AS last, max(scanned_at) AS scanned_at,
       max(recorded_at) AS recorded_at FROM new_scan GROUP BY station) n
   WHERE s.tenant = $1 AND s.station = n.station`,
);

/** Keeps scans, each under its number. Lives for one transaction, in which their stations are locked. */
export class ScanStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  /** Those among these that came before. */
  kept(scans: readonly { station: string; sequence: number }[]): Promise<KeptScan[]> {
    return this.sql.rows<KeptScan>(KEPT, [
      this.tenant,
      scans.map(({ station }) => station),
      scans.map(({ sequence }) => sequence),
    ]);
  }

  async keep(scans: readonly NewScan[], actor: string): Promise<void> {
    if (scans.length === 0) return;
    await this.sql.rows(KEEP, [this.tenant, JSON.stringify(scans), actor]);
  }
}
