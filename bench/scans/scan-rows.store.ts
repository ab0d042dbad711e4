import { Database } from "../../shared/postgres/database.ts";
import {
  type Deviation,
  findDeviations,
} from "../../subgraphs/manufacturing/device/consistency.store.ts";

/** A kept scan, as its row says. */
export interface KeptRow {
  station: string;
  sequence: number;
  serialNumber: string | null;
  outcome: string;
}

export interface ScanRows {
  /** All kept scans, or those of one station, by station and number. */
  kept(station?: string): Promise<KeptRow[]>;
  /** All revisions, and those that were told again. */
  revisions(): Promise<{ all: number; toldAgain: number }>;
  /** Where the record does not agree with itself. */
  deviations(): Promise<Deviation[]>;
  close(): Promise<void>;
}

const KEPT = `SELECT station, sequence, serial_number AS "serialNumber", outcome FROM scan
  WHERE tenant = $1 AND ($2::text IS NULL OR station = $2) ORDER BY station, sequence`;
const REVISIONS = `SELECT count(*) AS all, count(*) FILTER (WHERE reason LIKE 'told again%')
  AS "toldAgain" FROM device_revision WHERE tenant = $1`;
const PATIENCE_MS = 600_000;

/** Reads what became of scans past the gateway, in Manufacturing's database. */
export function scanRows(url: string, tenant: string): ScanRows {
  const database = new Database({
    url,
    role: "manufacturing_app",
    poolSize: 1,
    statementTimeoutMs: PATIENCE_MS,
  });
  const sql = database.tenant(tenant);
  return {
    kept: (station) => sql.run<KeptRow>(KEPT, [tenant, station ?? null]),
    async revisions() {
      const [row] = await sql.run<{ all: number; toldAgain: number }>(REVISIONS, [tenant]);
      return row ?? { all: 0, toldAgain: 0 };
    },
    deviations: () => findDeviations(sql, 10),
    close: () => database.close(),
  };
}
