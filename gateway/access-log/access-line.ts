import { createHash } from "node:crypto";
import type { Caller } from "../../shared/caller.ts";
import type { SeenDevices } from "../../shared/graph/seen-devices.ts";
import { ACCESS_LOG } from "./limits.ts";

export type OperationType = "query" | "mutation" | "subscription";

/** What one request leaves in the access log: who asked what, which devices it saw, what came of it. */
export interface AccessLine {
  tenant: string;
  requestId: string;
  subject: string;
  client: string | null;
  roles: readonly string[];
  /** The id of the published document; null where a text came. */
  documentId: string | null;
  /** SHA-256 of the document's text, in hex; the text itself is kept nowhere. */
  textHash: string | null;
  operationName: string | null;
  operationType: OperationType | null;
  /** By identifier, where there are not too many. */
  devices: readonly string[];
  deviceCount: number;
  /** Of more devices than are named: `SeenDevices.hash`. */
  deviceHash: string | null;
  /** Error codes of the answer; empty where it has no errors. */
  outcomes: readonly string[];
  /** HTTP status. */
  status: number;
  ms: number;
}

/** Who asked, and what was seen for him: a request's scope has it. */
interface Asked {
  caller: Caller;
  requestId: string;
  seen: SeenDevices;
}
/** What was asked, and what came of it. */
interface Answered {
  documentId: string | null;
  /** The document's text, where there was one. */
  text: string | null;
  operationName: string | null;
  operationType: OperationType | null;
  outcomes: Iterable<string>;
  status: number;
  ms: number;
}

/** The line of a request, every part cut to what the table takes. */
export function accessLineOf({ caller, requestId, seen }: Asked, answered: Answered): AccessLine {
  const devices = seen.list();
  const isNamed = devices.length <= ACCESS_LOG.devicesByName;
  const { text, documentId, operationName, outcomes } = answered;
  return {
    tenant: caller.tenant,
    requestId: fitText(requestId, ACCESS_LOG.nameCharacters),
    subject: fitText(caller.subject, ACCESS_LOG.nameCharacters),
    client: fit(caller.client, ACCESS_LOG.nameCharacters),
    roles: fitAll(caller.roles, ACCESS_LOG.roles),
    documentId: fit(documentId, ACCESS_LOG.nameCharacters),
    textHash: text === null ? null : hashOf(text),
    operationName: fit(operationName, ACCESS_LOG.operationNameCharacters),
    operationType: answered.operationType,
    devices: isNamed ? devices : [],
    deviceCount: devices.length,
    deviceHash: isNamed ? null : seen.hash(),
    outcomes: fitAll([...outcomes], ACCESS_LOG.outcomes),
    status: answered.status,
    ms: Math.round(answered.ms * 10) / 10,
  };
}

function fitAll(words: readonly string[], most: number): string[] {
  return words.slice(0, most).map((word) => fitText(word, ACCESS_LOG.nameCharacters));
}

function fit(text: string | null, mostCharacters: number): string | null {
  return text === null ? null : fitText(text, mostCharacters);
}

/** One line that PostgreSQL refuses would take all lines of its statement with it. */
function fitText(text: string, mostCharacters: number): string {
  return text.slice(0, mostCharacters).replace(/[\p{Cc}\p{Cs}]/gu, "\uFFFD");
}

const hashes = new Map<string, string>();

/** Clients send the same few texts again and again. */
function hashOf(text: string): string {
  let hash = hashes.get(text);
  if (hash === undefined) {
    hash = createHash("sha256").update(text).digest("hex");
    if (hashes.size >= ACCESS_LOG.hashedTexts) hashes.clear();
    hashes.set(text, hash);
  }
  return hash;
}
