import { writeUnixMicroseconds } from "./database-time.ts";
import type { ExportColumn, ExportType } from "./export-column.ts";
import { integerAt, type RowBatch } from "./row-batch.ts";

const FIRST_TEXT_BYTES = 64 * 1024;

/** The values of one column of many rows, one behind the other, as columnar formats have them. */
export class ColumnValues {
  readonly name: string;
  readonly type: ExportType;
  rows = 0;
  nulls = 0;
  /** A bit a row, the first row in the lowest bit: 1 where there is a value. */
  valid: Uint8Array;
  /** Of texts: where row `r` begins, and at place `r + 1` where it ends. */
  offsets: Int32Array;
  /** Of texts: their bytes. */
  texts: Uint8Array;
  /** Of integers, numbers, and times in microseconds since 1970: 64 bits, the low half first. */
  halves: Int32Array;
  /** Of booleans: a bit a row. */
  bits: Uint8Array;

  constructor({ name, type }: ExportColumn, rowsMost: number) {
    this.name = name;
    this.type = type;
    const isText = type === "text" || type === "json";
    const isWide = type === "integer" || type === "number" || type === "timestamp";
    this.valid = new Uint8Array((rowsMost + 7) >> 3);
    this.offsets = new Int32Array(isText ? rowsMost + 1 : 0);
    this.texts = Buffer.allocUnsafe(isText ? FIRST_TEXT_BYTES : 0);
    this.halves = new Int32Array(isWide ? rowsMost * 2 : 0);
    this.bits = new Uint8Array(type === "boolean" ? (rowsMost + 7) >> 3 : 0);
  }

  /** How many bytes the texts have. */
  get textBytes(): number {
    return this.offsets[this.rows] ?? 0;
  }

  isNull(row: number): boolean {
    return (((this.valid[row >> 3] as number) >> (row & 7)) & 1) === 0;
  }

  /** Adds a value of COPY's binary form; its length is -1 where it is null. */
  add(bytes: Uint8Array, start: number, length: number): void {
    const row = this.rows++;
    if (length < 0) {
      this.nulls++;
      if (this.offsets.length > 0) this.offsets[row + 1] = this.offsets[row] as number;
      return;
    }
    this.valid[row >> 3] = (this.valid[row >> 3] as number) | (1 << (row & 7));
    switch (this.type) {
      case "text":
      case "json":
        this.addText(bytes, start, length);
        return;
      case "timestamp":
        writeUnixMicroseconds(bytes, start, this.halves, row * 2);
        return;
      case "integer":
      case "number":
        this.halves[row * 2] = integerAt(bytes, start + 4);
        this.halves[row * 2 + 1] = integerAt(bytes, start);
        return;
      case "boolean":
        if (bytes[start]) this.bits[row >> 3] = (this.bits[row >> 3] as number) | (1 << (row & 7));
        return;
    }
  }

  /** Of the row that was begun last. */
  private addText(bytes: Uint8Array, start: number, length: number): void {
    const row = this.rows - 1;
    let at = this.offsets[row] as number;
    if (at + length > this.texts.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.texts.length * 2, at + length));
      grown.set(this.texts.subarray(0, at));
      this.texts = grown;
    }
    const { texts } = this;
    if (length > 64) {
      texts.set(bytes.subarray(start, start + length), at);
      at += length;
    } else {
      for (let i = start; i < start + length; i++) texts[at++] = bytes[i] as number;
    }
    this.offsets[row + 1] = at;
  }

  /** Forgets all values, and keeps the room for others. */
  clear(): void {
    this.rows = 0;
    this.nulls = 0;
    this.valid.fill(0);
    this.bits.fill(0);
  }
}

/** Gathers rows into columns of so many rows each, at most; the columns are used again. */
export async function* columnBatches(
  batches: AsyncIterable<RowBatch>,
  columns: readonly ExportColumn[],
  limits: { rowsMost: number; textBytesMost: number },
): AsyncGenerator<readonly ColumnValues[]> {
  const gathered = columns.map((column) => new ColumnValues(column, limits.rowsMost));
  let textBytes = 0;
  let rowsGathered = 0;
  const clear = () => {
    for (const column of gathered) column.clear();
    textBytes = 0;
    rowsGathered = 0;
  };
  for await (const { rows, bytes, starts, lengths } of batches) {
    for (let row = 0, place = 0; row < rows; row++) {
      const from = starts[place] as number;
      for (const column of gathered) {
        column.add(bytes, starts[place] as number, lengths[place] as number);
        place++;
      }
      textBytes += (starts[place - 1] as number) - from + Math.max(0, lengths[place - 1] as number);
      rowsGathered++;
      if (rowsGathered === limits.rowsMost || textBytes >= limits.textBytesMost) {
        yield gathered;
        clear();
      }
    }
  }
  if (rowsGathered > 0) yield gathered;
}
