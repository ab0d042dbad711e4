import { INPUT_LIMITS } from "../row.ts";
import { unescapeText } from "./cell-text.ts";
import { XLSX_LIMITS } from "./limits.ts";
import { PagedFile } from "./paged-file.ts";
import { readXml, type XmlReader } from "./read-xml.ts";
import { brokenWorkbook, type ZipParts } from "./zip-parts.ts";

const INDEX_BYTES = 8;

/**
 * The texts of a workbook, which its cells name by number. Excel keeps every text of every cell
 * here, so there may be millions: they lie in a temporary file, as do the places where they begin.
 */
export class SharedStrings {
  readonly #texts = new PagedFile();
  readonly #starts = new PagedFile();
  readonly #start = Buffer.alloc(INDEX_BYTES);
  count = 0;

  /** Reads them; there are none where the workbook has no such part. */
  static async read(parts: ZipParts, path: string | null): Promise<SharedStrings> {
    const strings = new SharedStrings();
    strings.#markStart();
    if (path === null || !parts.has(path)) return strings;
    const text = parts.text(path, { mostBytes: XLSX_LIMITS.sharedStringBytes });
    try {
      for await (const one of readXml(text, new SharedStringReader())) strings.#add(one);
    } catch (error) {
      strings.close();
      throw error;
    }
    return strings;
  }

  /** A text that is longer than a cell may be is cut one character behind that. */
  at(index: number): string {
    if (!Number.isInteger(index) || index < 0 || index >= this.count) {
      throw brokenWorkbook(new Error(`a cell names the shared text ${index} of ${this.count}`));
    }
    const places = this.#starts.read(index * INDEX_BYTES, 2 * INDEX_BYTES);
    const start = places.readDoubleLE(0);
    return this.#texts.read(start, places.readDoubleLE(INDEX_BYTES) - start).toString("utf8");
  }

  close(): void {
    this.#texts.close();
    this.#starts.close();
  }

  #add(text: string): void {
    this.#texts.append(Buffer.from(text));
    this.count += 1;
    this.#markStart();
  }

  #markStart(): void {
    this.#start.writeDoubleLE(this.#texts.size);
    this.#starts.append(this.#start);
  }
}

/** `<si>` is one text: of one `<t>`, or of several with their own letters; `<rPh>` says how it sounds. */
class SharedStringReader implements XmlReader<string> {
  #found: string[] = [];
  #text = "";
  #isInText = false;
  #phonetic = 0;

  open(name: string): void {
    if (name === "si") this.#text = "";
    else if (name === "rPh") this.#phonetic += 1;
    else if (name === "t") this.#isInText = this.#phonetic === 0;
  }

  text(text: string): void {
    if (this.#isInText && this.#text.length <= INPUT_LIMITS.cellCharacters) this.#text += text;
  }

  close(name: string): void {
    if (name === "t") this.#isInText = false;
    else if (name === "rPh") this.#phonetic -= 1;
    else if (name === "si") {
      this.#found.push(unescapeText(this.#text).slice(0, INPUT_LIMITS.cellCharacters + 1));
    }
  }

  take(): readonly string[] {
    const found = this.#found;
    this.#found = [];
    return found;
  }
}
