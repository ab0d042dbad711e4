import type { EntityColumn } from "../shared/postgres/columns.ts";

/** Rows in the text format of PostgreSQL's COPY, for the columns of one entity. */
export class CopyText {
  private readonly columns: readonly { property: string; write: (value: unknown) => string }[];
  /** The texts of one row, used again for each. */
  private readonly parts: string[];
  private bytes = Buffer.allocUnsafe(FIRST_BYTES);
  private used = 0;
  /** Rows written since the beginning. */
  rows = 0;

  constructor(columns: readonly EntityColumn[]) {
    this.columns = columns.map(({ property, type }) => ({ property, write: writerOf(type) }));
    this.parts = columns.map(() => "");
  }

  /** Adds a row; each property is taken from the first of these objects that has it. */
  add(first: object, second: object = NOTHING): void {
    const one = first as Readonly<Record<string, unknown>>;
    const other = second as Readonly<Record<string, unknown>>;
    let place = 0;
    for (const { property, write } of this.columns) {
      let value = one[property];
      if (value === undefined) value = other[property];
      if (value === undefined) throw new Error(`the demo knows nothing of the column ${property}`);
      this.parts[place++] = value === null ? NULL : write(value);
    }
    this.append(`${this.parts.join("\t")}\n`);
    this.rows++;
  }

  /** The rows added since the last call, and forgets them. */
  take(): Buffer {
    const taken = this.bytes.subarray(0, this.used);
    this.bytes = Buffer.allocUnsafe(this.bytes.length);
    this.used = 0;
    return taken;
  }

  private append(line: string): void {
    // UTF-8 takes three bytes at most for each of JavaScript's UTF-16 units.
    if (this.used + line.length * 3 > this.bytes.length) {
      const larger = Buffer.allocUnsafe((this.bytes.length + line.length) * 3);
      this.bytes.copy(larger, 0, 0, this.used);
      this.bytes = larger;
    }
    this.used += this.bytes.write(line, this.used);
  }
}

const FIRST_BYTES = 16_384;
const NOTHING = {};
const NULL = "\\N";

function writerOf(type: string): (value: unknown) => string {
  if (type === "jsonb") return jsonWriter();
  if (type.endsWith("[]")) return (value) => escaped(arrayText(value as readonly string[]));
  if (type === "bytea") return (value) => `\\\\x${(value as Buffer).toString("hex")}`;
  // Numbers, booleans and times have no character that COPY could misread.
  return type === "text" ? (value) => escaped(String(value)) : String;
}

/** Revisions mostly share their predecessor's attributes: one text serves several rows. */
function jsonWriter(): (value: unknown) => string {
  let last: unknown;
  let text = "";
  return (value) => {
    if (value !== last) text = escaped(JSON.stringify(value));
    last = value;
    return text;
  };
}

function arrayText(items: readonly string[]): string {
  return `{${items.map((item) => `"${item.replace(/["\\]/g, "\\$&")}"`).join(",")}}`;
}

function escaped(text: string): string {
  if (!/[\\\t\n\r]/.test(text)) return text;
  return text.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character);
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\t": "\\t",
  "\n": "\\n",
  "\r": "\\r",
};
