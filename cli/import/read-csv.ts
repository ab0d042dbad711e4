import { fileError } from "../cli-error.ts";
import { type CsvRecord, CsvScanner, guessDelimiter } from "./csv-scanner.ts";
import { type FileRow, INPUT_LIMITS, type Refusal } from "./row.ts";

const NO_CELLS: ReadonlyMap<string, unknown> = new Map();

/** The rows below the header of a CSV file, as a stream. */
export async function* readCsv(text: AsyncIterable<string>): AsyncGenerator<FileRow> {
  let scanner: CsvScanner | null = null;
  let header: readonly string[] | null = null;
  for await (const piece of text) {
    scanner ??= new CsvScanner(guessDelimiter(piece));
    for (const record of scanner.push(piece)) {
      if (header) yield rowOf(record, header);
      else header = readHeader(record);
    }
  }
  for (const record of scanner?.end() ?? []) {
    if (header) yield rowOf(record, header);
    else header = readHeader(record);
  }
  if (!header) throw fileError("EMPTY_FILE", "the file is empty");
}

/** Every row knows all columns, also those that are empty in it. */
function readHeader(record: CsvRecord): readonly string[] {
  const { cells, line } = record;
  if (record.cellCount > INPUT_LIMITS.columns) {
    const reason = `the header has ${record.cellCount} columns, more than ${INPUT_LIMITS.columns}`;
    throw fileError("TOO_MANY_COLUMNS", reason, line);
  }
  if (record.oversizedCell !== null) {
    throw fileError("WRONG_FORMAT", "the first line is no header: it is too long", line);
  }
  const names = cells.map((cell) => cell.trim());
  names.forEach((name, index) => {
    if (name === "") throw fileError("UNKNOWN_COLUMN", `column ${index + 1} has no name`, line);
    if (names.indexOf(name) < index) {
      throw fileError("DUPLICATE_COLUMN", `the column "${name}" stands twice`, line);
    }
  });
  return names;
}

function rowOf(record: CsvRecord, header: readonly string[]): FileRow {
  const { line, cells } = record;
  const defect = defectOf(record, header);
  if (defect?.code === "FIELD_TOO_LARGE") return { line, cells: NO_CELLS, defect };
  const named = cells
    .slice(0, header.length)
    .map((cell, index): [string, string] => [header[index] ?? "", cell]);
  return { line, cells: new Map(named), defect };
}

function defectOf(record: CsvRecord, header: readonly string[]): Refusal | null {
  const { cellCount, oversizedCell, brokenCell } = record;
  if (oversizedCell !== null) {
    const reason = `the cell has more than ${INPUT_LIMITS.cellCharacters} characters`;
    return { code: "FIELD_TOO_LARGE", field: header[oversizedCell] ?? null, reason };
  }
  if (brokenCell !== null) {
    const reason = "there is text after the closing quote";
    return { code: "BROKEN_QUOTE", field: header[brokenCell] ?? null, reason };
  }
  if (cellCount !== header.length) {
    const reason = `the row has ${cellCount} cells, the header has ${header.length}`;
    return { code: "WRONG_COLUMN_COUNT", field: null, reason };
  }
  return null;
}
