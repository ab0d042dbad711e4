import { type FileHandle, open, rm } from "node:fs/promises";
import { CliError } from "../cli-error.ts";
import { newFile } from "../new-file.ts";
import { csvLine } from "../output.ts";
import { notReadable } from "../read-text.ts";
import { REPORT_PREFIX } from "./columns.ts";
import type { FileRow, Refusal } from "./row.ts";

/** What stands in a report in the place of an init key. */
export const WITHHELD = "(withheld)";

/** A CSV file that is written as the work goes on, and never over another file. */
export class CsvFile {
  readonly #handle: FileHandle;
  #lines: string[] = [];
  #bytes: number;

  private constructor(handle: FileHandle, bytes: number) {
    this.#handle = handle;
    this.#bytes = bytes;
  }

  /** Creates the file; only its owner may read it where `isSecret`. */
  static async create(
    path: string,
    header: readonly string[],
    { isSecret = false, replaces = false } = {},
  ): Promise<CsvFile> {
    if (replaces) await rm(path, { force: true });
    const file = new CsvFile(await newFile(path, isSecret ? 0o600 : 0o644), 0);
    file.add(header);
    await file.flush();
    return file;
  }

  /** Goes on behind the bytes that are known to be told; what stands after them is told again. */
  static async resume(path: string, bytes: number): Promise<CsvFile> {
    const handle = await open(path, "r+").catch((error: NodeJS.ErrnoException) => {
      throw notReadable(path, error);
    });
    const { size } = await handle.stat();
    if (size < bytes) {
      await handle.close();
      throw new CliError(
        "IMPORT_DIFFERS",
        `${path} is shorter than the interrupted import left it`,
      );
    }
    await handle.truncate(bytes);
    return new CsvFile(handle, bytes);
  }

  /** How many bytes of it are written. */
  get bytes(): number {
    return this.#bytes;
  }

  add(cells: readonly (string | null)[]): void {
    this.#lines.push(`${csvLine(cells)}\n`);
  }

  /** Writes what was added. */
  async flush(): Promise<void> {
    if (this.#lines.length === 0) return;
    const text = Buffer.from(this.#lines.join(""));
    this.#lines = [];
    for (let at = 0; at < text.length; ) {
      const { bytesWritten } = await this.#handle.write(text, at, text.length - at, this.#bytes);
      at += bytesWritten;
      this.#bytes += bytesWritten;
    }
  }

  /** Brings it to the disk itself. */
  async sync(): Promise<void> {
    await this.#handle.datasync();
  }

  async close(): Promise<void> {
    await this.flush().finally(() => this.#handle.close());
  }
}

/** The header of a report: why, then the columns as the file has them. */
export function reportHeader(columns: readonly string[]): string[] {
  const why = ["line", "field", "code", "reason"].map((name) => `${REPORT_PREFIX}.${name}`);
  return [...why, ...columns.filter((column) => !isReportColumn(column))];
}

/** One refused row as it came, so that it can be mended in place; without its init key. */
export function reportLine(
  { row, refusal }: { row: FileRow; refusal: Refusal },
  columns: readonly string[],
  secretColumns: ReadonlySet<string> = new Set(),
): (string | null)[] {
  const cells = row.original ?? row.cells;
  const original = columns
    .filter((column) => !isReportColumn(column))
    .map((column) => {
      const cell = cells.get(column);
      if (cell === undefined || cell === null || cell === "") return null;
      if (secretColumns.has(column)) return WITHHELD;
      return typeof cell === "string" ? cell : JSON.stringify(cell);
    });
  return [String(row.line), refusal.field, refusal.code, refusal.reason, ...original];
}

export function isReportColumn(column: string): boolean {
  return column.toLowerCase().startsWith(`${REPORT_PREFIX}.`);
}
