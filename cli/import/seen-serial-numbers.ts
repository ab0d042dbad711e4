import { createHash } from "node:crypto";

const WORDS_PER_ENTRY = 4;
const FIRST_CAPACITY = 1_024;

/**
 * Remembers on which line each serial number was first seen: 16 bytes an entry at most half full,
 * 32 MB for a million rows. It keeps 96 bits of a hash; that two of a billion serial numbers have
 * the same ones is less likely than one in 10^11.
 */
export class SeenSerialNumbers {
  #capacity = FIRST_CAPACITY;
  #entries = new Uint32Array(FIRST_CAPACITY * WORDS_PER_ENTRY);
  #count = 0;

  /** The line on which the serial number was seen before; null, and remembered, where it was not. */
  firstLine(serialNumber: string, line: number): number | null {
    if (this.#count * 2 >= this.#capacity) this.#grow();
    const digest = createHash("sha256").update(serialNumber).digest();
    const hash = [digest.readUInt32LE(0), digest.readUInt32LE(4), digest.readUInt32LE(8)] as const;
    const slot = this.#slotOf(hash);
    const seen = this.#entries[slot + 3] ?? 0;
    if (seen > 0) return seen;
    this.#entries.set([...hash, line], slot);
    this.#count += 1;
    return null;
  }

  /** Where the hash stands, or the free place where it belongs. Lines count from 1, so 0 is free. */
  #slotOf([first, second, third]: readonly [number, number, number]): number {
    let index = first % this.#capacity;
    for (;;) {
      const slot = index * WORDS_PER_ENTRY;
      const isFree = this.#entries[slot + 3] === 0;
      const isSame =
        this.#entries[slot] === first &&
        this.#entries[slot + 1] === second &&
        this.#entries[slot + 2] === third;
      if (isFree || isSame) return slot;
      index = (index + 1) % this.#capacity;
    }
  }

  #grow(): void {
    const old = this.#entries;
    this.#capacity *= 2;
    this.#entries = new Uint32Array(this.#capacity * WORDS_PER_ENTRY);
    for (let at = 0; at < old.length; at += WORDS_PER_ENTRY) {
      if (old[at + 3] === 0) continue;
      const [first = 0, second = 0, third = 0] = old.subarray(at, at + 3);
      this.#entries.set(
        old.subarray(at, at + WORDS_PER_ENTRY),
        this.#slotOf([first, second, third]),
      );
    }
  }
}
