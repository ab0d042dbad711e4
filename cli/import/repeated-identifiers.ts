import { CliError } from "../cli-error.ts";
import type { Identifier } from "./columns.ts";
import { SeenSerialNumbers } from "./seen-serial-numbers.ts";

const LEAST_BITS = 2 ** 20;
/** 128 MiB, which is enough for files of more than 100 million rows. */
const MOST_BITS = 2 ** 30;
/** Half a bit for each byte of the file: some 50 for a row, of which three are set. */
const BYTES_OF_A_BIT = 2;
const SEEDS = { serialNumber: 0x1b873593, connhexId: 0x2545f491 } as const;
/** Identifiers that may stand in a file more than once. */
const REPEATED_MOST = 1_000_000;

/**
 * Finds serial numbers and connhexIds that stand in a file more than once. The first reading
 * sets bits, as many as the file is long, and keeps what may have been there before; that is a
 * little more than what is repeated. The second one looks at those alone, and knows for certain.
 */
export class RepeatedIdentifiers {
  #bits: Uint32Array | null;
  readonly #mask: number;
  readonly #mayRepeat = new Set<number>();
  readonly #seen = { serialNumber: new SeenSerialNumbers(), connhexId: new SeenSerialNumbers() };

  constructor(textBytes: number) {
    const wanted = 2 ** Math.ceil(Math.log2(Math.max(1, textBytes / BYTES_OF_A_BIT)));
    const bits = Math.min(MOST_BITS, Math.max(LEAST_BITS, wanted));
    this.#bits = new Uint32Array(bits / 32);
    this.#mask = bits - 1;
  }

  /** Takes an identifier of the first reading. */
  note(identifier: Identifier, value: string): void {
    const first = hash(value, SEEDS[identifier]);
    const second = hash(value, first);
    let isNew = false;
    for (const place of [first, second, (first ^ Math.imul(second, 0x9e3779b1)) >>> 0]) {
      isNew = this.#set(place & this.#mask) || isNew;
    }
    if (isNew) return;
    this.#mayRepeat.add(nameOf(first, second));
    if (this.#mayRepeat.size <= REPEATED_MOST) return;
    const message = `more than ${REPEATED_MOST} values of ${identifier} stand in the file twice`;
    throw new CliError("DUPLICATE_IN_FILE", message, {
      advice: "Check that the right column is read, and keep one row for each device.",
    });
  }

  /** Ends the first reading. */
  endFirstReading(): void {
    this.#bits = null;
  }

  /** Where the identifier stood before in the second reading; null, and remembered, where nowhere. */
  firstLine(identifier: Identifier, value: string, line: number): number | null {
    const first = hash(value, SEEDS[identifier]);
    if (!this.#mayRepeat.has(nameOf(first, hash(value, first)))) return null;
    return this.#seen[identifier].firstLine(value, line);
  }

  /** Whether the bit was not set yet. */
  #set(place: number): boolean {
    const bits = this.#bits;
    if (!bits) throw new Error("the first reading has ended");
    const word = bits[place >>> 5] ?? 0;
    const bit = 1 << (place & 31);
    if ((word & bit) !== 0) return false;
    bits[place >>> 5] = word | bit;
    return true;
  }
}

/** 53 bits, as many as a number has exactly. */
function nameOf(first: number, second: number): number {
  return first * 0x20_0000 + (second & 0x1f_ffff);
}

/** Spreads well over 32 bits (the last steps are those of MurmurHash3); certainty comes from elsewhere. */
function hash(value: string, seed: number): number {
  let bits = seed;
  for (let at = 0; at < value.length; at += 1) {
    bits = Math.imul(bits ^ value.charCodeAt(at), 0x5bd1e995);
    bits ^= bits >>> 15;
  }
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
