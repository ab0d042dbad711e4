import { XLSX_LIMITS } from "./limits.ts";
import { readXml, type XmlReader } from "./read-xml.ts";
import type { ZipParts } from "./zip-parts.ts";

/** How a number in a cell is meant. */
export type CellStyle =
  | { kind: "number" }
  /** `00000`: leading zeros are shown, and belong to the value. */
  | { kind: "padded"; digits: number }
  /** A format that is longer than any: what it means is not guessed. */
  | { kind: "unreadable" }
  | { kind: "time"; showsDay: boolean; showsClock: boolean };

const NUMBER: CellStyle = { kind: "number" };
const DAY: CellStyle = { kind: "time", showsDay: true, showsClock: false };
const CLOCK: CellStyle = { kind: "time", showsDay: false, showsClock: true };
const DAY_AND_CLOCK: CellStyle = { kind: "time", showsDay: true, showsClock: true };

/** The formats that need no description: ECMA-376 part 1, 18.8.30, those of East Asia included. */
function builtInStyle(id: number): CellStyle {
  const isClock = (id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47);
  if (isClock) return CLOCK;
  if (id === 22) return DAY_AND_CLOCK;
  return (id >= 14 && id <= 17) || (id >= 27 && id <= 36) || (id >= 50 && id <= 58) ? DAY : NUMBER;
}

/** What a format code of a workbook means: `dd/mm/yyyy hh:mm`, `000000`, `0.00 "days"`. */
export function styleOfFormat(code: string): CellStyle {
  if (code.length > XLSX_LIMITS.formatCharacters) return { kind: "unreadable" };
  // Texts in quotes, escaped and repeated letters, and colours or languages in brackets say nothing.
  const [bare = ""] = code
    .replace(/"[^"]*"?/g, "")
    .replace(/[\\_*]./g, "")
    .replace(/\[(?!(?:h+|m+|s+)\])[^\]]*\]/gi, "")
    .toLowerCase()
    .split(";");
  if (/^0+$/.test(bare)) return { kind: "padded", digits: bare.length };
  if (bare.includes("general")) return NUMBER;
  const showsClock = /[hs]/.test(bare);
  // An m is a month, or a minute beside hours or seconds.
  const showsDay = /[dy]/.test(bare) || (/m/.test(bare) && !showsClock);
  if (!showsClock && !showsDay) return NUMBER;
  return { kind: "time", showsDay, showsClock };
}

/** The styles of a workbook, by the number that its cells name. */
export async function readStyles(parts: ZipParts, path: string | null): Promise<CellStyle[]> {
  if (path === null || !parts.has(path)) return [];
  const styles: CellStyle[] = [];
  const text = parts.text(path, { mostBytes: XLSX_LIMITS.descriptionBytes });
  for await (const style of readXml(text, new StyleReader())) {
    if (styles.length < XLSX_LIMITS.styles) styles.push(style);
  }
  return styles;
}

class StyleReader implements XmlReader<CellStyle> {
  readonly #formats = new Map<number, CellStyle>();
  #isInCellFormats = false;
  #found: CellStyle[] = [];

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name === "cellXfs") this.#isInCellFormats = true;
    else if (name === "numFmt" && this.#formats.size < XLSX_LIMITS.styles) {
      const { numFmtId, formatCode = "" } = attributes;
      this.#formats.set(Number(numFmtId), styleOfFormat(formatCode));
    } else if (name === "xf" && this.#isInCellFormats) {
      const id = Number(attributes.numFmtId ?? 0);
      this.#found.push(this.#formats.get(id) ?? builtInStyle(id));
    }
  }

  text(): void {}

  close(name: string): void {
    if (name === "cellXfs") this.#isInCellFormats = false;
  }

  take(): readonly CellStyle[] {
    const found = this.#found;
    this.#found = [];
    return found;
  }
}
