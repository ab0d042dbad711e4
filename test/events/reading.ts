import type { Caller } from "../../shared/caller.ts";
import type { Event, EventPage, EventsQuestion } from "../../shared/events/event.ts";
import type { SubgraphService } from "../../shared/graph/subgraph-service.ts";

/** The gateway, as it reads the events of a tenant by itself. */
export function gatewayIn(tenant: string): Caller {
  return { subject: "gateway", tenant, roles: [], client: null };
}

/** Asks a service for a page of events. */
export async function eventsOf(
  service: SubgraphService,
  begin: EventsQuestion["begin"],
  { limit = 1_000, tenant = "acme" }: { limit?: number; tenant?: string } = {},
): Promise<EventPage> {
  if (!service.events) throw new Error(`${service.name} tells no events`);
  return service.events(gatewayIn(tenant), { begin, limit });
}

/** All events from a position on, in pages, and the position behind them. */
export async function readOn(
  service: SubgraphService,
  begin: EventsQuestion["begin"],
  limit = 100,
): Promise<{ events: Event[]; position: string }> {
  const events: Event[] = [];
  for (let next = begin; ; ) {
    const page = await eventsOf(service, next, { limit });
    events.push(...page.events.map(({ event }) => event));
    next = { after: page.position };
    if (!page.hasMore) return { events, position: page.position };
  }
}

/** The revisions that were told of each device, cloud identity or ownership, in the order of telling. */
export function revisionsOf(events: readonly Event[]): Map<string, number[]> {
  const revisions = new Map<string, number[]>();
  for (const { id } of events) {
    const end = id.lastIndexOf(".");
    const entity = id.slice(0, end);
    revisions.set(entity, [...(revisions.get(entity) ?? []), Number(id.slice(end + 1))]);
  }
  return revisions;
}

/** 1, 2, 3 … */
export function fromOne(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
