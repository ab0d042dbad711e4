import { Pool } from "undici";
import type { Caller } from "../caller.ts";
import { DomainError, ERROR_CODES, type ErrorCode, type ErrorDetails } from "../domain-error.ts";
import type { EventPage, EventsQuestion } from "../events/event.ts";
import { log } from "../log.ts";
import { EVENTS_PATH } from "./events-server.ts";
import { REFUSED_STATUS } from "./exports-server.ts";
import { postJson } from "./post-json.ts";
import type { RemoteOptions } from "./remote-executor.ts";

const LIMITS = {
  connections: 4,
  keepAliveTimeoutMs: 30_000,
  connectTimeoutMs: 2_000,
  answerBytes: 16 * 1024 * 1024,
  answerMs: 5_000,
} as const;

/** Reads events from a subgraph over HTTP. */
export type RemoteEvents = ((caller: Caller, question: EventsQuestion) => Promise<EventPage>) & {
  close(): Promise<void>;
};

/** Asks a subgraph for events on kept connections. Rejects with a DomainError in every case. */
export function remoteEvents({ subgraph, url, sign }: RemoteOptions): RemoteEvents {
  const pool = new Pool(new URL(url).origin, {
    connections: LIMITS.connections,
    pipelining: 1,
    keepAliveTimeout: LIMITS.keepAliveTimeoutMs,
    connect: { timeout: LIMITS.connectTimeoutMs },
    maxResponseSize: LIMITS.answerBytes,
  });
  let count = 0;
  const ask = async (caller: Caller, question: EventsQuestion) => {
    const body = JSON.stringify({ events: question });
    const token = sign(subgraph, body, { caller, requestId: `events-${++count}` });
    const headers = { authorization: `Bearer ${token}` };
    const deadlineMs = LIMITS.answerMs;
    const answer = await postJson(pool, { path: EVENTS_PATH, headers, body, deadlineMs }).catch(
      (error: unknown) => {
        log("WARN", "events-unread", { subgraph, reason: String(error) });
        throw unavailable(subgraph);
      },
    );
    if (answer.status === REFUSED_STATUS) throw refusalOf(subgraph, answer.text);
    if (answer.status !== 200) throw unavailable(subgraph);
    return readPage(subgraph, answer.text);
  };
  return Object.assign(ask, { close: () => pool.destroy() });
}

function readPage(subgraph: string, text: string): EventPage {
  const { events, begin, position, hasMore } = JSON.parse(text) as Partial<EventPage>;
  const isPage = Array.isArray(events) && typeof begin === "string";
  if (!isPage || typeof position !== "string" || typeof hasMore !== "boolean") {
    throw unavailable(subgraph);
  }
  return { events, begin, position, hasMore };
}

function refusalOf(subgraph: string, text: string): DomainError {
  const { code, message, details } = JSON.parse(text) as {
    code: string;
    message: string;
    details: ErrorDetails;
  };
  if (!(code in ERROR_CODES)) return unavailable(subgraph);
  return new DomainError(code as ErrorCode, message, details);
}

function unavailable(subgraph: string): DomainError {
  return new DomainError("SUBGRAPH_UNAVAILABLE", `${subgraph} cannot be asked now`, { subgraph });
}
