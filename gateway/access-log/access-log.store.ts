import type { Page } from "../../shared/page.ts";
import { type Sql, statement } from "../../shared/postgres/database.ts";
import type { Timestamp } from "../../shared/time.ts";
import { enterLines } from "../ledger/lines.store.ts";
import type { AccessLine } from "./access-line.ts";

/** A line as it is kept: who asked is named by `subject`, and by `actor` in its entry. */
export interface NamedLine extends AccessLine {
  actor: string;
}

/** A line as read. */
export interface AccessLineRow extends Omit<AccessLine, "tenant" | "devices" | "deviceHash"> {
  line: number;
  at: Timestamp;
}

/** Who has seen a device, by these identifiers of it, from a time on and before another. */
export interface AccessQuestion {
  devices: readonly string[];
  from: Timestamp | null;
  to: Timestamp | null;
}

// The commit is durable whatever the server's setting is, for a line that was acknowledged must
// survive the server's end. Uncorrelated, so that it is set once for a statement.
const RECORD = statement(
  "access_log_record",
  `WITH written AS (INSERT INTO access_log (tenant, request_id, subject, client, roles, document, text_hash,
     operation, operation_type, devices, device_count, device_hash, outcomes, status, ms)
   SELECT $1, i."requestId", i.subject, i.client, i.roles, i."documentId",
     decode(i."textHash", 'hex'), i."operationName", i."operationType", i.devices,
     i."deviceCount", decode(i."deviceHash", 'hex'), i.outcomes, i.status, i.ms
   FROM json_to_recordset($2::json) AS i ("requestId" text, subject text, client text,
     roles text[], "documentId" text, "textHash" text, "operationName" text,
     "operationType" text, devices text[], "deviceCount" integer, "deviceHash" text,
     outcomes text[], status smallint, ms real)
   WHERE (SELECT set_config('synchronous_commit',
     CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply'
       ELSE 'on' END, true)) IS NOT NULL RETURNING *)
   ${enterLines({
     from: "written r JOIN unnest($3::text[], $4::text[]) AS p (subject, actor) USING (subject)",
     actor: "p.actor",
   })}`,
);

const OPEN_MONTHS = statement("access_log_open_months", "SELECT open_access_log_months()");

const BETWEEN = `tenant = $1 AND at >= coalesce($2::timestamptz, '-infinity')
  AND at < coalesce($3::timestamptz, 'infinity')`;
// The index holds the lines that name devices; the first condition is its own.
const SEEN = `${BETWEEN} AND devices <> '{}' AND devices && $4::text[]`;

const pageOf = (order: "ASC" | "DESC") =>
  `SELECT line, at, request_id AS "requestId", subject, client, roles, document AS "documentId",
     encode(text_hash, 'hex') AS "textHash", operation AS "operationName",
     operation_type AS "operationType", device_count AS "deviceCount", outcomes, status, ms
   FROM access_log
   WHERE ${SEEN} AND line > coalesce($5, 0) AND line < coalesce($6, 9223372036854775807)
   ORDER BY line ${order} LIMIT $7`;
const PAGE = statement("access_log_page", pageOf("ASC"));
const PAGE_FROM_END = statement("access_log_page_from_end", pageOf("DESC"));
const COUNT = statement("access_log_count", `SELECT count(*) AS n FROM access_log WHERE ${SEEN}`);
const COUNT_LARGER = statement(
  "access_log_count_larger",
  `SELECT count(*) AS n FROM access_log WHERE ${BETWEEN} AND devices = '{}' AND device_count > 0`,
);

/** All SQL about the lines of one tenant. They are added and read, and nothing else. */
export class AccessLogStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  /**
   * Writes the lines with their entries in one statement, and opens the present month where nobody
   * has yet.
   */
  async add(lines: readonly NamedLine[]): Promise<void> {
    const actors = new Map(lines.map(({ subject, actor }) => [subject, actor]));
    const values = [this.tenant, JSON.stringify(lines), [...actors.keys()], [...actors.values()]];
    try {
      await this.sql.rows(RECORD, values);
    } catch (error) {
      if (!isWithoutMonth(error)) throw error;
      await this.sql.rows(OPEN_MONTHS);
      await this.sql.rows(RECORD, values);
    }
  }

  /** One row more than the page, in the order in which it is read. */
  page({ devices, from, to }: AccessQuestion, page: Page): Promise<AccessLineRow[]> {
    const query = page.backward ? PAGE_FROM_END : PAGE;
    const { after, before, size } = page;
    const values = [this.tenant, from, to, devices, after, before, size + 1];
    return this.sql.rows<AccessLineRow>(query, values);
  }

  async count({ devices, from, to }: AccessQuestion): Promise<number> {
    const [row] = await this.sql.rows<{ n: number }>(COUNT, [this.tenant, from, to, devices]);
    return row?.n ?? 0;
  }

  /** Answers in that time whose devices are not named, so that any device may be among them. */
  async countLarger({ from, to }: AccessQuestion): Promise<number> {
    const [row] = await this.sql.rows<{ n: number }>(COUNT_LARGER, [this.tenant, from, to]);
    return row?.n ?? 0;
  }
}

/** PostgreSQL has no partition for the row: a new month has begun. */
function isWithoutMonth(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "23514";
}
