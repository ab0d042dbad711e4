import type { Person } from "../../shared/ledger-store/commitment.ts";
import { contentHash, contentText } from "../../shared/ledger-store/content-fields.ts";
import type { Entry } from "../../shared/ledger-store/entry.ts";
import type { Timestamp } from "../../shared/time.ts";

/** What is hashed of a line of the access log: all but who asked, which its entry's actor says. */
export const LINE_CONTENT = {
  client: "text",
  deviceCount: "integer",
  deviceHash: "bytes",
  devices: "texts",
  document: "text",
  ms: "real",
  operation: "text",
  operationType: "text",
  outcomes: "texts",
  requestId: "text",
  roles: "texts",
  status: "integer",
  textHash: "bytes",
} as const;

/** A line as its row has it. */
export interface LineRow {
  tenant: string;
  at: Timestamp;
  line: number;
  subject: string;
  client: string | null;
  deviceCount: number;
  deviceHash: Buffer | null;
  devices: readonly string[];
  document: string | null;
  ms: number;
  operation: string | null;
  operationType: string | null;
  outcomes: readonly string[];
  requestId: string;
  roles: readonly string[];
  status: number;
  textHash: Buffer | null;
}

export function lineEntryId(line: number): string {
  return `access/${line}`;
}

/** The entry that a line must have; `person` is who asked. */
export function entryOfLine(row: LineRow, person: Person): Entry {
  return {
    actor: person.actor,
    at: row.at,
    content: contentHash(contentText(LINE_CONTENT, { ...row })),
    id: lineEntryId(row.line),
    tenant: row.tenant,
    type: "ACCESS",
  };
}
