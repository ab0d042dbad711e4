import { fileError } from "../cli-error.ts";
import { INPUT_LIMITS } from "./row.ts";

const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** One record of a CSV file. Blank lines are none. */
export interface CsvRecord {
  line: number;
  cells: string[];
  /** How many cells there were; more than `cells` holds where there were too many. */
  cellCount: number;
  /** The first cell with more characters than the limit. It is cut; the rest of it is not kept. */
  oversizedCell: number | null;
  /** The first cell with text after its closing quote. */
  brokenCell: number | null;
}

type State = "cell start" | "plain" | "quoted" | "quote in quoted";

/**
 * Reads RFC 4180 piece by piece in constant memory: a cell of 10 MB, or a quote that is never
 * closed, costs no more than the limit of a cell. Knows the line of every record.
 */
export class CsvScanner {
  readonly #delimiter: number;
  #state: State = "cell start";
  #line = 1;
  #openQuoteLine = 1;
  #afterCarriageReturn = false;
  #cell = "";
  #cellIsQuoted = false;
  #record: CsvRecord = emptyRecord(1);

  constructor(delimiter: string) {
    this.#delimiter = delimiter.charCodeAt(0);
  }

  /** The records that end in this piece of the text. */
  *push(text: string): Generator<CsvRecord> {
    let start = 0;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (this.#state === "quoted") {
        if (code === LINE_FEED) this.#line += 1;
        if (code !== QUOTE) continue;
        this.#take(text, start, at);
        this.#state = "quote in quoted";
        start = at + 1;
        continue;
      }
      if (code === LINE_FEED && this.#afterCarriageReturn) {
        this.#afterCarriageReturn = false;
        start = at + 1;
        continue;
      }
      this.#afterCarriageReturn = false;
      if (code === this.#delimiter) {
        this.#take(text, start, at);
        this.#endCell();
      } else if (code === LINE_FEED || code === CARRIAGE_RETURN) {
        this.#take(text, start, at);
        this.#afterCarriageReturn = code === CARRIAGE_RETURN;
        const record = this.#endRecord();
        if (record) yield record;
      } else if (code === QUOTE && this.#state !== "plain") {
        // In a quoted cell a doubled quote is one quote, and belongs to the text.
        start = this.#state === "cell start" ? at + 1 : at;
        this.#openQuote();
        continue;
      } else {
        if (this.#state === "quote in quoted") {
          this.#record.brokenCell ??= this.#record.cellCount;
        }
        this.#state = "plain";
        continue;
      }
      start = at + 1;
    }
    this.#take(text, start, text.length);
  }

  /** The record that the end of the file ends. */
  *end(): Generator<CsvRecord> {
    if (this.#state === "quoted") {
      const reason = "a quote is opened here and never closed";
      throw fileError("UNTERMINATED_QUOTE", reason, this.#openQuoteLine);
    }
    const record = this.#endRecord();
    if (record) yield record;
  }

  #openQuote(): void {
    if (this.#state === "cell start") this.#openQuoteLine = this.#line;
    this.#state = "quoted";
    this.#cellIsQuoted = true;
  }

  #take(text: string, start: number, end: number): void {
    const room = INPUT_LIMITS.cellCharacters - this.#cell.length;
    if (end - start > room) this.#record.oversizedCell ??= this.#record.cellCount;
    if (end > start && room > 0) this.#cell += text.slice(start, Math.min(end, start + room));
  }

  #endCell(): void {
    const { cells } = this.#record;
    if (cells.length < INPUT_LIMITS.columns) cells.push(this.#cell);
    this.#record.cellCount += 1;
    this.#cell = "";
    this.#cellIsQuoted = false;
    this.#state = "cell start";
  }

  #endRecord(): CsvRecord | null {
    const isBlank = this.#record.cellCount === 0 && this.#cell === "" && !this.#cellIsQuoted;
    if (!isBlank) this.#endCell();
    const record = this.#record;
    this.#line += 1;
    this.#state = "cell start";
    this.#record = emptyRecord(this.#line);
    return isBlank ? null : record;
  }
}

function emptyRecord(line: number): CsvRecord {
  return { line, cells: [], cellCount: 0, oversizedCell: null, brokenCell: null };
}

const DELIMITERS = [",", ";", "\t", "|"];

/** The delimiter that the first line has most of, outside quotes; a comma where it has none. */
export function guessDelimiter(text: string): string {
  const [header = ""] = text.replace(/"(?:[^"]|"")*"/g, "").split(/[\r\n]/, 1);
  const counts = DELIMITERS.map((delimiter) => header.split(delimiter).length - 1);
  const most = Math.max(...counts);
  return most > 0 ? (DELIMITERS[counts.indexOf(most)] ?? ",") : ",";
}
