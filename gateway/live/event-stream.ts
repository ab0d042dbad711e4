import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { ExecutionResult } from "graphql";
import type { LiveLimits } from "./limits.ts";

/**
 * One subscription's answer, as the graphql-sse protocol has it in its distinct connections mode:
 * server-sent events `next`, each with an execution result, and at the end `complete`.
 */
export class EventStream {
  private count = 0;
  private readonly heartbeat: NodeJS.Timeout;
  private readonly gone = new AbortController();

  constructor(
    private readonly response: ServerResponse,
    private readonly limits: LiveLimits,
  ) {
    // Node tells only the answer that is written at present of its connection's end, and none that
    // waits behind it.
    const { socket } = response.req;
    const end = () => this.gone.abort();
    for (const ending of [response, socket]) ending.once("close", end);
    this.signal.addEventListener("abort", () => socket.off("close", end), { once: true });
    response.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      // Some proxies hold answers back until they are whole unless told so.
      "x-accel-buffering": "no",
    });
    // Says at once that the subscription stands: what is committed from now on is told.
    response.write(":\n\n");
    this.heartbeat = setInterval(() => {
      if (!response.writableNeedDrain) response.write(":\n\n");
    }, limits.heartbeatMs).unref();
    this.signal.addEventListener("abort", () => clearInterval(this.heartbeat), { once: true });
    if (response.closed) this.gone.abort();
  }

  /** Aborted when the client has gone. */
  get signal(): AbortSignal {
    return this.gone.signal;
  }

  /** Writes an event, and waits until the client has read so much that another may follow. */
  async next(result: ExecutionResult): Promise<void> {
    if (this.write(result)) return;
    const timeout = AbortSignal.timeout(this.limits.readMs);
    try {
      await once(this.response, "drain", { signal: AbortSignal.any([this.signal, timeout]) });
    } catch {
      this.response.destroy();
    }
  }

  /** Ends the stream, with a last event where there is something to say. */
  end(last: ExecutionResult | null): void {
    clearInterval(this.heartbeat);
    if (this.signal.aborted) return;
    if (last) this.write(last);
    this.response.end("event: complete\ndata:\n\n");
    const cut = setTimeout(() => this.response.destroy(), this.limits.farewellMs).unref();
    this.response.once("close", () => clearTimeout(cut));
  }

  private write(result: ExecutionResult): boolean {
    return this.response.write(
      `id: ${++this.count}\nevent: next\ndata: ${JSON.stringify(result)}\n\n`,
    );
  }
}
