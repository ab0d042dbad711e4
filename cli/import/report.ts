import type { FileHandle } from "node:fs/promises";
import { newFile } from "../new-file.ts";
import { csvLine } from "../output.ts";
import { type ColumnTarget, REPORT_PREFIX } from "./columns.ts";
import type { FileRow, Refusal } from "./row.ts";

/** What stands in a report in the place of an init key. */
export const WITHHELD = "(withheld)";

/** A CSV file that is written as the work goes on, and never over another file. */
export class CsvFile {
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Creates the file; only its owner may read it where `isSecret`. */
  static async create(
    path: string,
    header: readonly string[],
    { isSecret = false } = {},
  ): Promise<CsvFile> {
    const file = new CsvFile(await newFile(path, isSecret ? 0o600 : 0o644));
    await file.write(header);
    return file;
  }

  async write(cells: readonly (string | null)[]): Promise<void> {
    await this.#handle.writeFile(`${csvLine(cells)}\n`);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** The header of a report: why, then the columns as the file has them. */
export function reportHeader(columns: readonly string[]): string[] {
  const why = ["line", "field", "code", "reason"].map((name) => `${REPORT_PREFIX}.${name}`);
  return [...why, ...columns.filter((column) => !isOfReport(column))];
}

/** One refused row as it came, so that it can be mended in place; without its init key. */
export function reportLine(
  refused: { row: FileRow; refusal: Refusal },
  columns: readonly string[],
  targets: ReadonlyMap<string, ColumnTarget>,
): (string | null)[] {
  const { row, refusal } = refused;
  const original = columns
    .filter((column) => !isOfReport(column))
    .map((column) => {
      const cell = row.cells.get(column);
      if (cell === undefined || cell === null || cell === "") return null;
      const target = targets.get(column);
      const isSecret = target?.kind === "provision" && target.part === "initKey";
      if (isSecret) return WITHHELD;
      return typeof cell === "string" ? cell : JSON.stringify(cell);
    });
  return [String(row.line), refusal.field, refusal.code, refusal.reason, ...original];
}

function isOfReport(column: string): boolean {
  return column.toLowerCase().startsWith(`${REPORT_PREFIX}.`);
}
