/**
 * Rows as PostgreSQL's `COPY … (FORMAT binary)` writes them: texts in UTF-8, integers and times as
 * 64 bits. Value `c` of row `r` lies at place `r * columns + c`; a length of -1 is a null. Valid
 * until the next batch is asked for: what must last is copied.
 */
export interface RowBatch {
  readonly rows: number;
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
}

const HEADER_BYTES = 19;
const END_OF_ROWS = 0xffff;
const FIRST_ROWS = 512;

/** Cuts what COPY sends into its rows. Throws where they end in the middle. */
export async function* rowBatches(
  copied: AsyncIterable<Uint8Array>,
  columns: number,
): AsyncGenerator<RowBatch> {
  const room = new Room();
  let isBegun = false;
  let places: Places = { starts: new Int32Array(0), lengths: new Int32Array(0) };
  for await (const chunk of copied) {
    const bytes = room.add(chunk);
    let at = 0;
    if (!isBegun) {
      if (bytes.length < HEADER_BYTES) continue;
      at = HEADER_BYTES + integerAt(bytes, HEADER_BYTES - 4);
      isBegun = true;
    }
    let rows = 0;
    for (;;) {
      if ((rows + 1) * columns > places.starts.length) places = larger(places, columns);
      const next = readRow(bytes, at, places, rows * columns, columns);
      if (next === END_OF_ROWS_SEEN) {
        if (rows > 0) yield { rows, bytes, ...places };
        return;
      }
      if (next === INCOMPLETE) break;
      at = next;
      rows++;
    }
    if (rows > 0) yield { rows, bytes, ...places };
    room.keepFrom(at);
  }
  throw new Error("the rows of the database end in the middle");
}

const FIRST_ROOM_BYTES = 256 * 1024;

/** Bytes that are being read: what is left of a chunk stands before the next one, in the same place. */
class Room {
  private bytes = Buffer.allocUnsafe(FIRST_ROOM_BYTES);
  private length = 0;

  /** Everything that is not read yet. */
  add(chunk: Uint8Array): Uint8Array {
    const length = this.length + chunk.length;
    if (length > this.bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, length));
      larger.set(this.bytes.subarray(0, this.length));
      this.bytes = larger;
    }
    this.bytes.set(chunk, this.length);
    this.length = length;
    return this.bytes.subarray(0, length);
  }

  keepFrom(at: number): void {
    this.bytes.copyWithin(0, at, this.length);
    this.length -= at;
  }
}

const INCOMPLETE = -1;
const END_OF_ROWS_SEEN = -2;

interface Places {
  starts: Int32Array;
  lengths: Int32Array;
}

/** Notes where the values of the row at `at` lie, and answers where the next one begins. */
function readRow(
  bytes: Uint8Array,
  at: number,
  { starts, lengths }: Places,
  place: number,
  columns: number,
): number {
  const most = bytes.length;
  if (at + 2 > most) return INCOMPLETE;
  const fields = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  if (fields === END_OF_ROWS) return END_OF_ROWS_SEEN;
  if (fields !== columns) throw new Error(`a row has ${fields} values, not ${columns}`);
  let next = at + 2;
  for (let column = 0; column < columns; column++) {
    if (next + 4 > most) return INCOMPLETE;
    const length = integerAt(bytes, next);
    next += 4;
    starts[place + column] = next;
    lengths[place + column] = length;
    if (length > 0) next += length;
    if (next > most) return INCOMPLETE;
  }
  return next;
}

function larger({ starts, lengths }: Places, columns: number): Places {
  const grown = (old: Int32Array) => {
    const more = new Int32Array(Math.max(FIRST_ROWS * columns, old.length * 2));
    more.set(old);
    return more;
  };
  return { starts: grown(starts), lengths: grown(lengths) };
}

/** The signed integer of four bytes, the most significant one first. */
export function integerAt(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}
