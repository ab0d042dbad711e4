import { parseTimestamp } from "../../shared/time.ts";
import type { CoreField } from "./columns.ts";
import type { FieldDefinition } from "./field-definitions.ts";
import { momentOf, readIso } from "./mapping/date-format.ts";
import type { TimeZone } from "./mapping/time-zone.ts";

/** The gateway refuses the same; said here, a row costs no round trip and a dry run can tell. */
const LONGEST = { serialNumber: 128, field: 256, attribute: 4_096 } as const;
const UNFIT = /[\p{Cc}\p{Cs}\u2028\u2029]/u;
const PHASES = ["MANUFACTURING", "FINAL_ASSEMBLY", "TESTING", "PACKAGING"];
const DISPOSITIONS = ["RELEASED", "QUARANTINED", "SCRAPPED"];

/** A value that is fit to be sent, or why it is not. */
export type Read<Value> = { value: Value } | { reason: string };

/** What stands in a cell; empty cells, empty text and null say nothing. */
export function isEmpty(cell: unknown): boolean {
  return cell === undefined || cell === null || cell === "";
}

/** Reads a built-in field of the record. */
export function readCoreField(
  field: CoreField,
  cell: unknown,
  zone: TimeZone | null = null,
): Read<string> {
  if (field === "phase") return readWord(cell, PHASES);
  if (field === "disposition") return readWord(cell, DISPOSITIONS);
  if (field === "producedAt" || field === "effectiveAt") return readTime(cell, zone);
  return readText(cell, field === "serialNumber" ? LONGEST.serialNumber : LONGEST.field);
}

export function readText(cell: unknown, most: number): Read<string> {
  if (typeof cell !== "string") return { reason: `must be text, not ${kindOf(cell)}` };
  if (cell.length > most) {
    return { reason: `has ${cell.length} characters, at most ${most} are allowed` };
  }
  if (UNFIT.test(cell)) {
    return { reason: `${excerpt(cell)} has control characters or is not Unicode` };
  }
  if (cell.trim() !== cell) return { reason: `${excerpt(cell)} begins or ends with white space` };
  return { value: cell };
}

/** Words are read in any letter case and spelling: `Final assembly` is FINAL_ASSEMBLY. */
function readWord(cell: unknown, words: readonly string[]): Read<string> {
  const text = typeof cell === "string" ? cell : kindOf(cell);
  const word = text
    .trim()
    .toUpperCase()
    .replace(/[\s-]+/g, "_");
  return words.includes(word)
    ? { value: word }
    : { reason: `must be one of ${words.join(", ")}, not ${excerpt(text)}` };
}

/** Where a zone is given, a time may come without its offset, and a day begins there. */
export function readTime(cell: unknown, zone: TimeZone | null = null): Read<string> {
  const time = typeof cell === "string" ? parseTimestamp(cell) : null;
  if (time !== null) return { value: time };
  const text = typeof cell === "string" ? excerpt(cell) : kindOf(cell);
  const local = zone && typeof cell === "string" ? readIso(cell) : null;
  if (!zone || !local) {
    return { reason: `must be a time with its offset like 2026-01-31T08:00:00Z, not ${text}` };
  }
  const moment = momentOf(local, zone);
  return moment === null
    ? { reason: `${text}: the clocks of ${zone.name} never show that time` }
    : { value: moment };
}

/** Reads a custom field; CSV knows text only, JSON may bring the type itself. */
export function readAttribute(
  definition: FieldDefinition,
  cell: unknown,
): Read<string | number | boolean> {
  switch (definition.type) {
    case "TEXT":
      return readPatternText(cell, definition.pattern);
    case "INTEGER":
      return readInteger(cell);
    case "DECIMAL":
      return readDecimal(cell);
    case "BOOLEAN":
      return readBoolean(cell);
    case "DATE":
      return readDay(cell);
    case "ENUM":
      return readEnum(cell, definition.values ?? []);
  }
}

function readPatternText(cell: unknown, pattern: string | null): Read<string> {
  const read = readText(cell, LONGEST.attribute);
  if (pattern === null || "reason" in read) return read;
  return new RegExp(`^(?:${pattern})$`, "u").test(read.value)
    ? read
    : { reason: `${excerpt(read.value)} does not match ${pattern}` };
}

function readInteger(cell: unknown): Read<number> {
  const isText = typeof cell === "string" && /^[+-]?\d{1,16}$/.test(cell);
  const value = isText ? Number(cell) : cell;
  return typeof value === "number" && Number.isSafeInteger(value)
    ? { value }
    : { reason: `must be an integer, not ${shown(cell)}` };
}

function readDecimal(cell: unknown): Read<string> {
  const text = typeof cell === "number" ? String(cell) : cell;
  return typeof text === "string" && /^-?\d{1,40}(\.\d{1,40})?$/.test(text)
    ? { value: text }
    : { reason: `must be a decimal number like 12.5, not ${shown(cell)}` };
}

export function readBoolean(cell: unknown): Read<boolean> {
  if (typeof cell === "boolean") return { value: cell };
  const word = typeof cell === "string" ? cell.toLowerCase() : "";
  if (["true", "yes", "1"].includes(word)) return { value: true };
  if (["false", "no", "0"].includes(word)) return { value: false };
  return { reason: `must be true or false, not ${shown(cell)}` };
}

function readDay(cell: unknown): Read<string> {
  const isDay =
    typeof cell === "string" &&
    /^\d{4}-\d{2}-\d{2}$/.test(cell) &&
    parseTimestamp(`${cell}T00:00:00Z`) !== null;
  return isDay ? { value: cell } : { reason: `must be a day like 2026-01-31, not ${shown(cell)}` };
}

function readEnum(cell: unknown, values: readonly string[]): Read<string> {
  return typeof cell === "string" && values.includes(cell)
    ? { value: cell }
    : { reason: `must be one of ${values.slice(0, 20).join(", ")}, not ${shown(cell)}` };
}

function shown(cell: unknown): string {
  return typeof cell === "string" ? excerpt(cell) : kindOf(cell);
}

function kindOf(cell: unknown): string {
  if (Array.isArray(cell)) return "a list";
  if (typeof cell === "object") return cell === null ? "null" : "an object";
  return `the ${typeof cell} ${String(cell)}`;
}

/** A value as a message may show it: quoted, escaped, not too long. */
export function excerpt(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
