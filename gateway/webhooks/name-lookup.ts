import type { LookupAddress, LookupOptions } from "node:dns";
import { lookup } from "node:dns/promises";
import { WEBHOOKS } from "./limits.ts";
import { Slots } from "./slots.ts";

/** Asks the system for the addresses of a name: its hosts file, and its name servers. */
export type Resolve = (name: string, options: LookupOptions) => Promise<LookupAddress[]>;

/** A name whose servers did not answer in time. */
class NameUnanswered extends Error {
  readonly code = "NAME_UNANSWERED";

  constructor(name: string, ms: number) {
    super(`nobody said within ${ms} ms where ${name} is`);
  }
}

/** Lookups of a process share few threads with its files and ciphers. */
const ALL_ADDRESSES = { all: true } as const;
/** Names that did not answer share one place. No name is empty. */
const OF_THE_SILENT = "";

/**
 * Looks up names that strangers chose. Who is the enemy: somebody whose name servers never answer.
 * The system's lookup cannot be called off and holds a thread for as long as it takes, of four that
 * the process has: so few run at once, one of a name, and one of all names that did not answer the
 * last time.
 */
export class NameLookup {
  private readonly slots = new Slots({ all: WEBHOOKS.lookupsAtOnce, ofOne: 1 });
  private readonly asked = new Map<string, Promise<LookupAddress[]>>();
  /** Until when somebody waits for what was asked. */
  private readonly wantedUntil = new Map<string, number>();
  private readonly silent = new Set<string>();

  constructor(
    private readonly resolve: Resolve = (name, options) =>
      lookup(name, { ...options, ...ALL_ADDRESSES }),
    private readonly lookupMs: number = WEBHOOKS.lookupMs,
  ) {}

  /** All addresses of a name, or an error in good time. */
  async addresses(name: string, options: LookupOptions): Promise<LookupAddress[]> {
    const addresses = this.ask(name, options);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new NameUnanswered(name, this.lookupMs)), this.lookupMs);
    });
    try {
      return await Promise.race([addresses, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Whoever asks for what is asked already waits for the same answer. */
  private ask(name: string, options: LookupOptions): Promise<LookupAddress[]> {
    const key = `${name} ${options.family ?? 0} ${options.hints ?? 0}`;
    this.wantedUntil.set(key, performance.now() + this.lookupMs);
    const known = this.asked.get(key);
    if (known) return known;
    const addresses = this.inTurn(key, name, options).finally(() => {
      this.asked.delete(key);
      this.wantedUntil.delete(key);
    });
    // Whoever waited may have gone.
    addresses.catch(() => undefined);
    this.asked.set(key, addresses);
    return addresses;
  }

  private inTurn(key: string, name: string, options: LookupOptions): Promise<LookupAddress[]> {
    const of = this.silent.has(name) ? OF_THE_SILENT : name;
    return this.slots.within(of, async () => {
      const isWanted = performance.now() < (this.wantedUntil.get(key) ?? 0);
      if (!isWanted) throw new NameUnanswered(name, this.lookupMs);
      return this.resolved(name, options);
    });
  }

  private async resolved(name: string, options: LookupOptions): Promise<LookupAddress[]> {
    const began = performance.now();
    try {
      return await this.resolve(name, options);
    } finally {
      if (performance.now() - began < this.lookupMs) this.silent.delete(name);
      else if (this.silent.size < WEBHOOKS.silentNames) this.silent.add(name);
    }
  }
}
