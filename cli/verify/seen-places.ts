const PAGE = 65_536n;

/** The places of logs that were met: a bit for each, for an export may have many million rows. */
export class SeenPlaces {
  readonly #pages = new Map<string, Uint8Array>();

  /** Whether this one was not met before. The caller has proven that the log is so large. */
  isNew(origin: string, index: bigint): boolean {
    const key = `${index / PAGE} ${origin}`;
    const page = this.#pages.get(key) ?? new Uint8Array(Number(PAGE) / 8);
    this.#pages.set(key, page);
    const place = Number(index % PAGE);
    const bit = 1 << (place & 7);
    const byte = page[place >> 3] as number;
    page[place >> 3] = byte | bit;
    return (byte & bit) === 0;
  }
}
