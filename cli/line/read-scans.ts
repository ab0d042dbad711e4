import { type CsvRecord, CsvScanner, guessDelimiter } from "../import/csv-scanner.ts";
import { INPUT_LIMITS, type Refusal } from "../import/row.ts";
import { isRefused, readCode } from "./scan-code.ts";
import {
  columnOf,
  columnsOfHeader,
  readScanRow,
  type ScanColumn,
  type ScanRow,
  type ScanValues,
} from "./scan-fields.ts";
import { linesOf } from "./text-lines.ts";

/** How a station is told what was scanned: bare codes, or rows. */
export const SCAN_FORMATS = ["lines", "csv", "ndjson"] as const;
export type ScanFormat = (typeof SCAN_FORMATS)[number];

export interface ScanInputOptions {
  format: ScanFormat;
  /** What a whole code is, of bare ones. */
  pattern: RegExp;
  /** What is said of every scan. */
  ofEach: ScanValues;
}

/** One line of the input: a scan, or why it is none. */
export interface ReadLine {
  line: number;
  read: ScanRow | Refusal;
}

/** Reads scans as they come: each list is what came together. */
export function readScans(
  text: AsyncIterable<string>,
  options: ScanInputOptions,
): AsyncGenerator<ReadLine[]> {
  switch (options.format) {
    case "lines":
      return eachLine(text, (line) => readBareCode(line, options));
    case "ndjson":
      return eachLine(text, (line) => readObject(line, options.ofEach));
    case "csv":
      return readCsvScans(text, options.ofEach);
  }
}

export function isRefusedRow(read: ScanRow | Refusal): read is Refusal {
  return "reason" in read;
}

async function* eachLine(
  text: AsyncIterable<string>,
  read: (line: string) => ScanRow | Refusal,
): AsyncGenerator<ReadLine[]> {
  for await (const lines of linesOf(text)) {
    yield lines.map(({ number, text: line }) => {
      return { line: number, read: line === null ? tooLong() : read(line) };
    });
  }
}

function readBareCode(line: string, { pattern, ofEach }: ScanInputOptions): ScanRow | Refusal {
  const read = readCode(line, pattern);
  if (isRefused(read)) return read;
  return { record: { ...ofEach, serialNumber: read.code }, scannedAt: null };
}

function readObject(line: string, ofEach: ScanValues): ScanRow | Refusal {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch {
    return { code: "BROKEN_ROW", field: null, reason: "the line is not valid JSON" };
  }
  if (typeof row !== "object" || row === null || Array.isArray(row)) {
    return { code: "BROKEN_ROW", field: null, reason: "the line is not a JSON object" };
  }
  const cells = Object.entries(row).map(
    ([name, cell]) => [name, columnOf(name), cell] as [string, ScanColumn | null, unknown],
  );
  return readScanRow(cells, ofEach);
}

async function* readCsvScans(
  text: AsyncIterable<string>,
  ofEach: ScanValues,
): AsyncGenerator<ReadLine[]> {
  let scanner: CsvScanner | null = null;
  let header: { names: readonly string[]; columns: readonly ScanColumn[] } | null = null;
  const read = (records: Iterable<CsvRecord>): ReadLine[] => {
    const lines: ReadLine[] = [];
    for (const record of records) {
      const names = record.cells.map((name) => name.trim());
      if (!header) header = { names, columns: columnsOfHeader(names) };
      else lines.push({ line: record.line, read: readCells(record, header, ofEach) });
    }
    return lines;
  };
  for await (const piece of text) {
    if (piece === "") continue;
    scanner ??= new CsvScanner(guessDelimiter(piece));
    const lines = read(scanner.push(piece));
    if (lines.length > 0) yield lines;
  }
  const last = read(scanner?.end() ?? []);
  if (last.length > 0) yield last;
}

function readCells(
  { cells, cellCount, oversizedCell, brokenCell }: CsvRecord,
  { names, columns }: { names: readonly string[]; columns: readonly ScanColumn[] },
  ofEach: ScanValues,
): ScanRow | Refusal {
  if (oversizedCell !== null) return tooLong();
  if (brokenCell !== null) {
    const reason = "there is text after the closing quote";
    return { code: "BROKEN_QUOTE", field: names[brokenCell] ?? null, reason };
  }
  if (cellCount !== names.length) {
    const reason = `the row has ${cellCount} cells, the header has ${names.length}`;
    return { code: "WRONG_COLUMN_COUNT", field: null, reason };
  }
  const placed = cells.map(
    (cell, at) =>
      [names[at] ?? "", columns[at] ?? null, cell] as [string, ScanColumn | null, unknown],
  );
  return readScanRow(placed, ofEach);
}

function tooLong(): Refusal {
  const reason = `the line has more than ${INPUT_LIMITS.cellCharacters} characters`;
  return { code: "FIELD_TOO_LARGE", field: null, reason };
}
