import { hash } from "node:crypto";
import { canonicalJson, type JsonValue } from "../ledger/canonical-json.ts";

/**
 * How a column stands in a content: times as text, bytes in hex, a `real` as its four bytes in hex,
 * a text about people as the commitment to it.
 */
export type ContentKind = "text" | "texts" | "integer" | "time" | "bytes" | "real" | "committed";

/** The members of a content, by name. One that has no value is left out. */
export type ContentFields = Readonly<Record<string, ContentKind>>;

/** A row as read: what is committed stands in it as its commitment. */
export type ContentRow<Fields extends ContentFields> = {
  readonly [Name in keyof Fields]: unknown;
};

/** The canonical JSON that an entry's `content` is the hash of. */
export function contentText<Fields extends ContentFields>(
  fields: Fields,
  row: ContentRow<Fields>,
): string {
  const members = Object.entries(fields).flatMap(([name, kind]): [string, JsonValue][] => {
    const value = row[name];
    return value === null || value === undefined ? [] : [[name, sayable(kind, value)]];
  });
  return canonicalJson(Object.fromEntries(members));
}

/** SHA-256 of a content, in hex. */
export function contentHash(text: string): string {
  return hash("sha256", text, "hex");
}

function sayable(kind: ContentKind, value: unknown): JsonValue {
  switch (kind) {
    case "bytes":
      return (value as Buffer).toString("hex");
    case "real":
      return bytesOfReal(value as number);
    case "text":
    case "texts":
    case "integer":
    case "time":
    case "committed":
      return value as JsonValue;
  }
}

/** As PostgreSQL's float4send writes it. */
function bytesOfReal(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatBE(value);
  return bytes.toString("hex");
}
