import { CliError, fileError } from "../../cli-error.ts";
import type { InputFile } from "../input-file.ts";
import { type FileRow, INPUT_LIMITS, type Refusal } from "../row.ts";
import { type CellStyle, readStyles } from "./cell-style.ts";
import { XLSX_LIMITS } from "./limits.ts";
import { readXml } from "./read-xml.ts";
import { SharedStrings } from "./shared-strings.ts";
import { type SheetCell, type SheetRow, SheetRowReader } from "./sheet-row.ts";
import { readWorkbookParts, type SheetPart } from "./workbook-parts.ts";
import { type OnUnpacked, ZipParts } from "./zip-parts.ts";

const NO_CELLS: ReadonlyMap<string, unknown> = new Map();

/** An Excel workbook (.xlsx), of which one sheet is read, from its start as often as needed. */
export class Workbook {
  readonly sheet: string;
  /** The other sheets that can be seen in it. */
  readonly otherSheets: readonly string[];
  readonly #zip: ZipParts;
  readonly #part: SheetPart;
  readonly #strings: SharedStrings;
  readonly #styles: readonly CellStyle[];
  readonly #is1904: boolean;

  private constructor(
    parts: { zip: ZipParts; strings: SharedStrings; styles: readonly CellStyle[] },
    sheets: { chosen: SheetPart; all: readonly SheetPart[]; is1904: boolean },
  ) {
    this.#zip = parts.zip;
    this.#strings = parts.strings;
    this.#styles = parts.styles;
    this.#part = sheets.chosen;
    this.#is1904 = sheets.is1904;
    this.sheet = sheets.chosen.name;
    this.otherSheets = sheets.all
      .filter((one) => one !== sheets.chosen && one.isVisible)
      .map(({ name }) => name);
  }

  /** Opens the sheet of that name, or the first one that can be seen. */
  static async open({ fd }: Pick<InputFile, "fd">, sheet: string | undefined): Promise<Workbook> {
    const zip = await ZipParts.open(fd);
    const { sheets, is1904, stringsPath, stylesPath } = await readWorkbookParts(zip);
    const chosen = chooseSheet(sheets, sheet);
    const styles = await readStyles(zip, stylesPath);
    const strings = await SharedStrings.read(zip, stringsPath);
    return new Workbook({ zip, strings, styles }, { chosen, all: sheets, is1904 });
  }

  /** How long the sheet's XML is. */
  get textBytes(): number {
    return this.#zip.unpackedBytes(this.#part.path);
  }

  /** The rows below the first one that is not empty, which names the columns. */
  async *rows(onUnpacked?: OnUnpacked): AsyncGenerator<FileRow> {
    const text = this.#zip.text(this.#part.path, {
      mostBytes: XLSX_LIMITS.sheetBytes,
      ...(onUnpacked && { onUnpacked }),
    });
    const reader = new SheetRowReader({
      sharedText: (index) => this.#strings.at(index),
      styles: this.#styles,
      is1904: this.#is1904,
    });
    let header: ReadonlyMap<number, string> | null = null;
    for await (const row of readXml(text, reader)) {
      if (header) yield rowOf(row, header);
      else header = readHeader(row);
    }
    if (!header) throw fileError("EMPTY_FILE", `the sheet ${JSON.stringify(this.sheet)} is empty`);
  }

  close(): void {
    this.#strings.close();
  }
}

function chooseSheet(sheets: readonly SheetPart[], name: string | undefined): SheetPart {
  const chosen =
    name === undefined
      ? (sheets.find(({ isVisible }) => isVisible) ?? sheets[0])
      : sheets.find((sheet) => sheet.name === name);
  if (chosen) return chosen;
  if (name === undefined) throw fileError("EMPTY_FILE", "the workbook has no sheet of cells");
  const known = sheets.slice(0, 20).map((sheet) => JSON.stringify(sheet.name));
  const message = `there is no sheet ${JSON.stringify(name)}; there are ${known.join(", ")}`;
  throw new CliError("UNKNOWN_SHEET", message);
}

function readHeader({ line, cells, isOversized }: SheetRow): ReadonlyMap<number, string> {
  if (isOversized) throw fileError("WRONG_FORMAT", "the first line is no header", line);
  if (cells.size > INPUT_LIMITS.columns) {
    const reason = `the header has ${cells.size} columns, more than ${INPUT_LIMITS.columns}`;
    throw fileError("TOO_MANY_COLUMNS", reason, line);
  }
  const names = new Map<number, string>();
  const taken = new Set<string>();
  for (const [column, cell] of [...cells].sort(([one], [other]) => one - other)) {
    const name = "text" in cell ? cell.text.trim() : "";
    if (name === "") continue;
    if (taken.has(name)) {
      throw fileError("DUPLICATE_COLUMN", `the column "${name}" stands twice`, line);
    }
    taken.add(name);
    names.set(column, name);
  }
  if (names.size === 0) throw fileError("WRONG_FORMAT", "the first line names no column", line);
  return names;
}

function rowOf(
  { line, cells, isOversized }: SheetRow,
  header: ReadonlyMap<number, string>,
): FileRow {
  if (isOversized) {
    const reason = `the row has more than ${INPUT_LIMITS.rowCharacters} characters`;
    return { line, cells: NO_CELLS, defect: refusal("FIELD_TOO_LARGE", null, reason) };
  }
  const named = new Map<string, unknown>();
  let defect: Refusal | null = null;
  for (const [column, name] of header) {
    const cell = cells.get(column);
    const text = cell && "text" in cell ? cell.text : "";
    defect ??= defectOf(cell, name);
    named.set(name, text.length > INPUT_LIMITS.cellCharacters ? "" : text);
  }
  const nameless = [...cells.keys()].find((column) => !header.has(column));
  if (nameless !== undefined) {
    const reason = `column ${lettersOf(nameless)} has no name in the header`;
    defect ??= refusal("WRONG_COLUMN_COUNT", null, reason);
  }
  return { line, cells: named, defect };
}

function defectOf(cell: SheetCell | undefined, name: string): Refusal | null {
  if (!cell) return null;
  if ("unreadable" in cell) return refusal("INVALID_VALUE", name, cell.unreadable);
  if (cell.text.length <= INPUT_LIMITS.cellCharacters) return null;
  const reason = `the cell has more than ${INPUT_LIMITS.cellCharacters} characters`;
  return refusal("FIELD_TOO_LARGE", name, reason);
}

function refusal(code: Refusal["code"], field: string | null, reason: string): Refusal {
  return { code, field, reason };
}

/** A, B … Z, AA, AB … */
function lettersOf(column: number): string {
  const last = String.fromCharCode(65 + (column % 26));
  return column < 26 ? last : lettersOf(Math.floor(column / 26) - 1) + last;
}
