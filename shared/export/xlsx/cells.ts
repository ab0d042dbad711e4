import { TIME_CHARACTERS, writeTime } from "../database-time.ts";
import type { ExportColumn, ExportType } from "../export-column.ts";
import { integerText, numberText } from "../number-text.ts";
import type { Output } from "../output.ts";
import type { RowBatch } from "../row-batch.ts";

/** What a cell holds at most. Excel itself would call the file damaged. */
export const CELL_CHARACTERS = 32_767;
/** Beyond them a number of a spreadsheet loses its last digits. */
const EXACT_DIGITS = 15;
/** The most that one byte becomes: `_x005F_`. */
const ESCAPED_BYTES = 7;

/** The columns of a sheet: their types, and how their cells begin: `<c r="A`. */
export interface SheetColumns {
  types: readonly ExportType[];
  begins: readonly Uint8Array[];
}

export function sheetColumns(columns: readonly ExportColumn[]): SheetColumns {
  return {
    types: columns.map(({ type }) => type),
    begins: columns.map((_, index) => Buffer.from(`<c r="${lettersOf(index)}`)),
  };
}

/** Writes the names of the columns as the first row. */
export function writeHeader(output: Output, columns: readonly ExportColumn[]): void {
  output.ascii('<row r="1">');
  for (const [index, { name }] of columns.entries()) {
    output.ascii(`<c r="${lettersOf(index)}1"`);
    const bytes = Buffer.from(name);
    writeText(output, bytes, 0, bytes.length);
  }
  output.ascii("</row>");
}

/** Writes one row of a batch as row `number` of the sheet. A null is no cell. */
export function writeRow(
  output: Output,
  { bytes, starts, lengths }: RowBatch,
  { row, number, sheet }: { row: number; number: number; sheet: SheetColumns },
): void {
  const { types, begins } = sheet;
  const columns = types.length;
  const digits = String(number);
  output.ascii('<row r="');
  output.ascii(digits);
  output.ascii('">');
  for (let column = 0, place = row * columns; column < columns; column++, place++) {
    const length = lengths[place] as number;
    if (length < 0) continue;
    const begin = begins[column] as Uint8Array;
    output.copy(begin, 0, begin.length);
    output.ascii(digits);
    output.ascii('"');
    const type = types[column] as ExportType;
    const start = starts[place] as number;
    // A text is never a formula, whatever it begins with.
    if (type === "text" || type === "json") writeText(output, bytes, start, length);
    else writeValue(output, bytes, start, type);
  }
  output.ascii("</row>");
}

function writeValue(
  output: Output,
  from: Uint8Array,
  start: number,
  type: Exclude<ExportType, "text" | "json">,
): void {
  switch (type) {
    case "timestamp":
      // A spreadsheet's own times are too coarse for microseconds.
      output.ascii(' t="inlineStr"><is><t>');
      output.ensure(TIME_CHARACTERS);
      output.at = writeTime(from, start, output.bytes, output.at);
      output.ascii("</t></is></c>");
      return;
    case "integer": {
      const text = integerText(from, start);
      output.ascii(
        text.length > EXACT_DIGITS
          ? ` t="inlineStr"><is><t>${text}</t></is></c>`
          : `><v>${text}</v></c>`,
      );
      return;
    }
    case "number":
      output.ascii(`><v>${numberText(from, start)}</v></c>`);
      return;
    case "boolean":
      output.ascii(` t="b"><v>${from[start] ? 1 : 0}</v></c>`);
      return;
  }
}

const [SPACE, UNDERSCORE, TAB, LINE_FEED, NO_CHARACTER] = [32, 95, 9, 10, 0xef] as const;

function writeText(output: Output, from: Uint8Array, start: number, length: number): void {
  const end = start + length;
  if (length > CELL_CHARACTERS) assertFits(from.subarray(start, end));
  const isPadded =
    length > 0 && ((from[start] as number) <= SPACE || (from[end - 1] as number) <= SPACE);
  output.ascii(isPadded ? ' t="inlineStr"><is><t xml:space="preserve">' : ' t="inlineStr"><is><t>');
  output.ensure(length * ESCAPED_BYTES);
  const { bytes } = output;
  let { at } = output;
  for (let i = start; i < end; i++) {
    const byte = from[i] as number;
    if (IS_PLAIN[byte]) {
      bytes[at++] = byte;
      continue;
    }
    const instead = escapeOf(from, i, end);
    if (instead === null) bytes[at++] = byte;
    else for (let c = 0; c < instead.length; c++) bytes[at++] = instead.charCodeAt(c);
    // The two bytes behind the first of U+FFFE or U+FFFF.
    if (byte === NO_CHARACTER && instead !== null) i += 2;
  }
  output.at = at;
  output.ascii("</t></is></c>");
}

/** Bytes that stand for themselves, whatever is around them. */
const IS_PLAIN: readonly boolean[] = Array.from(
  { length: 256 },
  (_, byte) => byte >= SPACE && ![38, 60, 62, UNDERSCORE, NO_CHARACTER].includes(byte),
);

/** What stands for a byte; null where it stands for itself. */
function escapeOf(from: Uint8Array, i: number, end: number): string | null {
  const byte = from[i] as number;
  if (byte === NO_CHARACTER) return noCharacter(from, i);
  if (byte > 62 && byte !== UNDERSCORE) return null;
  if (byte >= SPACE) {
    if (byte === 38) return "&amp;";
    if (byte === 60) return "&lt;";
    if (byte === 62) return "&gt;";
    return byte === UNDERSCORE && isEscape(from, i, end) ? "_x005F_" : null;
  }
  // XML knows no other control characters, and would read a return as a line feed.
  if (byte === TAB || byte === LINE_FEED) return null;
  return `_x${byte.toString(16).toUpperCase().padStart(4, "0")}_`;
}

/** U+FFFE and U+FFFF are no characters of XML. */
function noCharacter(from: Uint8Array, i: number): string | null {
  if (from[i + 1] !== 0xbf || (from[i + 2] as number) < 0xbe) return null;
  return from[i + 2] === 0xbe ? "_xFFFE_" : "_xFFFF_";
}

/** Whether a text itself has what would be read as an escaped character: `_x0041_`. */
function isEscape(from: Uint8Array, i: number, end: number): boolean {
  if (i + 7 > end) return false;
  return /^_x[0-9A-Fa-f]{4}_$/.test(String.fromCharCode(...from.subarray(i, i + 7)));
}

function assertFits(bytes: Uint8Array): void {
  const { length } = Buffer.from(bytes).toString("utf8");
  if (length > CELL_CHARACTERS) throw new Error(`a text of ${length} characters fits no cell`);
}

/** A, B … Z, AA, AB … */
function lettersOf(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : lettersOf(Math.floor(index / 26) - 1) + last;
}
