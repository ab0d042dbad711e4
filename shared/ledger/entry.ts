import { parseTimestamp, type Timestamp } from "../time.ts";
import { parseCanonicalJson } from "./canonical-json.ts";
import { isWellFormed, malformed } from "./strict-text.ts";
import { ENTRY_BYTES_MOST } from "./tiles.ts";

/** What an entry tells of. */
export const ENTRY_TYPES = [
  "REVISION",
  "PROVISIONING",
  "OWNERSHIP",
  "RECALL",
  "ACCESS",
  "ERASURE",
  "LOG_KEY",
] as const;
export type EntryType = (typeof ENTRY_TYPES)[number];

/** One entry of a log: exactly what is hashed. It holds no personal data, so it may stay for ever. */
export interface LedgerEntry {
  /** Who did it, as a keyed commitment in hexadecimal; never a name. */
  actor: string;
  /** When it was recorded. */
  at: Timestamp;
  /** SHA-256, in hexadecimal, of the canonical JSON of what was recorded. */
  content: string;
  /** Which thing, as `<kind>/<key>`. */
  id: string;
  tenant: string;
  type: EntryType;
}

/** The bytes: canonical JSON (RFC 8785) of the entry's fields and the version. */
export function encodeEntry(entry: LedgerEntry): Buffer {
  const texts = [entry.actor, entry.at, entry.content, entry.id, entry.tenant, entry.type];
  if (!texts.every(isWellFormed)) throw new RangeError("an entry has half a surrogate pair");
  const [actor, at, content, id, tenant, type] = texts.map((text) => JSON.stringify(text));
  const text = `{"actor":${actor},"at":${at},"content":${content},"id":${id},"tenant":${tenant},"type":${type},"v":1}`;
  const bytes = Buffer.from(text);
  if (bytes.length <= ENTRY_BYTES_MOST) return bytes;
  throw new RangeError(`an entry has ${bytes.length} bytes, more than ${ENTRY_BYTES_MOST}`);
}

/** Reads an entry; any other spelling, field or version is refused. */
export function parseEntry(bytes: Uint8Array): LedgerEntry {
  const value = parseCanonicalJson(bytes, ENTRY_BYTES_MOST);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return malformed("the entry is no object");
  }
  const { actor, at, content, id, tenant, type, v, ...more } = value as Record<string, unknown>;
  if (Object.keys(more).length > 0) return malformed("the entry has further fields");
  if (v !== 1) return malformed("the entry is not of version 1");
  if (!isText(actor) || !isText(id) || !isText(tenant) || !isText(at) || !isText(content)) {
    return malformed("the entry lacks a field");
  }
  if (parseTimestamp(at) !== at) return malformed("the entry's time is none in UTC microseconds");
  if (!/^[0-9a-f]{64}$/.test(content)) return malformed("the entry's content is no SHA-256");
  const known = ENTRY_TYPES.find((one) => one === type);
  if (known === undefined) return malformed("the entry is of an unknown type");
  return { actor, at, content, id, tenant, type: known };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
