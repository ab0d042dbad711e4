import type { ColumnValues } from "../column-values.ts";

/** Distinct values beyond which a dictionary no longer pays. */
const DISTINCT_MOST = 32_768;
/** After so many values it is seen whether they come again. */
const SAMPLE = 2_048;

/** The distinct texts of a column, in the order in which they come, and of each row which one. */
export interface TextDictionary {
  /** Rows in which a text comes first. */
  firstRows: Int32Array;
  count: number;
  /** Of each row that has a value, in order: the place of its text. */
  places: Int32Array;
}

/** null where the texts hardly come again. */
export function textDictionary(column: ColumnValues): TextDictionary | null {
  const { rows, nulls, offsets, texts } = column;
  const places = new Int32Array(rows - nulls);
  const firstRows = new Int32Array(Math.min(rows, DISTINCT_MOST));
  let slots: Int32Array = new Int32Array(4_096);
  let count = 0;
  let seen = 0;
  for (let row = 0; row < rows; row++) {
    if (nulls > 0 && column.isNull(row)) continue;
    if (seen === SAMPLE && count > SAMPLE * 0.7) return null;
    const start = offsets[row] as number;
    const end = offsets[row + 1] as number;
    let slot = hashOf(texts, start, end) & (slots.length - 1);
    let place = (slots[slot] as number) - 1;
    while (place >= 0 && !isEqual(column, firstRows[place] as number, start, end)) {
      slot = (slot + 1) & (slots.length - 1);
      place = (slots[slot] as number) - 1;
    }
    if (place < 0) {
      if (count === firstRows.length) return null;
      place = count++;
      firstRows[place] = row;
      slots[slot] = count;
      if (count * 2 > slots.length) slots = rehashed(column, firstRows, count);
    }
    places[seen++] = place;
  }
  return { firstRows, count, places };
}

function rehashed(column: ColumnValues, firstRows: Int32Array, count: number): Int32Array {
  const { offsets, texts } = column;
  const slots = new Int32Array(powerAbove(count * 4));
  for (let place = 0; place < count; place++) {
    const row = firstRows[place] as number;
    const hash = hashOf(texts, offsets[row] as number, offsets[row + 1] as number);
    let slot = hash & (slots.length - 1);
    while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
    slots[slot] = place + 1;
  }
  return slots;
}

/** A power of two, so that a mask cuts a hash to a slot. */
function powerAbove(count: number): number {
  let power = 1;
  while (power < count) power *= 2;
  return power;
}

/** FNV-1a. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

function isEqual(
  { offsets, texts }: ColumnValues,
  row: number,
  start: number,
  end: number,
): boolean {
  const other = offsets[row] as number;
  if ((offsets[row + 1] as number) - other !== end - start) return false;
  for (let i = start, j = other; i < end; i++, j++) if (texts[i] !== texts[j]) return false;
  return true;
}
