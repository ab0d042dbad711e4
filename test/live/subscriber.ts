import { type IncomingMessage, request } from "node:http";
import type { TestGateway } from "../support/gateway.ts";

/** An event of the stream, as the graphql-sse protocol has them. */
export interface LiveEvent {
  id: string | null;
  event: string;
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what the document of the test asks for
  data: any;
}

/** A client of one subscription, which reads as long as nobody stops it. */
export interface Subscriber {
  status: number;
  headers: IncomingMessage["headers"];
  /** What came until now. */
  events: LiveEvent[];
  /** Everything as it was read, comments too. */
  raw(): string;
  /** Resolves when so many events are there; rejects after some seconds. */
  until(count: number): Promise<LiveEvent[]>;
  /** Resolves when the stream has ended, by whomever. */
  ended: Promise<void>;
  /** Stops reading, as a client does that cannot follow; and goes on. */
  pause(): void;
  resume(): void;
  leave(): void;
}

export interface Asked {
  query?: string;
  documentId?: string;
  variables?: Record<string, unknown>;
}
interface Options {
  headers?: Record<string, string>;
  method?: "GET" | "POST";
}

const WAIT_MS = 20_000;

/** Subscribes over HTTP, and resolves with the answer's head. */
export function subscribe(
  url: string,
  asked: Asked,
  { headers = {}, method = "POST" }: Options = {},
): Promise<Subscriber> {
  const search = new URLSearchParams(
    Object.entries(asked).map(([name, value]) => [
      name,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
  return new Promise((resolve, reject) => {
    const sent = request(
      `${url}/graphql${method === "GET" ? `?${search}` : ""}`,
      {
        method,
        agent: false,
        headers: {
          accept: "text/event-stream",
          ...(method === "POST" && { "content-type": "application/json" }),
          ...headers,
        },
      },
      (answer) => resolve(read(answer)),
    );
    sent.once("error", reject);
    sent.end(method === "POST" ? JSON.stringify(asked) : undefined);
  });
}

/** Subscribes with a token of this role. */
export async function subscribeAs(
  gateway: Pick<TestGateway, "token" | "gateway">,
  role: Parameters<TestGateway["token"]>[0],
  asked: Asked,
): Promise<Subscriber> {
  const authorization = `Bearer ${await gateway.token(role)}`;
  return subscribe(gateway.gateway.url, asked, { headers: { authorization } });
}

function read(answer: IncomingMessage): Subscriber {
  const events: LiveEvent[] = [];
  let raw = "";
  let parsed = 0;
  const waiting = new Set<() => void>();
  answer.setEncoding("utf8");
  answer.on("data", (chunk: string) => {
    raw += chunk;
    for (let end = raw.indexOf("\n\n", parsed); end >= 0; end = raw.indexOf("\n\n", parsed)) {
      const event = eventOf(raw.slice(parsed, end));
      parsed = end + 2;
      if (event) events.push(event);
    }
    for (const look of waiting) look();
  });
  const ended = new Promise<void>((resolve) => {
    answer.once("close", resolve);
    answer.on("error", () => undefined);
  });
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    events,
    raw: () => raw,
    ended,
    until(count) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(
            new Error(
              `${events.length} of ${count} events came: ${JSON.stringify(events.slice(-3))}`,
            ),
          );
        }, WAIT_MS);
        const look = () => {
          if (events.length < count) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(events);
        };
        waiting.add(look);
        look();
      });
    },
    pause: () => void answer.pause(),
    resume: () => void answer.resume(),
    leave: () => void answer.destroy(),
  };
}

function eventOf(block: string): LiveEvent | null {
  const fields = new Map<string, string>();
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon <= 0) continue;
    fields.set(line.slice(0, colon), line.slice(colon + 1).replace(/^ /, ""));
  }
  const event = fields.get("event");
  if (event === undefined) return null;
  const data = fields.get("data") ?? "";
  return { id: fields.get("id") ?? null, event, data: data === "" ? null : JSON.parse(data) };
}

/** The subscription of most tests. */
export const CHANGED = `subscription Changed($field: String!, $value: String!) {
  deviceChanged(field: $field, value: $value) { serialNumber revision lotCode connhexId }
}`;

/** Long enough for an event to come, where none must come. */
export const quiet = (ms = 900) => new Promise((resolve) => setTimeout(resolve, ms));
