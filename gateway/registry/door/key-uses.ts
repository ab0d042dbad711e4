import { log } from "../../../shared/log.ts";

export interface KeyUsesOptions {
  /** A key's use is written down this often at most. */
  everyMs: number;
  write(tenant: string, keyId: string): Promise<void>;
}

/** Writes down when keys were used last, and lets no request wait for it. */
export class KeyUses {
  private readonly notedAt = new Map<string, number>();
  private readonly writing = new Set<Promise<void>>();

  constructor(private readonly options: KeyUsesOptions) {}

  note(tenant: string, keyId: string): void {
    const key = `${tenant}/${keyId}`;
    const now = performance.now();
    const { everyMs } = this.options;
    if (now - (this.notedAt.get(key) ?? Number.NEGATIVE_INFINITY) < everyMs) return;
    this.notedAt.delete(key);
    this.notedAt.set(key, now);
    // Insertion order is the order of time: those at the front are over first.
    for (const [old, at] of this.notedAt) {
      if (now - at < everyMs) break;
      this.notedAt.delete(old);
    }
    const written: Promise<void> = this.options
      .write(tenant, keyId)
      .catch((error: Error) => log("WARN", "key-use-not-written", { reason: error.message }))
      .finally(() => this.writing.delete(written));
    this.writing.add(written);
  }

  /** Waits for what is being written. */
  async close(): Promise<void> {
    await Promise.all(this.writing);
  }
}
