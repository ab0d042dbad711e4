import type { Caller } from "../../shared/caller.ts";
import { DomainError, isRetryable } from "../../shared/domain-error.ts";
import type { EventPage, PlacedEvent } from "../../shared/events/event.ts";
import { GATEWAY_ITSELF } from "../../shared/events/event-readers.ts";
import type { GatewaySubgraph } from "../subgraph.ts";
import { beginOf, type FeedBegin, feedPosition } from "./feed-position.ts";

/** A page of the events of all subgraphs, in order for each device as each subgraph tells them. */
export interface FeedPage {
  events: readonly PlacedEvent[];
  /** Where to go on. */
  position: string;
  hasMore: boolean;
  /** Subgraphs that could not be asked: what they have to tell comes later. */
  delayed: readonly string[];
}

type Source = GatewaySubgraph & { events: NonNullable<GatewaySubgraph["events"]> };

/** The gateway as it asks for a tenant's events by itself. */
export function gatewayItself(tenant: string): Caller {
  return { subject: GATEWAY_ITSELF, tenant, roles: [], client: null };
}

/** The events of all subgraphs that tell any, as one feed. */
export class MergedFeed {
  private readonly sources: readonly Source[];

  constructor(subgraphs: readonly GatewaySubgraph[]) {
    this.sources = subgraphs.filter((one): one is Source => one.events !== undefined);
  }

  /**
   * A page of at most so many events. What one subgraph tells stays in its order; between them it
   * goes by time, as far as their clocks agree.
   */
  async page(caller: Caller, begin: FeedBegin, limit: number): Promise<FeedPage> {
    const answers = await Promise.all(
      this.sources.map((source) => this.ask(source, caller, { begin, limit })),
    );
    const delayed = answers.filter(({ failure }) => failure !== null);
    if (delayed[0] && delayed.length === answers.length) throw delayed[0].failure;
    const heads = answers.map(({ name, page }) => ({
      ...{ name, events: page.events, next: 0, position: page.begin },
    }));
    const events: PlacedEvent[] = [];
    while (events.length < limit) {
      const [head] = heads
        .filter(({ events, next }) => next < events.length)
        .sort((one, other) => (timeOf(one) < timeOf(other) ? -1 : 1));
      const told = head?.events[head.next];
      if (!head || !told) break;
      head.next++;
      head.position = told.position;
      events.push({ event: told.event, position: positionOf(heads) });
    }
    const isCut = heads.some(({ events, next }) => next < events.length);
    return {
      ...{ events, position: positionOf(heads), delayed: delayed.map(({ name }) => name) },
      hasMore: isCut || answers.some(({ page }) => page.hasMore),
    };
  }

  /** The position behind everything that is recorded, for nobody in particular. */
  async end(tenant: string): Promise<string> {
    return (await this.page(gatewayItself(tenant), "END", 0)).position;
  }

  private async ask(
    source: Source,
    caller: Caller,
    { begin, limit }: { begin: FeedBegin; limit: number },
  ): Promise<{ name: string; page: EventPage; failure: unknown }> {
    const { name } = source;
    const asked = beginOf(begin, name);
    try {
      return { name, page: await source.events(caller, { begin: asked, limit }), failure: null };
    } catch (failure) {
      const isLater = failure instanceof DomainError && isRetryable(failure.code);
      if (!isLater || !("after" in asked)) throw failure;
      // It goes on from where it stands, whenever it can be asked again.
      const { after } = asked;
      return { name, page: { events: [], begin: after, position: after, hasMore: false }, failure };
    }
  }
}

interface Head {
  name: string;
  events: readonly PlacedEvent[];
  next: number;
  position: string;
}

function timeOf({ events, next }: Head): string {
  return events[next]?.event.timestamp ?? "";
}

function positionOf(heads: readonly Head[]): string {
  return feedPosition(new Map(heads.map(({ name, position }) => [name, position])));
}
