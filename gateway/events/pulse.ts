import { FEED } from "./limits.ts";

/** Says where a tenant's events end now. */
export type EndOfFeed = (tenant: string) => Promise<string>;

interface Waiter {
  position: string;
  wake: () => void;
}

/**
 * Wakes those who wait for events: one look at the databases for all who wait in a tenant, and
 * none while nobody does.
 */
export class Pulse {
  private readonly tenants = new Map<string, Set<Waiter>>();
  isClosed = false;

  constructor(
    private readonly end: EndOfFeed,
    private readonly everyMs: number = FEED.lookEveryMs,
  ) {}

  /** Those who wait. */
  get size(): number {
    let count = 0;
    for (const waiters of this.tenants.values()) count += waiters.size;
    return count;
  }

  /** Resolves when the tenant's events do not end at this position any more, or the time is over. */
  async wait(
    tenant: string,
    position: string,
    { mostMs, signal }: { mostMs: number; signal: AbortSignal },
  ): Promise<void> {
    if (this.isClosed || signal.aborted) return;
    const waiters = this.tenants.get(tenant) ?? new Set<Waiter>();
    const isFirst = !this.tenants.has(tenant);
    this.tenants.set(tenant, waiters);
    const woken = new Promise<void>((resolve) => {
      const waiter: Waiter = {
        position,
        wake() {
          clearTimeout(timer);
          signal.removeEventListener("abort", waiter.wake);
          waiters.delete(waiter);
          resolve();
        },
      };
      const timer = setTimeout(waiter.wake, mostMs);
      signal.addEventListener("abort", waiter.wake, { once: true });
      waiters.add(waiter);
    });
    if (isFirst) void this.look(tenant, waiters);
    await woken;
  }

  /** Wakes everybody. */
  close(): void {
    this.isClosed = true;
    for (const waiters of this.tenants.values()) for (const { wake } of [...waiters]) wake();
  }

  private async look(tenant: string, waiters: Set<Waiter>): Promise<void> {
    while (waiters.size > 0) {
      await new Promise((resolve) => setTimeout(resolve, this.everyMs));
      // Where they cannot be asked now, those who wait ask for themselves when their time is over.
      const end = waiters.size > 0 ? await this.end(tenant).catch(() => null) : null;
      if (end === null) continue;
      for (const { position, wake } of [...waiters]) if (position !== end) wake();
    }
    this.tenants.delete(tenant);
  }
}
