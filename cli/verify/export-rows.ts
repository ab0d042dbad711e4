import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { CliError } from "../cli-error.ts";
import { CsvScanner } from "../import/csv-scanner.ts";

/** A row of an export as its file has it: texts of CSV, values of NDJSON. */
export type ExportRow = ReadonlyMap<string, unknown>;

/** Reads the rows of an export, one after the other. */
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
  const rowOf = (cells: readonly string[]) => {
    if (header) return new Map(header.map((name, index) => [name, cells[index] ?? null]));
    header = cells;
    return null;
  };
  for await (const text of createReadStream(path, "utf8") as AsyncIterable<string>) {
    for (const { cells } of scanner.push(text)) {
      const row = rowOf(cells);
      if (row) yield row;
    }
  }
  for (const { cells } of scanner.end()) {
    const row = rowOf(cells);
    if (row) yield row;
  }
}

async function* ndjsonRows(path: string): AsyncGenerator<ExportRow> {
  for await (const line of createInterface({ input: createReadStream(path) })) {
    if (line !== "") yield new Map(Object.entries(JSON.parse(line) as object));
  }
}
