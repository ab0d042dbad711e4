const FIRST_BYTES = 192 * 1024;
const PIECE_BYTES = 96 * 1024;

/** Bytes that are being written: room is made before, so that writing itself asks no questions. */
export class Output {
  bytes: Uint8Array = Buffer.allocUnsafe(FIRST_BYTES);
  at = 0;

  /** Whether so much was written that it is worth a piece of its own. */
  get isPiece(): boolean {
    return this.at >= PIECE_BYTES;
  }

  /** Makes room for so many bytes more. */
  ensure(more: number): void {
    if (this.at + more <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.at + more));
    grown.set(this.bytes.subarray(0, this.at));
    this.bytes = grown;
  }

  /** Writes a short text of ASCII. */
  ascii(text: string): void {
    this.ensure(text.length);
    for (let i = 0; i < text.length; i++) this.bytes[this.at++] = text.charCodeAt(i);
  }

  copy(from: Uint8Array, start: number, length: number): void {
    this.ensure(length);
    const { bytes } = this;
    let { at } = this;
    // A call costs more than to copy some bytes.
    if (length > 64) {
      bytes.set(from.subarray(start, start + length), at);
      at += length;
    } else {
      for (let i = start; i < start + length; i++) bytes[at++] = from[i] as number;
    }
    this.at = at;
  }

  /** A copy of what was written; writing begins anew in the same room. */
  take(): Uint8Array {
    const taken = Buffer.from(this.bytes.subarray(0, this.at));
    this.at = 0;
    return taken;
  }
}
