import type { AccessLine } from "../../gateway/access-log/access-line.ts";

/** A line of a request that saw one device. */
export function lineOf(more: Partial<AccessLine> = {}): AccessLine {
  return {
    tenant: "acme",
    requestId: "request-1",
    subject: "ada",
    client: "inspector",
    roles: ["support"],
    documentId: null,
    textHash: "ab".repeat(32),
    operationName: "Walk",
    operationType: "query",
    devices: ["hex-1"],
    deviceCount: 1,
    deviceHash: null,
    outcomes: [],
    status: 200,
    ms: 12.5,
    ...more,
  };
}
