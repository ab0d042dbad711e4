import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { log } from "../../shared/log.ts";
import type { Database } from "../../shared/postgres/database.ts";
import type { AccessLog } from "../access-log/access-log.ts";
import type { MergedFeed } from "../events/merged-feed.ts";
import type { WebhookSender } from "./deliver.ts";
import { tenantsWithWebhooks } from "./dispatch.store.ts";
import { WEBHOOKS, type WebhookPace } from "./limits.ts";
import { watchWebhooks } from "./metrics.ts";
import type { SecretCipher } from "./secret-cipher.ts";
import { Slots } from "./slots.ts";
import { TenantWebhooks } from "./tenant-webhooks.ts";

/** What webhooks are served with. */
export interface DispatcherParts {
  /** Connections of the dispatcher's own: it takes none from the requests. */
  database: Database;
  /** In the role that sees which tenants have webhooks, and nothing else. */
  tenants: Database;
  feed: MergedFeed;
  cipher: SecretCipher;
  sender: WebhookSender;
  accessLog: Pick<AccessLog, "record"> | null;
  pace: WebhookPace;
}

/**
 * Serves the webhooks of all tenants that no other process serves: of several gateways each has
 * some tenants, by a lease that ends where its holder does.
 */
export class WebhookDispatcher {
  private readonly holder = randomUUID();
  private readonly served = new Map<string, TenantWebhooks>();
  private readonly ending = new AbortController();
  private readonly slots = new Slots({
    all: WEBHOOKS.deliveriesAtOnce,
    ofOne: WEBHOOKS.deliveriesOfATenant,
  });
  private readonly unwatch: () => void;
  private looking: Promise<void> = Promise.resolve();

  constructor(private readonly parts: DispatcherParts) {
    this.unwatch = watchWebhooks({
      webhooks: () => this.count(),
      lagSeconds: () => Math.max(0, ...[...this.served.values()].map((one) => one.lagSeconds())),
    });
  }

  start(): void {
    this.looking = this.look();
  }

  /** Begins nothing more, and gives what is under way a while to end. */
  async stop(): Promise<void> {
    this.ending.abort();
    this.unwatch();
    await this.looking;
    await Promise.all([...this.served.values()].map((one) => one.stop()));
    const { sender, database, tenants } = this.parts;
    await sender.close();
    await Promise.all([database.close(), tenants.close()]);
  }

  private async look(): Promise<void> {
    const { signal } = this.ending;
    while (!signal.aborted) {
      try {
        // "*" is no tenant's name; the dispatcher's own policy shows it those of all.
        const tenants = await tenantsWithWebhooks(this.parts.tenants.tenant("*"));
        for (const tenant of tenants) if (!signal.aborted) await this.begin(tenant);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        log("WARN", "webhooks-unserved", { reason });
      }
      await pause(this.parts.pace.tenantsEveryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private async begin(tenant: string): Promise<void> {
    if (this.served.has(tenant)) return;
    const { holder, slots } = this;
    const begun = await TenantWebhooks.take({ ...this.parts, tenant, holder, slots });
    if (!begun) return;
    this.served.set(tenant, begun);
    void begun.run().then(() => {
      if (this.served.get(tenant) === begun) this.served.delete(tenant);
    });
  }

  private count(): Record<string, number> {
    const counts: Record<string, number> = { active: 0, failing: 0, failed: 0 };
    for (const one of this.served.values()) {
      for (const [state, value] of Object.entries(one.counts)) {
        counts[state] = (counts[state] ?? 0) + value;
      }
    }
    return counts;
  }
}
