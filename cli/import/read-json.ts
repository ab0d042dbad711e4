import { fileError } from "../cli-error.ts";
import { JsonListScanner } from "./json-list-scanner.ts";
import { type FileRow, INPUT_LIMITS, type Refusal } from "./row.ts";

const NO_CELLS: ReadonlyMap<string, unknown> = new Map();
/** Objects whose members are columns, as in `{"manufacturing": {"lot_code": "L-1"}}`. */
const NESTED = ["manufacturing", "provision", "connectable", "attributes"];

/** The rows of a JSON list, as a stream. */
export async function* readJson(text: AsyncIterable<string>): AsyncGenerator<FileRow> {
  const scanner = new JsonListScanner(INPUT_LIMITS.rowCharacters);
  for await (const piece of text) {
    for (const { line, text: member } of scanner.push(piece)) {
      yield member === null ? tooLarge(line) : rowOf(line, parseMember(line, member));
    }
  }
  scanner.end();
}

/** The rows of a file that has one JSON object on each line, as a stream. */
export async function* readNdjson(text: AsyncIterable<string>): AsyncGenerator<FileRow> {
  let line = 1;
  let rest = "";
  let isTooLong = false;
  let hasText = false;
  for await (const piece of text) {
    const lines = piece.split("\n");
    for (const [index, part] of lines.entries()) {
      if (rest.length + part.length > INPUT_LIMITS.rowCharacters) isTooLong = true;
      rest = isTooLong ? "" : rest + part;
      if (index === lines.length - 1) break;
      if (isTooLong) yield tooLarge(line);
      else if (rest.trim() !== "") yield ndjsonRow(line, rest);
      hasText ||= isTooLong || rest.trim() !== "";
      [rest, isTooLong] = ["", false];
      line += 1;
    }
  }
  if (isTooLong) yield tooLarge(line);
  else if (rest.trim() !== "") yield lastNdjsonRow(line, rest);
  else if (!hasText) throw fileError("EMPTY_FILE", "the file is empty");
}

/** The members of one list in a file, parsed; for files that must be held as a whole. */
export async function readJsonList(
  text: AsyncIterable<string>,
): Promise<{ container: string | null; members: { line: number; value: unknown }[] }> {
  const scanner = new JsonListScanner(INPUT_LIMITS.catenaXBytes);
  const members: { line: number; value: unknown }[] = [];
  for await (const piece of text) {
    for (const { line, text: member } of scanner.push(piece)) {
      members.push({ line, value: parseMember(line, member ?? "") });
    }
  }
  scanner.end();
  return { container: scanner.container, members };
}

/** A broken member breaks the file: where it ends is a guess. The text is not repeated: it may hold a secret. */
function parseMember(line: number, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw fileError("INVALID_JSON", "this member of the list is not valid JSON", line);
  }
}

function ndjsonRow(line: number, text: string): FileRow {
  try {
    return rowOf(line, JSON.parse(text));
  } catch {
    return broken(line, "BROKEN_ROW", "the line is not valid JSON");
  }
}

/** A last line without its end that does not parse was cut off: the rest of the file is missing. */
function lastNdjsonRow(line: number, text: string): FileRow {
  const row = ndjsonRow(line, text);
  if (row.defect?.code === "BROKEN_ROW" && /^\s*\{/.test(text)) {
    throw fileError("TRUNCATED_JSON", "the file ends in the middle of this line", line);
  }
  return row;
}

function rowOf(line: number, value: unknown): FileRow {
  if (!isObject(value)) return broken(line, "BROKEN_ROW", "the row is not a JSON object");
  const cells = new Map<string, unknown>();
  for (const [name, member] of Object.entries(value)) {
    if (NESTED.includes(name.toLowerCase()) && isObject(member)) {
      for (const [inner, cell] of Object.entries(member)) cells.set(`${name}.${inner}`, cell);
    } else cells.set(name, member);
  }
  const tooLong = [...cells].find(([, cell]) => isTooLong(cell));
  if (!tooLong) return { line, cells, defect: null };
  const reason = `the text has more than ${INPUT_LIMITS.cellCharacters} characters`;
  return broken(line, "FIELD_TOO_LARGE", reason, tooLong[0]);
}

function isTooLong(cell: unknown): boolean {
  return typeof cell === "string" && cell.length > INPUT_LIMITS.cellCharacters;
}

function tooLarge(line: number): FileRow {
  const reason = `the row has more than ${INPUT_LIMITS.rowCharacters} characters`;
  return broken(line, "FIELD_TOO_LARGE", reason);
}

function broken(
  line: number,
  code: Refusal["code"],
  reason: string,
  field: string | null = null,
): FileRow {
  return { line, cells: NO_CELLS, defect: { code, reason, field } };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
