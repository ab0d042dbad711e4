import { randomUUID } from "node:crypto";
import { closeSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CliError } from "../../cli-error.ts";

const PAGE_BYTES = 65_536;
/** 8 MiB: what is read lies close to what was read before. */
const PAGES_KEPT = 128;

/** A nameless temporary file that is written once, from its start to its end, and read anywhere. */
export class PagedFile {
  readonly #descriptor: number;
  #page = Buffer.allocUnsafe(PAGE_BYTES);
  #filled = 0;
  #written = 0;
  /** By number; the page that was read longest ago comes first. */
  readonly #pages = new Map<number, Buffer>();

  constructor() {
    const path = join(tmpdir(), `tracegraph-workbook-${randomUUID()}`);
    this.#descriptor = orSay(() => openSync(path, "wx+", 0o600));
    // From here on the file has no name, and is gone when this process ends.
    unlinkSync(path);
  }

  get size(): number {
    return this.#written + this.#filled;
  }

  append(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const room = Math.min(PAGE_BYTES - this.#filled, bytes.length - at);
      this.#page.set(bytes.subarray(at, at + room), this.#filled);
      this.#filled += room;
      at += room;
      if (this.#filled === PAGE_BYTES) this.#flush();
    }
  }

  /** The bytes at a place that was written. */
  read(position: number, length: number): Buffer {
    const first = Math.floor(position / PAGE_BYTES);
    const within = position - first * PAGE_BYTES;
    const page = this.#pageOf(first);
    if (within + length <= page.length) return page.subarray(within, within + length);
    const bytes = Buffer.allocUnsafe(length);
    for (let at = 0; at < length; ) {
      const place = position + at;
      const number = Math.floor(place / PAGE_BYTES);
      const piece = this.#pageOf(number).subarray(place - number * PAGE_BYTES);
      if (piece.length === 0) throw new Error("read beyond the end of what was written");
      bytes.set(piece.subarray(0, length - at), at);
      at += piece.length;
    }
    return bytes;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #flush(): void {
    for (let at = 0; at < this.#filled; ) {
      at += orSay(() => writeSync(this.#descriptor, this.#page, at, this.#filled - at));
    }
    this.#written += this.#filled;
    this.#filled = 0;
  }

  #pageOf(number: number): Buffer {
    const start = number * PAGE_BYTES;
    // The last page may still grow: it is not kept twice.
    if (start >= this.#written) return this.#page.subarray(0, this.#filled);
    const known = this.#pages.get(number);
    if (known) {
      this.#pages.delete(number);
      this.#pages.set(number, known);
      return known;
    }
    const page = Buffer.allocUnsafe(PAGE_BYTES);
    for (let at = 0; at < PAGE_BYTES; ) {
      const read = readSync(this.#descriptor, page, at, PAGE_BYTES - at, start + at);
      if (read === 0) throw new Error("a temporary file lost its end");
      at += read;
    }
    this.#pages.set(number, page);
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > PAGES_KEPT && oldest !== undefined) this.#pages.delete(oldest);
    return page;
  }
}

function orSay<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CliError("NOT_READABLE", `the workbook cannot be unpacked in ${tmpdir()} (${code})`, {
      advice: "Make room there, or set TMPDIR to a folder that has some.",
    });
  }
}
