import { hash as digest } from "node:crypto";
import canonicalize from "canonicalize";
import { isWellFormed, malformed, readText } from "./strict-text.ts";

/** What JSON can say without loss. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** Nesting beyond this is refused: no record of ours is so deep. */
const DEPTH_MOST = 64;

/** The canonical text of a value (RFC 8785). What JSON cannot say is refused, never left out. */
export function canonicalJson(value: unknown): string {
  assertSayable(value, 0);
  return canonicalize(value) as string;
}

/** The bytes of the canonical text: what is hashed and logged. */
export function canonicalBytes(value: unknown): Buffer {
  return Buffer.from(canonicalJson(value));
}

/** SHA-256 of the canonical bytes, in lower-case hexadecimal. */
export function canonicalHash(value: unknown): string {
  return digest("sha256", canonicalJson(value), "hex");
}

/** Reads canonical JSON; any other spelling of the same value is refused. */
export function parseCanonicalJson(bytes: string | Uint8Array, bytesMost: number): JsonValue {
  const text = readText(bytes, bytesMost, "the JSON");
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch {
    return malformed("the JSON cannot be read");
  }
  return isCanonical(value, text) ? value : malformed("the JSON is not in its canonical form");
}

function isCanonical(value: JsonValue, text: string): boolean {
  try {
    return canonicalJson(value) === text;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

function assertSayable(value: unknown, depth: number): void {
  if (depth > DEPTH_MOST) throw new TypeError(`JSON nested deeper than ${DEPTH_MOST}`);
  switch (typeof value) {
    case "boolean":
      return;
    case "number":
      if (Number.isFinite(value)) return;
      throw new TypeError(`JSON has no ${value}`);
    case "string":
      if (isWellFormed(value)) return;
      throw new TypeError("JSON has no half of a surrogate pair");
    case "object":
      if (value !== null) assertMembers(value, depth);
      return;
    default:
      throw new TypeError(`JSON has no ${typeof value}`);
  }
}

function assertMembers(value: object, depth: number): void {
  if (Array.isArray(value)) {
    // A hole is undefined here; Object.values would skip it.
    for (let at = 0; at < value.length; at += 1) assertSayable(value[at], depth + 1);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError("JSON has plain objects only");
  }
  for (const [name, member] of Object.entries(value)) {
    if (!isWellFormed(name)) throw new TypeError("JSON has no half of a surrogate pair");
    assertSayable(member, depth + 1);
  }
}
