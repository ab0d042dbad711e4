import type { IncomingMessage, ServerResponse } from "node:http";
import { assertMayReadEvents } from "../../shared/events/event-readers.ts";
import { INTERNAL_MESSAGE } from "../../shared/graph/public-error.ts";
import { log } from "../../shared/log.ts";
import { accessLineOf } from "../access-log/access-line.ts";
import type { AccessLog } from "../access-log/access-log.ts";
import { answerOf, arrive } from "../graphql-route.ts";
import { stackOf } from "../guarded-fetch.ts";
import type { Doorkeeper } from "../identity/authenticate.ts";
import type { Admission, Gate } from "../load/gate.ts";
import { observeRequest } from "../operation/metrics.ts";
import { RequestRefusal, refusingWhole } from "../request/request-refusal.ts";
import { type Answer, sendAnswer } from "../request/send-answer.ts";
import { RequestScope } from "../request-scope.ts";
import { type AskedChanges, pageText, readChangesRequest } from "./changes-request.ts";
import { readFeedPosition } from "./feed-position.ts";
import type { FeedPage, MergedFeed } from "./merged-feed.ts";
import type { Pulse } from "./pulse.ts";
import type { WaitingPlaces } from "./waiting-places.ts";

/** What the feed of events is answered with. */
export interface ChangesParts extends Doorkeeper {
  gate: Gate;
  accessLog: AccessLog | null;
  feed: MergedFeed;
  pulse: Pulse;
  waiting: WaitingPlaces;
}

/** The path of the feed. */
export const CHANGES_PATH = "/changes";
const OPERATION = "changes";

/** Answers one page of the feed, through the same door as the graph. */
export async function answerChanges(
  parts: ChangesParts,
  request: IncomingMessage,
  { response, requestId }: { response: ServerResponse; requestId: string },
): Promise<void> {
  const began = performance.now();
  const work = new ChangesWork(parts, request, { response, requestId });
  const { answer, code } = await work.answer(began);
  sendAnswer(request, response, answer);
  const ms = Math.round((performance.now() - began) * 10) / 10;
  const { status } = answer;
  const codes = code === null ? [] : [code];
  log("INFO", "request", {
    id: requestId,
    client: work.client,
    operation: OPERATION,
    status,
    codes,
    ms,
  });
  observeRequest({ document: null, operation: OPERATION, status, code, ms });
}

/** One request on its way. */
class ChangesWork {
  private scope: RequestScope | null = null;
  private admission: Admission | null = null;

  constructor(
    private readonly parts: ChangesParts,
    private readonly request: IncomingMessage,
    private readonly on: { response: ServerResponse; requestId: string },
  ) {}

  get client(): string | null {
    return this.scope?.caller.client ?? null;
  }

  /** The answer, once what it tells stands in the access log. */
  async answer(began: number): Promise<{ answer: Answer; code: RequestRefusal["code"] | null }> {
    const told = await this.orRefusal(() => this.granted());
    this.admission?.end();
    const recorded = await this.orRefusal(async () => {
      await refusingWhole(() => this.record(told, performance.now() - began));
      return told.answer;
    });
    const { answer, code } = recorded.code === null ? told : recorded;
    return {
      answer: { ...answer, headers: { ...this.admission?.headers, ...answer.headers } },
      code,
    };
  }

  private async granted(): Promise<Answer> {
    const { request, parts } = this;
    const arrival = await refusingWhole(() => arrive(parts, request));
    const scope = new RequestScope(arrival.caller, this.on.requestId);
    this.scope = scope;
    this.admission = parts.gate.admit(arrival, request);
    if (request.method !== "GET") {
      throw new RequestRefusal(405, "BAD_USER_INPUT", "ask with GET", { allow: "GET" });
    }
    const asked = await readChangesRequest(request.url ?? "", request.headers.accept);
    await refusingWhole(() => assertMayReadEvents(arrival.caller));
    await this.admission.begin(asked.limit);
    const page = await this.page(asked, scope);
    for (const { event } of page.events) {
      scope.seen.add([event.data.connhexId, event.data.serialNumber]);
    }
    const { type, text } = pageText(page, asked.isNdjson);
    return { status: 200, headers: { "content-type": type }, text };
  }

  /** The page; where there is nothing yet, what comes while its asker waits. */
  private async page(asked: AskedChanges, { caller }: RequestScope): Promise<FeedPage> {
    const { feed, pulse, waiting } = this.parts;
    const { begin, limit, waitMs } = asked;
    let page = await refusingWhole(() => feed.page(caller, begin, limit));
    if (page.events.length > 0 || waitMs === 0) return page;
    const leave = waiting.take(caller);
    // Whoever waits takes no place from those whose answers are worked on.
    this.admission?.end();
    const gone = new AbortController();
    this.on.response.once("close", () => gone.abort());
    try {
      const until = performance.now() + waitMs;
      for (;;) {
        const mostMs = until - performance.now();
        if (mostMs <= 0 || gone.signal.aborted || pulse.isClosed) return page;
        await pulse.wait(caller.tenant, page.position, { mostMs, signal: gone.signal });
        const after = readFeedPosition(page.position);
        page = await refusingWhole(() => feed.page(caller, after, limit));
        if (page.events.length > 0) return page;
      }
    } finally {
      leave();
    }
  }

  private async orRefusal(
    work: () => Promise<Answer>,
  ): Promise<{ answer: Answer; code: RequestRefusal["code"] | null }> {
    try {
      return { answer: await work(), code: null };
    } catch (error) {
      const refusal = error instanceof RequestRefusal ? error : this.fault(error);
      return { answer: answerOf(refusal, this.request), code: refusal.code };
    }
  }

  private fault(error: unknown): RequestRefusal {
    const { requestId } = this.on;
    log("ERROR", "fault", { id: requestId, stack: stackOf(error) });
    return new RequestRefusal(500, "INTERNAL", INTERNAL_MESSAGE, {}, { requestId });
  }

  /** Whoever is not known has no tenant, and so no line. */
  private async record(
    { answer: { status }, code }: { answer: Answer; code: string | null },
    ms: number,
  ): Promise<void> {
    if (!this.scope || !this.parts.accessLog) return;
    await this.parts.accessLog.record(
      accessLineOf(this.scope, {
        ...{ documentId: null, text: this.request.url ?? null, status, ms },
        ...{ operationName: OPERATION, operationType: "query" },
        outcomes: code === null ? [] : [code],
      }),
    );
  }
}
