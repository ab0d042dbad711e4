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

/**
 * The canonical text of a value (RFC 8785). What JSON cannot say is refused with a TypeError, never
 * left out; what is nested too deep, with a RangeError.
 */
export function canonicalJson(value: unknown): string {
  return textOf(value, 0);
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
    if (error instanceof TypeError || error instanceof RangeError) return false;
    throw error;
  }
}

function textOf(value: unknown, depth: number): string {
  switch (typeof value) {
    case "string":
      return textOfString(value);
    case "boolean":
      return value ? "true" : "false";
    case "number":
      // ECMAScript writes numbers as the standard asks (3.2.2.3); minus zero is 0 in both.
      if (Number.isFinite(value)) return String(value);
      throw new TypeError(`JSON has no ${value}`);
    case "object":
      if (value === null) return "null";
      if (depth >= DEPTH_MOST) throw new RangeError(`JSON nested deeper than ${DEPTH_MOST}`);
      return Array.isArray(value) ? textOfList(value, depth) : textOfObject(value, depth);
    default:
      throw new TypeError(`JSON has no ${typeof value}`);
  }
}

/** ECMAScript escapes what the standard asks for (3.2.2.2), and nothing else but half pairs. */
function textOfString(value: string): string {
  if (isWellFormed(value)) return JSON.stringify(value);
  throw new TypeError("JSON has no half of a surrogate pair");
}

function textOfList(list: readonly unknown[], depth: number): string {
  // A hole is undefined to an iterator, and so refused; map would leave it out.
  return `[${Array.from(list, (item) => textOf(item, depth + 1)).join(",")}]`;
}

function textOfObject(value: object, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError("JSON has plain objects only");
  }
  const members = value as Readonly<Record<string, unknown>>;
  // Without a comparison of its own, sort() goes by UTF-16 units, as the standard asks (3.2.3).
  const texts = Object.keys(members)
    .sort()
    .map((name) => `${textOfString(name)}:${textOf(members[name], depth + 1)}`);
  return `{${texts.join(",")}}`;
}
