import { randomUUID } from "node:crypto";
import { DomainError } from "../../shared/domain-error.ts";
import { isAsked, type PlacedEvent } from "../../shared/events/event.ts";
import { SeenDevices } from "../../shared/graph/seen-devices.ts";
import { log } from "../../shared/log.ts";
import { accessLineOf } from "../access-log/access-line.ts";
import type { AccessLog } from "../access-log/access-log.ts";
import { readFeedPosition } from "../events/feed-position.ts";
import { gatewayItself, type MergedFeed } from "../events/merged-feed.ts";
import type { NewWebhookDelivery } from "../registry/webhook/webhook-delivery.store.ts";
import { pauseMs } from "./back-off.ts";
import type { Delivered, WebhookSender } from "./deliver.ts";
import type { DispatchStore, Lease, ServedWebhook } from "./dispatch.store.ts";
import { inLanes } from "./lanes.ts";
import { WEBHOOKS, type WebhookPace } from "./limits.ts";
import { observeDelivery } from "./metrics.ts";
import type { Slots } from "./slots.ts";

/** What a webhook is served with. */
export interface ServeParts {
  tenant: string;
  lease: Lease;
  store: DispatchStore;
  feed: Pick<MergedFeed, "page">;
  sender: Pick<WebhookSender, "send">;
  slots: Slots;
  /** null where nothing is recorded. */
  accessLog: Pick<AccessLog, "record"> | null;
  pace: WebhookPace;
  /** The secrets that sign now, the newest first. */
  secretsOf(webhook: string): Promise<Buffer[]>;
  /** Whether the lease holds surely long enough to begin another delivery. */
  isMine(): boolean;
}

/** One webhook while a process serves its tenant. */
export class WebhookService {
  isBusy = false;
  /** When the oldest event was recorded that is not delivered yet; null where all are. */
  behindSince: number | null = null;
  /** Events behind the position that were delivered already, while one before them failed. */
  private readonly delivered = new Set<string>();
  private generation = -1;
  /** While events cannot be read they are not asked for all the time. */
  private quietUntil = Number.NEGATIVE_INFINITY;

  constructor(private readonly parts: ServeParts) {}

  /** Delivers what there is, until there is no more or something fails. Never rejects. */
  async serve(webhook: ServedWebhook): Promise<void> {
    if (this.isBusy || performance.now() < this.quietUntil) return;
    this.isBusy = true;
    if (webhook.generation !== this.generation) this.delivered.clear();
    this.generation = webhook.generation;
    try {
      await this.deliverFrom(webhook);
    } catch (error) {
      await this.tellWhy(webhook, error);
    } finally {
      this.isBusy = false;
    }
  }

  private async deliverFrom(webhook: ServedWebhook): Promise<void> {
    const { feed, tenant } = this.parts;
    let { position, failedAttempts } = webhook;
    for (;;) {
      const begin = readFeedPosition(position);
      const page = await feed.page(gatewayItself(tenant), begin, WEBHOOKS.eventsAtOnce);
      const [first] = page.events;
      this.behindSince = first ? Date.parse(first.event.timestamp) : null;
      const isStill = page.events.length === 0 && page.position === position;
      if (isStill || !this.parts.isMine()) return;
      // Read for each page: whoever rotates a secret does not wait for all that is behind.
      const secrets = await this.parts.secretsOf(webhook.name);
      const sent = await this.deliverPage(webhook, page.events, { secrets, failedAttempts });
      const end = sent.failure === null ? page.position : (sent.reached ?? position);
      if (!(await this.save(webhook, end, { ...sent, failedAttempts }))) return;
      [position, failedAttempts] = [end, 0];
      if (!page.hasMore) {
        this.behindSince = null;
        return;
      }
    }
  }

