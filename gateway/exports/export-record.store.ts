import type { ExportColumn } from "../../shared/export/export-column.ts";
import type { ExportEnd } from "../../shared/graph/subgraph-service.ts";
import { type Sql, statement } from "../../shared/postgres/database.ts";
import type { Timestamp } from "../../shared/time.ts";

/** An export as it was begun: what, for whom, as of when. */
export interface ExportRecord {
  exportId: string;
  what: string;
  format: string;
  selection: Readonly<Record<string, unknown>>;
  columns: readonly ExportColumn[];
  formulas: "disarmed" | "kept";
  contentType: string;
  moment: Timestamp;
  expectedRows: number;
  isKept: boolean;
  subject: string;
  client: string | null;
  roles: readonly string[];
  requestId: string;
}

/** The same as read; without an end it is under way, or was cut. */
export interface KnownExport extends ExportRecord {
  begunAt: Timestamp;
  end: ExportEnd | null;
}

const BEGIN = statement(
  "export_begin",
  `INSERT INTO export (tenant, export_id, what, format, selection, columns, formulas, content_type,
     moment, expected_rows, is_kept, subject, client, roles, request_id)
   VALUES ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
);
const END = statement(
  "export_end",
  `INSERT INTO export_end (tenant, export_id, rows, bytes, sha256)
   VALUES ($1, $2, $3, $4, decode($5, 'hex'))`,
);
const BY_ID = statement(
  "export_by_id",
  `SELECT e.export_id AS "exportId", e.what, e.format, e.selection, e.columns, e.formulas,
     e.content_type AS "contentType", e.moment, e.expected_rows AS "expectedRows",
     e.is_kept AS "isKept", e.subject, e.client, e.roles, e.request_id AS "requestId",
     e.begun_at AS "begunAt", n.rows, n.bytes, encode(n.sha256, 'hex') AS sha256
   FROM export e LEFT JOIN export_end n ON n.tenant = e.tenant AND n.export_id = e.export_id
   WHERE e.tenant = $1 AND e.export_id = $2`,
);

type Row = ExportRecord & { begunAt: Timestamp } & {
  [Name in keyof ExportEnd]: ExportEnd[Name] | null;
};

/** All SQL about what was exported: rows are added, and never changed. */
export class ExportRecordStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  async begin(record: ExportRecord): Promise<void> {
    const { exportId, what, format, selection, columns, formulas, contentType } = record;
    const { moment, expectedRows, isKept, subject, client, roles, requestId } = record;
    await this.sql.rows(BEGIN, [
      ...[this.tenant, exportId, what, format, JSON.stringify(selection), JSON.stringify(columns)],
      ...[formulas, contentType, moment, expectedRows, isKept, subject, client, roles, requestId],
    ]);
  }

  async end(exportId: string, { rows, bytes, sha256 }: ExportEnd): Promise<void> {
    await this.sql.rows(END, [this.tenant, exportId, rows, bytes, sha256]);
  }

  async byId(exportId: string): Promise<KnownExport | null> {
    const [row] = await this.sql.rows<Row>(BY_ID, [this.tenant, exportId]);
    if (!row) return null;
    const { rows, bytes, sha256, ...record } = row;
    const isEnded = rows !== null && bytes !== null && sha256 !== null;
    return { ...record, end: isEnded ? { rows, bytes, sha256 } : null };
  }
}
