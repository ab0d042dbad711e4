import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { CliError } from "../cli-error.ts";
import { type CsvRecord, CsvScanner } from "../import/csv-scanner.ts";
import { repeatedMember } from "./repeated-member.ts";

/** A row of an export as its file has it: texts of CSV, values of NDJSON. */
export type ExportRow = ReadonlyMap<string, unknown>;

/**
 * Reads the rows of an export, one after the other. Throws NOT_PROVEN where another reader may read
 * something else in them: a column twice, cells without a column.
 */
export function readExportRows(path: string, format: string): AsyncIterable<ExportRow> {
  if (format === "csv") return csvRows(path);
  if (format === "ndjson") return ndjsonRows(path);
  throw new CliError("USAGE", `proofs are read from csv and ndjson, not from ${format}`, {
    advice: "Export it as ndjson.",
  });
}

async function* csvRows(path: string): AsyncGenerator<ExportRow> {
  const scanner = new CsvScanner(",");
  let header: readonly string[] | null = null;
  const rowOf = (record: CsvRecord) => {
    const { cells } = record;
    assertWhole(path, record, header ?? cells);
    if (header) return new Map(header.map((name, index) => [name, cells[index] ?? null]));
    header = cells;
    const twice = cells.find((name, index) => cells.indexOf(name) < index);
    if (twice !== undefined) throw unclear(path, record.line, `the column ${twice} is there twice`);
    return null;
  };
  for await (const text of createReadStream(path, "utf8") as AsyncIterable<string>) {
    for (const record of scanner.push(text)) {
      const row = rowOf(record);
      if (row) yield row;
    }
  }
  for (const record of scanner.end()) {
    const row = rowOf(record);
    if (row) yield row;
  }
}

function assertWhole(path: string, record: CsvRecord, header: readonly string[]): void {
  const { line, cellCount, oversizedCell, brokenCell } = record;
  if (cellCount !== header.length) {
    throw unclear(path, line, `there are ${cellCount} cells, not ${header.length}`);
  }
  if (oversizedCell !== null) throw unclear(path, line, `${header[oversizedCell]} is too large`);
  if (brokenCell !== null) throw unclear(path, line, `${header[brokenCell]} has a broken quote`);
}

async function* ndjsonRows(path: string): AsyncGenerator<ExportRow> {
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(path) })) {
    line++;
    if (text !== "") yield new Map(Object.entries(rowIn(text, path, line)));
  }
}

function rowIn(text: string, path: string, line: number): object {
  let row: unknown;
  try {
    row = JSON.parse(text);
  } catch (error) {
    throw unclear(path, line, (error as Error).message);
  }
  if (typeof row !== "object" || row === null || Array.isArray(row)) {
    throw unclear(path, line, "it is no object");
  }
  const twice = repeatedMember(text);
  if (twice !== null) throw unclear(path, line, `${twice} is there twice`);
  return row;
}

function unclear(path: string, line: number, reason: string): CliError {
  return new CliError("NOT_PROVEN", `${path}, line ${line}: ${reason}`);
}