  /** Delivers the events that are asked for; those of one device after one another. */
  private async deliverPage(
    { name, url, eventTypes }: ServedWebhook,
    events: readonly PlacedEvent[],
    { secrets, failedAttempts }: { secrets: readonly Buffer[]; failedAttempts: number },
  ): Promise<SentPage> {
    const { tenant, sender, slots, isMine } = this.parts;
    const isDue = ({ event: { id, type } }: PlacedEvent) =>
      isAsked(type, eventTypes) && !this.delivered.has(id);
    await this.record(name, events.filter(isDue));
    const deliveries: NewWebhookDelivery[] = [];
    let failure: SentPage["failure"] = null;
    const done = await inLanes(events, {
      lanes: WEBHOOKS.lanes,
      laneOf: ({ event: { data, id } }) => data.serialNumber ?? data.connhexId ?? id,
      work: async (placed) => {
        const { event } = placed;
        if (!isDue(placed)) return true;
        if (!isMine()) {
          failure ??= "NOT_MINE";
          return false;
        }
        const { id, type: eventType } = event;
        const message = { url, secrets, id, body: JSON.stringify(event) };
        const result = await slots.within(tenant, () => sender.send(message));
        const { outcome, status, reason, ms } = result;
        // What was cut off because this process ends is no failure of the receiver.
        if (outcome === "FAILED" && !isMine()) {
          failure ??= "NOT_MINE";
          return false;
        }
        const attempt = failedAttempts + 1;
        deliveries.push({ eventId: id, eventType, attempt, outcome, status, reason, ms });
        observeDelivery(outcome === "DELIVERED");
        if (outcome === "DELIVERED") this.delivered.add(id);
        else if (failure === null || failure === "NOT_MINE") failure = { name, ...result };
        return outcome === "DELIVERED";
      },
    });
    const missing = events.findIndex((event) => !done.has(event));
    if (missing < 0) this.delivered.clear();
    return { deliveries, failure, reached: events[missing - 1]?.position ?? null };
  }

  /** Who is told of devices stands in the access log before he is. */
  private async record(name: string, events: readonly PlacedEvent[]): Promise<void> {
    if (events.length === 0) return;
    const seen = new SeenDevices();
    for (const { event } of events) seen.add([event.data.connhexId, event.data.serialNumber]);
    const { tenant, accessLog } = this.parts;
    const caller = { subject: `webhook:${name}`, tenant, roles: [], client: null };
    const asked = { caller, requestId: `webhook-${randomUUID()}`, seen };
    await accessLog?.record(
      accessLineOf(asked, {
        ...{ documentId: null, text: null, operationName: "webhook", operationType: "query" },
        ...{ outcomes: [], status: 200, ms: 0 },
      }),
    );
  }

  /** Writes what was sent. Answers whether to go on at once. */
  private async save(
    webhook: ServedWebhook,
    position: string,
    { deliveries, failure, failedAttempts }: SentPage & { failedAttempts: number },
  ): Promise<boolean> {
    const { store, lease, pace } = this.parts;
    const isLost = failure === "NOT_MINE";
    const failed = failure === null || failure === "NOT_MINE" ? null : failure;
    const hasDelivered = deliveries.some(({ outcome }) => outcome === "DELIVERED");
    const before = hasDelivered ? 0 : failedAttempts;
    const count = failed ? before + 1 : isLost ? before : 0;
    const wait = failed ? pauseMs(count, pace, { retryAfterMs: failed.retryAfterMs }) : null;
    const progress = { position, failedAttempts: count, pauseMs: wait, hasDelivered, deliveries };
    const standing = await store.save(lease, webhook, progress);
    if (standing === null || isLost) return false;
    if (!failed) return standing.isActive;
    const { name } = webhook;
    const { tenant } = this.parts;
    if (before === 0) log("WARN", "webhook-failing", { tenant, name, reason: failed.reason });
    if (failed.isGone || standing.failingMs >= pace.giveUpMs)
      await this.fail(webhook, failed.reason ?? "");
    return false;
  }

  /** What keeps events from being read: for a while, or until somebody does something about it. */
  private async tellWhy(webhook: ServedWebhook, error: unknown): Promise<void> {
    const isLost =
      error instanceof DomainError &&
      (error.code === "POSITION_TOO_OLD" || error.code === "INVALID_CURSOR");
    if (isLost) {
      const reason = `${error.message}: replay it from a time, oldest or now`;
      await this.fail(webhook, reason).catch(() => undefined);
      return;
    }
    this.quietUntil = performance.now() + WEBHOOKS.quietMs;
    const { tenant } = this.parts;
    const reason = error instanceof Error ? error.message : String(error);
    log("WARN", "webhook-unserved", { tenant, name: webhook.name, reason });
  }

  private async fail(webhook: ServedWebhook, reason: string): Promise<void> {
    const { store, lease, tenant } = this.parts;
    if (!(await store.fail(lease, webhook, reason))) return;
    log("ERROR", "webhook-failed", { tenant, name: webhook.name, reason });
  }
}

/** What became of a page. */
interface SentPage {
  deliveries: readonly NewWebhookDelivery[];
  /** null where all was delivered, or was not asked for. */
  failure: (Delivered & { name: string }) | "NOT_MINE" | null;
  /** The position before the first event that was not delivered; null: where the page begins. */
  reached: string | null;
}
