import { parseCanonicalJson } from "../ledger/canonical-json.ts";
import { isWellFormed, malformed } from "../ledger/strict-text.ts";
import { ENTRY_BYTES_MOST } from "../ledger/tiles.ts";
import type { Timestamp } from "../time.ts";

/** What an entry can be about. */
export const ENTRY_TYPES = [
  "REVISION",
  "PROVISIONING",
  "OWNERSHIP",
  "RECALL",
  "ACCESS",
  "ERASURE",
  "LOG_KEY",
  "BACKFILL",
  "MONTH",
] as const;
export type EntryType = (typeof ENTRY_TYPES)[number];

/** What a log says of one thing that happened. It holds no personal data. */
export interface Entry {
  /** Who did it: a keyed commitment, or empty where nobody in particular did. */
  actor: string;
  /** When, as the thing's row has it. */
  at: Timestamp;
  /** SHA-256 of the canonical JSON of what was written, in hex. */
  content: string;
  /** Names the thing: `revision/7/2`, `recall/12`, … */
  id: string;
  tenant: string;
  type: EntryType;
}

const VERSION = 1;
const NAMES = ["actor", "at", "content", "id", "tenant", "type", "v"];

/** The text whose UTF-8 bytes are the entry: canonical JSON (RFC 8785), its members in order. */
export function entryText(entry: Entry): string {
  const texts = [entry.actor, entry.at, entry.content, entry.id, entry.tenant, entry.type];
  if (!texts.every(isWellFormed)) throw new TypeError("an entry is no valid text");
  const [actor, at, content, id, tenant, type] = texts.map((text) => JSON.stringify(text));
  return `{"actor":${actor},"at":${at},"content":${content},"id":${id},"tenant":${tenant},"type":${type},"v":${VERSION}}`;
}

/** Reads an entry; any other text is refused. */
export function parseEntry(text: string | Uint8Array): Entry {
  const value = parseCanonicalJson(text, ENTRY_BYTES_MOST);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return malformed("an entry is an object");
  }
  const { v, ...entry } = value as Record<string, unknown>;
  const isEntry =
    v === VERSION &&
    Object.keys(value).join() === NAMES.join() &&
    Object.values(entry).every((member) => typeof member === "string") &&
    (ENTRY_TYPES as readonly unknown[]).includes(entry.type);
  // Its members were looked at one by one just now.
  return isEntry ? (entry as unknown as Entry) : malformed("the JSON is no entry of version 1");
}
