import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Event } from "../../shared/events/event.ts";
import { readBody } from "../../shared/http.ts";

/** One message as a receiver got it. */
export interface Received {
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  event: Event;
}

/** How a receiver answers a message; where it says nothing, with 204. */
export type Answers = (message: Received, response: ServerResponse) => void | Promise<void>;

/** Another system that is told of events. */
export interface Receiver {
  url: string;
  port: number;
  received: Received[];
  /** Those that it answered with success. */
  accepted: Received[];
  answers: Answers;
  /** Resolves once so many were accepted; rejects after a while. */
  untilAccepted(count: number, mostMs?: number): Promise<void>;
  close(): Promise<void>;
}

export async function openReceiver(port = 0): Promise<Receiver> {
  const receiver: Receiver = {
    ...{ url: "", port: 0, received: [], accepted: [], answers: () => undefined },
    async untilAccepted(count, mostMs = 20_000) {
      await until(
        () => receiver.accepted.length >= count,
        mostMs,
        () => {
          return `${receiver.accepted.length} of ${count} accepted, ${receiver.received.length} received`;
        },
      );
    },
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await readBody(request, 1024 * 1024);
    if (!Buffer.isBuffer(body)) return;
    const text = body.toString("utf8");
    const headers = request.headers as Record<string, string>;
    const message = { path: request.url ?? "", headers, body: text, event: JSON.parse(text) };
    receiver.received.push(message);
    await receiver.answers(message, response);
    if (!response.headersSent && !response.destroyed) response.writeHead(204).end();
    if (response.statusCode < 300 && !response.destroyed) receiver.accepted.push(message);
  };
  const server = createServer((request, response) => void take(request, response));
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  receiver.port = (server.address() as AddressInfo).port;
  receiver.url = `http://127.0.0.1:${receiver.port}/hook`;
  return receiver;
}

/** Waits for something to be so. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  mostMs = 20_000,
  tell: () => string = () => "it did not come",
): Promise<void> {
  const end = Date.now() + mostMs;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`after ${mostMs} ms: ${tell()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The first arrival of each id, in the order of arriving. */
export function onceEach(messages: readonly Received[]): Event[] {
  const seen = new Map<string, Event>();
  for (const { event } of messages) if (!seen.has(event.id)) seen.set(event.id, event);
  return [...seen.values()];
}
