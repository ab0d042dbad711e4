import { isIP } from "node:net";
import { Agent, type Dispatcher } from "undici";
import { type AddressGuard, ForbiddenAddress } from "./address-guard.ts";
import { readRetryAfter } from "./back-off.ts";
import { WEBHOOKS } from "./limits.ts";
import { type SignedMessage, signedHeaders } from "./standard-webhook.ts";
import { hostOf, readWebhookUrl } from "./webhook-url.ts";

/** What is sent where. */
export interface Delivery {
  url: string;
  secrets: readonly Buffer[];
  id: string;
  body: string;
}

/** What came of it. Of what the receiver answered nothing is kept but its status. */
export interface Delivered {
  outcome: "DELIVERED" | "FAILED";
  status: number | null;
  /** Why not; null where it was delivered. */
  reason: string | null;
  /** Whether the receiver says that it is gone for good. */
  isGone: boolean;
  retryAfterMs: number | null;
  ms: number;
}

const AGENT = "tracegraph-webhooks";

/** Sends single messages, to addresses that the guard allows. */
export class WebhookSender {
  private readonly agents: Readonly<Record<"http:" | "https:", Agent>>;

  constructor(
    readonly guard: AddressGuard,
    private readonly deliveryMs: number = WEBHOOKS.deliveryMs,
  ) {
    const agent = (isOnlyLoopback: boolean) =>
      new Agent({
        connect: { timeout: WEBHOOKS.connectMs, lookup: guard.lookup(isOnlyLoopback) },
        pipelining: 1,
        keepAliveTimeout: 10_000,
      });
    this.agents = { "http:": agent(true), "https:": agent(false) };
  }

  /** One attempt. Never rejects: what went wrong is an answer. */
  async send({ url, secrets, id, body }: Delivery): Promise<Delivered> {
    const began = performance.now();
    const message = { id, timestamp: Math.floor(Date.now() / 1_000), body };
    try {
      const { status, retryAfter } = await this.post(url, secrets, message);
      const isDelivered = status >= 200 && status < 300;
      return {
        outcome: isDelivered ? "DELIVERED" : "FAILED",
        status,
        reason: isDelivered ? null : reasonOfStatus(status),
        isGone: status === 410,
        retryAfterMs: isDelivered ? null : readRetryAfter(retryAfter, Date.now()),
        ms: performance.now() - began,
      };
    } catch (error) {
      const reason = reasonOf(error, this.deliveryMs).slice(0, WEBHOOKS.reasonCharacters);
      const nothing = { status: null, isGone: false, retryAfterMs: null };
      return { outcome: "FAILED", ...nothing, reason, ms: performance.now() - began };
    }
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.agents).map((agent) => agent.destroy()));
  }

  private async post(
    text: string,
    secrets: readonly Buffer[],
    message: SignedMessage,
  ): Promise<{ status: number; retryAfter: string | undefined }> {
    // What was allowed when it was added may not be any more; names are checked by the lookup.
    const url = readWebhookUrl(text, this.guard);
    const host = hostOf(url);
    if (isIP(host) !== 0 && !this.guard.isAllowed(host)) throw new ForbiddenAddress(host);
    const signal = AbortSignal.timeout(this.deliveryMs);
    const answer = await this.agents[url.protocol as "http:" | "https:"].request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": AGENT,
        ...signedHeaders(secrets, message),
      },
      body: message.body,
      headersTimeout: this.deliveryMs,
      bodyTimeout: this.deliveryMs,
      signal,
    });
    await readAway(answer.body);
    const { "retry-after": retryAfter } = answer.headers;
    return {
      status: answer.statusCode,
      retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
    };
  }
}

/**
 * Reads an answer so far that its connection can be used again; of a longer one the connection is
 * given up. Its status counts, whatever becomes of the rest.
 */
async function readAway(body: Dispatcher.ResponseData["body"]): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > WEBHOOKS.answerBytes) break;
    }
  } catch {
    // The message was taken before: what its taker says of it is nobody's concern.
  }
}

function reasonOfStatus(status: number): string {
  if (status >= 300 && status < 400) return `status ${status}: redirects are not followed`;
  if (status === 410) return "status 410: the receiver is gone";
  return `status ${status}`;
}

/** What went wrong, without what a receiver could have put into it. */
function reasonOf(error: unknown, deliveryMs: number): string {
  const { name, code, cause } = error as { name?: string; code?: string; cause?: unknown };
  if (error instanceof ForbiddenAddress || cause instanceof ForbiddenAddress) {
    return "its address is not allowed here";
  }
  if (code === "BAD_USER_INPUT") return "its URL is not allowed here any more";
  if (name === "TimeoutError" || name === "AbortError" || code?.includes("TIMEOUT")) {
    return `no answer within ${deliveryMs} ms`;
  }
  if (name === "HTTPParserError") return "its answer is no HTTP";
  if (code === "UND_ERR_SOCKET") return "it closed the connection";
  if (code !== undefined && /^[A-Z][A-Z0-9_]*$/.test(code)) return `no connection: ${code}`;
  return "no connection";
}
