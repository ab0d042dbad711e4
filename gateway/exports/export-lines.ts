import { createHash } from "node:crypto";
import type { ErrorCode } from "../../shared/domain-error.ts";
import { EXPORT_LIMITS } from "../../shared/export/limits.ts";
import { type AccessLine, accessLineOf } from "../access-log/access-line.ts";
import type { RequestScope } from "../request-scope.ts";

/** What a request for an export came to. */
export interface ExportLineFacts {
  /** `export devices.csv`, `export devices.csv end`, `export file`. */
  operationName: string;
  /** What was asked, as text: only its hash is kept. */
  text: string | null;
  status: number;
  ms: number;
  code?: ErrorCode | null;
  /** How many rows the answer has; of more than are named the hash says which they were. */
  rows?: number;
  hash?: string;
}

/**
 * The line of an export in the access log. Few devices are named; of more there are the number of
 * rows and a hash: at the beginning of what was asked as of which moment, at the end of the file.
 */
export function exportLine(scope: RequestScope, facts: ExportLineFacts): AccessLine {
  const { operationName, text, status, ms, code = null, rows = 0, hash } = facts;
  const line = accessLineOf(scope, {
    documentId: null,
    text,
    operationName,
    operationType: "query",
    outcomes: code === null ? [] : [code],
    status,
    ms,
  });
  if (rows <= EXPORT_LIMITS.devicesByName || hash === undefined) return line;
  return { ...line, devices: [], deviceCount: rows, deviceHash: hash };
}

export function hashOf(value: object): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
