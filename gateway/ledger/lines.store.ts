import {
  afterKey,
  type BackfillSource,
  backfillSource,
  type EnteredRow,
  pagesOf,
} from "../../shared/ledger-store/backfill.store.ts";
import { contentSql, enterSql } from "../../shared/ledger-store/entry-sql.store.ts";
import { LEDGER_LIMITS } from "../../shared/ledger-store/limits.ts";
import { entryOfLine, LINE_CONTENT, type LineRow } from "./line-content.ts";

const COLUMNS = {
  client: "r.client",
  deviceCount: "r.device_count",
  deviceHash: "r.device_hash",
  devices: "r.devices",
  document: "r.document",
  ms: "r.ms",
  operation: "r.operation",
  operationType: "r.operation_type",
  outcomes: "r.outcomes",
  requestId: "r.request_id",
  roles: "r.roles",
  status: "r.status",
  textHash: "r.text_hash",
} as const;

/** The part of a writing statement that enters lines, `r`, with the commitment to who asked. */
export function enterLines({ from, actor }: { from: string; actor: string }): string {
  return enterSql({
    ...{ from, actor, type: "ACCESS", tenant: "r.tenant", at: "r.at", id: "'access/' || r.line" },
    content: contentSql(LINE_CONTENT, COLUMNS),
  });
}

/** The columns of a line, `r`, as its entry is made of them. */
export const LINE_COLUMNS = Object.entries({
  ...COLUMNS,
  ...{ tenant: "r.tenant", at: "r.at", line: "r.line", subject: "r.subject" },
})
  .map(([name, column]) => `${column} AS "${name}"`)
  .join(", ");

const LINES = pagesOf(
  "lines",
  "'access/' || r.line",
  (isEntered) => `SELECT ${LINE_COLUMNS}, r.subject AS actor, ${isEntered} AS "isEntered"
   FROM access_log r
   WHERE (r.tenant, r.at, r.line) > (${afterKey(1, "text", "''")},
     ${afterKey(2, "timestamptz", "'-infinity'")}, ${afterKey(3, "bigint", "0")})
   ORDER BY r.tenant, r.at, r.line LIMIT $2`,
);

/** The lines that were there before the ledger. */
export const BACKFILL_SOURCES: readonly BackfillSource[] = [
  backfillSource<LineRow & EnteredRow>({
    source: "access_log",
    page: LINES,
    most: LEDGER_LIMITS.backfillRows,
    keyOf: ({ tenant, at, line }) => [tenant, at, line],
    entryOf(row, person) {
      if (!person) throw new Error("a line has nobody who asked");
      return entryOfLine(row, person);
    },
  }),
];
