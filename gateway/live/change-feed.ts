import { setTimeout as pause } from "node:timers/promises";
import type {
  ChangeBatch,
  ChangesOptions,
  FollowedValue,
} from "../../shared/graph/subgraph-service.ts";
import { log } from "../../shared/log.ts";
import type { Interruption } from "./interruption.ts";
import type { LiveLimits } from "./limits.ts";

/** Where a tenant's changes come from: the subgraph in this process, or another one. */
export type ChangeSource = (tenant: string, options: ChangesOptions) => AsyncIterable<ChangeBatch>;

/** Whoever is told of changes. */
export interface Follower {
  tell(serialNumber: string): void;
  interrupt(why: Interruption): void;
}

/** The changes of all tenants that somebody follows here, each read once for all of its followers. */
export class ChangeFeed {
  private readonly tenants = new Map<string, TenantFeed>();

  constructor(
    private readonly source: ChangeSource,
    private readonly limits: LiveLimits,
  ) {}

  /**
   * Tells `follower` of every change from now on of devices that have, or had, the value. Resolves
   * to what ends that, once changes are really read; rejects where that takes too long.
   */
  async follow(tenant: string, value: FollowedValue, follower: Follower): Promise<() => void> {
    let feed = this.tenants.get(tenant);
    if (!feed) {
      feed = new TenantFeed(tenant, this.source, this.limits);
      this.tenants.set(tenant, feed);
      feed.begin();
    }
    const { followers } = feed;
    const name = nameOf(value);
    const same = followers.get(name) ?? new Set();
    followers.set(name, same.add(follower));
    const end = () => {
      same.delete(follower);
      if (same.size === 0 && followers.get(name) === same) followers.delete(name);
      if (followers.size > 0 || this.tenants.get(tenant) !== feed) return;
      this.tenants.delete(tenant);
      feed.end();
    };
    try {
      await feed.begun(this.limits.openMs);
      return end;
    } catch (error) {
      end();
      throw error;
    }
  }

  /** Ends every subscription. */
  close(): void {
    for (const feed of this.tenants.values()) {
      feed.interrupt("CLOSING");
      feed.end();
    }
    this.tenants.clear();
  }
}

function nameOf({ field, value }: FollowedValue): string {
  return JSON.stringify([field, value]);
}

/** One tenant's changes, read until nobody follows them any more. */
class TenantFeed {
  readonly followers = new Map<string, Set<Follower>>();
  private readonly ending = new AbortController();
  private resolveFirst = (): void => undefined;
  private readonly first = new Promise<void>((resolve) => {
    this.resolveFirst = resolve;
  });
  private position: string | undefined;
  private readAt = Date.now();

  constructor(
    private readonly tenant: string,
    private readonly source: ChangeSource,
    private readonly limits: LiveLimits,
  ) {}

  begin(): void {
    const watch = setInterval(() => this.tellOfSilence(), this.limits.bridgedMs / 10).unref();
    this.ending.signal.addEventListener("abort", () => clearInterval(watch), { once: true });
    void this.read();
  }

  end(): void {
    this.ending.abort();
  }

  /** Resolves with the first batch, which says that from now on nothing is missed. */
  async begun(mostMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no changes within ${mostMs} ms`)), mostMs);
    });
    try {
      await Promise.race([this.first, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  interrupt(why: Interruption): void {
    for (const same of [...this.followers.values()]) {
      for (const follower of [...same]) follower.interrupt(why);
    }
  }

  /** Reads on from the last position after every failure, so that a short one goes unnoticed. */
  private async read(): Promise<void> {
    const { signal } = this.ending;
    const { retryMs, retryMostMs } = this.limits;
    let waitMs = retryMs;
    while (!signal.aborted) {
      try {
        const after = this.position === undefined ? {} : { after: this.position };
        for await (const batch of this.source(this.tenant, { ...after, signal })) {
          waitMs = retryMs;
          this.accept(batch);
        }
      } catch (error) {
        if (signal.aborted) return;
        const reason = error instanceof Error ? error.message : String(error);
        log("WARN", "changes-unread", { tenant: this.tenant, reason });
        waitMs = Math.min(waitMs * 2, retryMostMs);
      }
      // A source in another process ends now and then, and is asked again.
      await pause(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private accept({ position, isMissed, changes }: ChangeBatch): void {
    this.position = position;
    this.readAt = Date.now();
    this.resolveFirst();
    if (isMissed) this.interrupt("GAP");
    for (const { serialNumber, values } of changes) {
      const told = new Set(
        values.flatMap((value) => [...(this.followers.get(nameOf(value)) ?? [])]),
      );
      for (const follower of told) follower.tell(serialNumber);
    }
  }

  /** Whoever looks at a screen must know when it has been blind for long. */
  private tellOfSilence(): void {
    if (Date.now() - this.readAt < this.limits.bridgedMs) return;
    // What is read later begins anew: nobody is left who waits for what was in between.
    this.position = undefined;
    this.readAt = Date.now();
    this.interrupt("GAP");
  }
}
