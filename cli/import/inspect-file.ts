import { fileError } from "../cli-error.ts";
import type { Format } from "./guess-format.ts";
import type { InputFile } from "./input-file.ts";
import { readCsv } from "./read-csv.ts";
import { readJson, readNdjson } from "./read-json.ts";
import { type FileRow, INPUT_LIMITS } from "./row.ts";

/** A file whose every byte was read once: its form is sound, and its columns are known. */
export interface InspectedFile {
  /** Column names as the file spells them, in the order of their first appearance. */
  columns: readonly string[];
  rows: number;
}

/** Reads the rows of a file in one of the formats that are tables. */
export function readRows(text: AsyncIterable<string>, format: Format): AsyncGenerator<FileRow> {
  switch (format) {
    case "connhex-csv":
    case "csv":
      return readCsv(text);
    case "json":
    case "catena-x":
      return readJson(text);
    case "ndjson":
      return readNdjson(text);
  }
}

/**
 * Reads the whole file once before anything is sent. What is wrong with the file as a whole, also
 * on its last line, is found here; so nothing of such a file is recorded.
 */
export async function inspectFile(file: InputFile, format: Format): Promise<InspectedFile> {
  const columns = new Set<string>();
  let rows = 0;
  for await (const { cells } of readRows(file.text(), format)) {
    rows += 1;
    if (columns.size > INPUT_LIMITS.columns) break;
    for (const column of cells.keys()) columns.add(column);
  }
  if (rows > 0) return { columns: [...columns], rows };
  const isCsv = format === "csv" || format === "connhex-csv";
  throw fileError("NO_ROWS", isCsv ? "the file has a header and no rows" : "the list has no rows");
}
