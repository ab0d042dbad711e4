/**
 * A small, fast generator of random numbers (sfc32 by Chris Doty-Humphrey): the same text seeds
 * the same numbers on every machine. Not for secrets.
 */
export class Random {
  private a = 0;
  private b = 0;
  private c = 0;
  private counter = 0;
  private readonly first: number;
  private readonly second: number;

  /** A stream of its own for each seed and purpose. */
  constructor(seed: string, purpose: string) {
    this.first = hash(`${seed}\n${purpose}`, 0x9e3779b9);
    this.second = hash(`${purpose}\n${seed}`, 0x85ebca6b);
    this.startAt(0);
  }

  /** Begins the numbers that belong to item `index` of this stream, wherever it stood. */
  startAt(index: number): this {
    this.a = this.first;
    this.b = this.second ^ Math.floor(index / 0x1_0000_0000);
    this.c = index | 0;
    this.counter = 1;
    for (let round = 0; round < 10; round++) this.word();
    return this;
  }

  /** 32 random bits. */
  word(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** From 0, below 1. */
  share(): number {
    return this.word() / 0x1_0000_0000;
  }

  /** A whole number from 0, below `end`. */
  below(end: number): number {
    return Math.floor(this.share() * end);
  }

  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  chance(probability: number): boolean {
    return this.share() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError("nothing to pick from");
    return item;
  }

  /** A UUID of version 4 (RFC 9562, 5.4), from this stream instead of from the system. */
  uuid(): string {
    const [first, second, third, fourth] = [this.word(), this.word(), this.word(), this.word()];
    const middle = hex((second & 0xffff0fff) | 0x4000);
    const variant = hex((third & 0x3fffffff) | 0x80000000);
    return `${hex(first)}-${middle.slice(0, 4)}-${middle.slice(4)}-${variant.slice(0, 4)}-${variant.slice(4)}${hex(fourth)}`;
  }
}

const HEX = Array.from({ length: 0x10000 }, (_, number) => number.toString(16).padStart(4, "0"));

function hex(word: number): string {
  return `${HEX[word >>> 16]}${HEX[word & 0xffff]}`;
}

/** FNV-1a over UTF-16 units, with a final mix so that near seeds give far states. */
function hash(text: string, start: number): number {
  let value = start;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) | 0;
}
