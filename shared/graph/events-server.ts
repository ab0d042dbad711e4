import type { ServerResponse } from "node:http";
import { DomainError } from "../domain-error.ts";
import type { EventsQuestion } from "../events/event.ts";
import { EVENT_LIMITS } from "../events/limits.ts";
import { sendJson } from "../http.ts";
import { parseTimestamp } from "../time.ts";
import { REFUSED_STATUS } from "./exports-server.ts";
import type { Vouched } from "./service-token.ts";
import type { SubgraphService } from "./subgraph-service.ts";

/** The route on which the gateway reads events. */
export const EVENTS_PATH = "/events";

/** What the gateway asks with; null where it is something else. */
export function readEventsRequest(body: object): EventsQuestion | null {
  const { events: asked } = body as { events?: unknown };
  if (typeof asked !== "object" || asked === null) return null;
  const { begin, limit } = asked as Partial<EventsQuestion>;
  if (!isLimit(limit) || typeof begin !== "object" || begin === null) return null;
  const { after, from } = begin as { after?: unknown; from?: unknown };
  if (typeof after === "string") return { begin: { after }, limit };
  if (typeof from !== "string") return null;
  const time = from === "OLDEST" || from === "END" ? from : parseTimestamp(from);
  return time === null ? null : { begin: { from: time }, limit };
}

function isLimit(limit: unknown): limit is number {
  const most = EVENT_LIMITS.eventsAtOnce;
  return typeof limit === "number" && Number.isInteger(limit) && limit >= 0 && limit <= most;
}

/** Answers a page of events. */
export async function answerEvents(
  events: NonNullable<SubgraphService["events"]>,
  { caller, question }: Vouched & { question: EventsQuestion },
  response: ServerResponse,
): Promise<void> {
  try {
    sendJson(response, 200, await events(caller, question));
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const { code, message, details } = error;
    sendJson(response, REFUSED_STATUS, { code, message, details });
  }
}
