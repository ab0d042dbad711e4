import { CliError, fileError } from "../cli-error.ts";
import type { Format } from "./guess-format.ts";
import type { InputFile } from "./input-file.ts";
import { readCsv } from "./read-csv.ts";
import { readJson, readNdjson } from "./read-json.ts";
import { type FileRow, INPUT_LIMITS } from "./row.ts";
import { Workbook } from "./xlsx/workbook.ts";

/** Hears how much of a file is read, as a part of 1. */
export type OnRead = (fraction: number) => void;

/** The rows of a file in one of the formats that are tables; they are read as often as needed. */
export interface Table {
  rows(onRead?: OnRead): AsyncGenerator<FileRow>;
  /** How long it is, unpacked. */
  textBytes: number;
  /** What a person should know of how it is read; null where there is nothing. */
  note: string | null;
  close(): void;
}

export async function openTable(
  file: InputFile,
  format: Format,
  { sheet }: { sheet?: string } = {},
): Promise<Table> {
  if (format === "xlsx") return openWorkbook(file, sheet);
  if (sheet !== undefined) {
    throw new CliError("USAGE", `--sheet names a sheet of a workbook, and ${file.name} is none`);
  }
  return {
    rows: (onRead = () => undefined) =>
      readText(
        file.text((bytes) => onRead(bytes / file.sizeBytes)),
        format,
      ),
    textBytes: file.sizeBytes,
    note: null,
    close: () => undefined,
  };
}

async function openWorkbook(file: InputFile, sheet: string | undefined): Promise<Table> {
  const workbook = await Workbook.open(file, sheet);
  const others = workbook.otherSheets.map((name) => JSON.stringify(name)).join(", ");
  const mayBeMeant = sheet === undefined && others !== "";
  return {
    rows: (onRead) => workbook.rows(onRead),
    textBytes: workbook.textBytes,
    note: mayBeMeant
      ? `read from sheet ${JSON.stringify(workbook.sheet)}; not from ${others} (--sheet)`
      : null,
    close: () => workbook.close(),
  };
}

function readText(
  text: AsyncIterable<string>,
  format: Exclude<Format, "xlsx">,
): AsyncGenerator<FileRow> {
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

/** A table whose every byte was read once: its form is sound, and its columns are known. */
export interface InspectedTable {
  /** Column names as the file spells them, in the order of their first appearance. */
  columns: readonly string[];
  rows: number;
}

/**
 * Reads the whole file once before anything is sent. What is wrong with the file as a whole, also
 * on its last line, is found here; so nothing of such a file is recorded. `onRow` sees each row.
 */
export async function inspectTable(
  table: Table,
  { onRow, onRead }: { onRow?: (row: FileRow) => void; onRead?: OnRead } = {},
): Promise<InspectedTable> {
  const columns = new Set<string>();
  let rows = 0;
  for await (const row of table.rows(onRead)) {
    rows += 1;
    onRow?.(row);
    for (const column of row.cells.keys()) columns.add(column);
    if (columns.size > INPUT_LIMITS.columns) {
      const reason = `the rows have more than ${INPUT_LIMITS.columns} different columns`;
      throw fileError("TOO_MANY_COLUMNS", reason);
    }
  }
  if (rows > 0) return { columns: [...columns], rows };
  throw fileError("NO_ROWS", "the file has a header and no rows, or an empty list");
}
