import { setTimeout as pause } from "node:timers/promises";
import { log } from "../../shared/log.ts";
import { WebhookSecretStore } from "../registry/webhook/webhook-secret.store.ts";
import { DispatchStore, type Lease, type ServedWebhook } from "./dispatch.store.ts";
import { WEBHOOKS } from "./limits.ts";
import { WebhookService } from "./serve-webhook.ts";
import type { Slots } from "./slots.ts";
import type { DispatcherParts } from "./webhook-dispatcher.ts";

interface TenantParts extends DispatcherParts {
  tenant: string;
  holder: string;
  slots: Slots;
}

/** The webhooks of one tenant, while this process has the lease on them. */
export class TenantWebhooks {
  /** How many webhooks are what, as they were seen last. */
  counts = { active: 0, failing: 0, failed: 0 };
  private readonly services = new Map<string, WebhookService>();
  private readonly ending = new AbortController();
  private readonly underWay = new Set<Promise<void>>();
  private running: Promise<void> = Promise.resolve();
  private mineUntil: number;
  private renewAt: number;
  private tidyAt = performance.now() + WEBHOOKS.tidyEveryMs;

  private constructor(
    private readonly parts: TenantParts,
    private readonly store: DispatchStore,
    private readonly lease: Lease,
    began: number,
  ) {
    this.mineUntil = began + parts.pace.leaseMs;
    this.renewAt = began + parts.pace.renewEveryMs;
  }

  /** Takes the lease; null where another process has it. */
  static async take(parts: TenantParts): Promise<TenantWebhooks | null> {
    const { database, tenant, holder, pace } = parts;
    const store = new DispatchStore(database.tenant(tenant), tenant);
    // Counted from before the question, so that it never seems to last longer than it does.
    const began = performance.now();
    const lease = await store.take(holder, pace.leaseMs);
    return lease && new TenantWebhooks(parts, store, lease, began);
  }

  /** Serves until it is stopped, the lease is lost, or there is nothing to serve. Never rejects. */
  run(): Promise<void> {
    this.running = this.serve();
    return this.running;
  }

  async stop(): Promise<void> {
    this.ending.abort();
    const late = pause(WEBHOOKS.closeMs, undefined, { ref: false });
    await Promise.race([Promise.all([this.running, ...this.underWay]), late]);
    await this.store.renew(this.lease, 0).catch(() => undefined);
  }

  lagSeconds(): number {
    const since = [...this.services.values()].flatMap(({ behindSince }) => behindSince ?? []);
    return since.length === 0 ? 0 : Math.max(0, (Date.now() - Math.min(...since)) / 1_000);
  }

  private async serve(): Promise<void> {
    const { signal } = this.ending;
    const { pace, tenant } = this.parts;
    while (!signal.aborted) {
      try {
        if (!(await this.keep()) || !(await this.lookOnce())) return;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        log("WARN", "webhooks-unserved", { tenant, reason });
      }
      if (performance.now() > this.mineUntil) return;
      await pause(pace.lookEveryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Keeps the lease; false where it is lost. */
  private async keep(): Promise<boolean> {
    const now = performance.now();
    if (now < this.renewAt) return true;
    const { leaseMs, renewEveryMs } = this.parts.pace;
    if (!(await this.store.renew(this.lease, leaseMs))) return false;
    this.mineUntil = now + leaseMs;
    this.renewAt = now + renewEveryMs;
    return true;
  }

  /** Begins what is due; false where this tenant has nothing to serve any more. */
  private async lookOnce(): Promise<boolean> {
    const webhooks = await this.store.all();
    const active = webhooks.filter(({ state }) => state === "ACTIVE");
    this.note(webhooks, active);
    if (webhooks.every(({ state }) => state === "PAUSED")) {
      await Promise.all(this.underWay);
      await this.store.renew(this.lease, 0);
      return false;
    }
    const due = active.filter(({ isDue, name }) => isDue && !this.services.get(name)?.isBusy);
    if (due.length > 0) {
      const end = await this.parts.feed.end(this.parts.tenant);
      for (const webhook of due.filter(({ position }) => position !== end)) this.begin(webhook);
    }
    if (performance.now() > this.tidyAt) {
      this.tidyAt = performance.now() + WEBHOOKS.tidyEveryMs;
      await this.store.removeOld();
    }
    return true;
  }

  private note(all: readonly ServedWebhook[], active: readonly ServedWebhook[]): void {
    const failing = active.filter(({ failedAttempts }) => failedAttempts > 0).length;
    const failed = all.filter(({ state }) => state === "FAILED").length;
    this.counts = { active: active.length, failing, failed };
    const names = new Set(active.map(({ name }) => name));
    for (const [name, { isBusy }] of this.services) {
      if (!names.has(name) && !isBusy) this.services.delete(name);
    }
  }

  private begin(webhook: ServedWebhook): void {
    const { name } = webhook;
    const service = this.services.get(name) ?? this.open(name);
    const work = service.serve(webhook).finally(() => this.underWay.delete(work));
    this.underWay.add(work);
  }

  private open(name: string): WebhookService {
    const { tenant, database, cipher, feed, sender, slots, accessLog, pace } = this.parts;
    const { store, lease } = this;
    const secrets = new WebhookSecretStore(database.tenant(tenant), tenant);
    const service = new WebhookService({
      ...{ tenant, store, lease, feed, sender, slots, accessLog, pace },
      secretsOf: async (webhook) =>
        (await secrets.sealed(webhook)).map(({ secretId, sealed }) =>
          cipher.open({ tenant, webhook, secretId }, sealed),
        ),
      isMine: () => !this.ending.signal.aborted && performance.now() < this.mineUntil,
    });
    this.services.set(name, service);
    return service;
  }
}
