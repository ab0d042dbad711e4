import { INPUT_LIMITS } from "../row.ts";
import type { CellStyle } from "./cell-style.ts";
import { columnOf, numberText, unescapeText } from "./cell-text.ts";
import { XLSX_LIMITS } from "./limits.ts";
import type { XmlReader } from "./read-xml.ts";
import { sheetTime } from "./sheet-time.ts";
import { brokenWorkbook } from "./zip-parts.ts";

/** What a sheet is read with. */
export interface SheetContext {
  sharedText(index: number): string;
  styles: readonly CellStyle[];
  is1904: boolean;
}

/** What stands in a cell as text, or why it cannot be read. */
export type SheetCell = { text: string } | { unreadable: string };

/** One row of a sheet; empty cells are missing. */
export interface SheetRow {
  /** As the spreadsheet counts. */
  line: number;
  /** By column, counted from 0. */
  cells: ReadonlyMap<number, SheetCell>;
  /** Whether it has more characters than a row may have; the rest of them is not kept. */
  isOversized: boolean;
}

/** Hears the XML of a sheet and finds its rows. */
export class SheetRowReader implements XmlReader<SheetRow> {
  readonly #context: SheetContext;
  #found: SheetRow[] = [];
  #line = 0;
  #cells = new Map<number, SheetCell>();
  #characters = 0;
  #column = -1;
  #type = "n";
  #style = 0;
  /** `<v>`, or the `<t>` of a text that stands in the cell itself. */
  #isInValue = false;
  #phonetic = 0;
  #value = "";

  constructor(context: SheetContext) {
    this.#context = context;
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    switch (name) {
      case "row":
        this.#line = wholeNumber(attributes.r) ?? this.#line + 1;
        this.#cells = new Map();
        this.#characters = 0;
        this.#column = -1;
        break;
      case "c":
        this.#beginCell(attributes);
        break;
      case "v":
        this.#isInValue = true;
        break;
      case "t":
        this.#isInValue = this.#type === "inlineStr" && this.#phonetic === 0;
        break;
      case "rPh":
        this.#phonetic += 1;
    }
  }

  text(text: string): void {
    if (this.#isInValue && this.#value.length <= INPUT_LIMITS.cellCharacters) this.#value += text;
  }

  close(name: string): void {
    switch (name) {
      case "v":
      case "t":
        this.#isInValue = false;
        break;
      case "rPh":
        this.#phonetic -= 1;
        break;
      case "c":
        this.#endCell();
        break;
      case "row":
        if (this.#cells.size > 0) this.#endRow();
    }
  }

  take(): readonly SheetRow[] {
    const found = this.#found;
    this.#found = [];
    return found;
  }

  #beginCell({ r, t = "n", s = "0" }: Readonly<Record<string, string>>): void {
    const column = r === undefined ? this.#column + 1 : columnOf(r);
    if (column === null || column >= XLSX_LIMITS.columns) {
      throw brokenWorkbook(new Error(`there is no cell ${r ?? `in column ${column}`}`));
    }
    this.#column = column;
    this.#type = t;
    this.#style = wholeNumber(s) ?? 0;
    this.#value = "";
  }

  #endCell(): void {
    const value = this.#value;
    if (value === "") return;
    this.#value = "";
    // One row of a damaged workbook must not fill the memory.
    if (this.#characters > INPUT_LIMITS.rowCharacters) return;
    const cell = this.#read(value);
    this.#characters += ("text" in cell ? cell.text : cell.unreadable).length;
    if (!("text" in cell) || cell.text !== "") this.#cells.set(this.#column, cell);
  }

  #endRow(): void {
    const isOversized = this.#characters > INPUT_LIMITS.rowCharacters;
    this.#found.push({ line: this.#line, cells: this.#cells, isOversized });
  }

  /** The types of cells: ECMA-376 part 1, 18.18.11. */
  #read(value: string): SheetCell {
    switch (this.#type) {
      case "s":
        return { text: this.#context.sharedText(wholeNumber(value.trim()) ?? -1) };
      case "inlineStr":
      case "str":
        return { text: unescapeText(value) };
      case "b":
        return { text: value.trim() === "1" ? "true" : "false" };
      case "e":
        return { unreadable: `the cell holds the error ${JSON.stringify(value.slice(0, 20))}` };
      case "d":
        return { text: value.trim() };
      default:
        return this.#readNumber(value);
    }
  }

  #readNumber(value: string): SheetCell {
    const text = numberText(value);
    if (text === null) {
      return { unreadable: `the cell holds ${JSON.stringify(value.slice(0, 60))}, and no number` };
    }
    const style = this.#context.styles[this.#style];
    if (style?.kind === "unreadable") {
      const most = `more than ${XLSX_LIMITS.formatCharacters} characters`;
      return { unreadable: `the number ${text} has a format of ${most}` };
    }
    if (style?.kind === "padded" && /^\d+$/.test(text)) {
      return { text: text.padStart(style.digits, "0") };
    }
    if (style?.kind !== "time") return { text };
    const time = sheetTime(Number(value), style, this.#context.is1904);
    if (time !== null) return { text: time };
    return { unreadable: `the number ${text} is no day of a calendar` };
  }
}

function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : null;
}
