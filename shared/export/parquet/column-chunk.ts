import type { ColumnMetaData } from "hyparquet";
import type { ColumnValues } from "../column-values.ts";
import { bitPacked, dataPage, dictionaryPage, type Page } from "./page.ts";
import { textDictionary } from "./text-dictionary.ts";

/** Rows of a page: some hundred kilobytes of text, so that nothing else waits long for it. */
const ROWS_OF_A_PAGE = 8_192;

/** Writes a column of a row group page by page. The last page's facts are complete. */
export function* columnPages(column: ColumnValues): Generator<Page & { isDictionary: boolean }> {
  const dictionary =
    column.type === "text" || column.type === "json" ? textDictionary(column) : null;
  if (dictionary) {
    const { firstRows, count } = dictionary;
    const values = plainTexts(column, firstRows.subarray(0, count));
    yield { ...dictionaryPage(values, count), isDictionary: true };
  }
  const bits = dictionary ? bitsFor(dictionary.count) : 0;
  let seen = 0;
  for (let first = 0; first < column.rows; first += ROWS_OF_A_PAGE) {
    const rows = Math.min(ROWS_OF_A_PAGE, column.rows - first);
    const present = presentRows(column, first, rows);
    const levels = column.valid.subarray(first >> 3, (first + rows + 7) >> 3);
    const values = dictionary
      ? bitPacked(dictionary.places.subarray(seen, seen + present.length), bits)
      : plainValues(column, present);
    seen += present.length;
    const isOfDictionary = dictionary !== null;
    yield { ...dataPage(values, { rows, levels, isOfDictionary }), isDictionary: false };
  }
}

/** What the file says of a column chunk that begins at `offset` and has these pages. */
export function columnMetaData(
  column: ColumnValues,
  pages: readonly { bytes: number; unpackedBytes: number; isDictionary: boolean }[],
  offset: number,
): ColumnMetaData {
  const sum = (of: (page: (typeof pages)[number]) => number) =>
    BigInt(pages.reduce((all, page) => all + of(page), 0));
  const dictionary = pages[0]?.isDictionary ? pages[0] : null;
  return {
    type: parquetTypeOf(column),
    encodings: dictionary ? ["PLAIN", "RLE", "RLE_DICTIONARY"] : ["PLAIN", "RLE"],
    path_in_schema: [column.name],
    codec: "SNAPPY",
    num_values: BigInt(column.rows),
    total_uncompressed_size: sum(({ unpackedBytes }) => unpackedBytes),
    total_compressed_size: sum(({ bytes }) => bytes),
    data_page_offset: BigInt(offset + (dictionary?.bytes ?? 0)),
    ...(dictionary && { dictionary_page_offset: BigInt(offset) }),
  };
}

export function parquetTypeOf({ type }: Pick<ColumnValues, "type">) {
  switch (type) {
    case "text":
    case "json":
      return "BYTE_ARRAY";
    case "integer":
    case "timestamp":
      return "INT64";
    case "number":
      return "DOUBLE";
    case "boolean":
      return "BOOLEAN";
  }
}

function presentRows(column: ColumnValues, first: number, rows: number): Int32Array {
  const present = new Int32Array(rows);
  let count = 0;
  for (let row = first; row < first + rows; row++) {
    if (column.nulls === 0 || !column.isNull(row)) present[count++] = row;
  }
  return present.subarray(0, count);
}

/** The values of these rows, one behind the other, as the encoding PLAIN has them. */
function plainValues(column: ColumnValues, rows: Int32Array): Uint8Array {
  switch (column.type) {
    case "text":
    case "json":
      return plainTexts(column, rows);
    case "integer":
    case "number":
    case "timestamp": {
      const halves = new Int32Array(rows.length * 2);
      for (let i = 0; i < rows.length; i++) {
        const row = rows[i] as number;
        halves[i * 2] = column.halves[row * 2] as number;
        halves[i * 2 + 1] = column.halves[row * 2 + 1] as number;
      }
      return new Uint8Array(halves.buffer);
    }
    case "boolean": {
      const bits = new Uint8Array((rows.length + 7) >> 3);
      for (let i = 0; i < rows.length; i++) {
        const row = rows[i] as number;
        const bit = ((column.bits[row >> 3] as number) >> (row & 7)) & 1;
        bits[i >> 3] = (bits[i >> 3] as number) | (bit << (i & 7));
      }
      return bits;
    }
  }
}

function plainTexts({ offsets, texts }: ColumnValues, rows: Int32Array): Uint8Array {
  let size = rows.length * 4;
  for (const row of rows) size += (offsets[row + 1] as number) - (offsets[row] as number);
  const plain = Buffer.allocUnsafe(size);
  let at = 0;
  for (const row of rows) {
    const start = offsets[row] as number;
    const end = offsets[row + 1] as number;
    at = plain.writeUInt32LE(end - start, at);
    if (end - start > 64) plain.set(texts.subarray(start, end), at);
    else for (let i = start, j = at; i < end; i++, j++) plain[j] = texts[i] as number;
    at += end - start;
  }
  return plain;
}

function bitsFor(count: number): number {
  return Math.max(1, 32 - Math.clz32(count - 1));
}
