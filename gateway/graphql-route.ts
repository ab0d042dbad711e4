import type { IncomingMessage, ServerResponse } from "node:http";
import type { Caller } from "../shared/caller.ts";
import { isRetryable } from "../shared/domain-error.ts";
import { INTERNAL_MESSAGE } from "../shared/graph/public-error.ts";
import { log } from "../shared/log.ts";
import { traced, tracedRequest } from "../shared/tracing.ts";
import { accessLineOf } from "./access-log/access-line.ts";
import type { AccessLog } from "./access-log/access-log.ts";
import { stackOf } from "./guarded-fetch.ts";
import { authenticate, type Doorkeeper, UNAUTHENTICATED } from "./identity/authenticate.ts";
import { IssuerUnreachableError } from "./identity/token-check.ts";
import { mostBodyBytes } from "./limits.ts";
import { type AnswerLiveParts, answerLive } from "./live/answer-live.ts";
import type { Admission, Gate } from "./load/gate.ts";
import { observeRequest } from "./operation/metrics.ts";
import { answerDocument, type DocumentParts } from "./request/answer-document.ts";
import {
  type AskedRequest,
  notAcceptable,
  readAskedRequest,
  unreadBody,
} from "./request/asked-request.ts";
import { RETRY_LATER, RequestRefusal, refusingWhole } from "./request/request-refusal.ts";
import { type Answer, mediaTypeOf, sendAnswer } from "./request/send-answer.ts";
import { RequestScope } from "./request-scope.ts";
import type { FederatedRuntime } from "./runtime.ts";

/** What GraphQL requests are answered with. */
export interface GraphqlParts extends Doorkeeper, DocumentParts, AnswerLiveParts {
  runtime: FederatedRuntime;
  gate: Gate;
  /** null: nothing is recorded, so that a benchmark can tell what recording costs. */
  accessLog: AccessLog | null;
  /** Whether refusals may quote the schema: to developers, in development only. */
  tellsSchema: boolean;
}

/** Answers one GraphQL request, and leaves one line in the log. */
export async function answerGraphql(
  parts: GraphqlParts,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): Promise<void> {
  const began = performance.now();
  const work = new Work(parts, request, requestId);
  const came = { name: "request", from: request.headers };
  const answer = await tracedRequest(came, { "tracegraph.request.id": requestId }, async (span) => {
    const answer = await work.answer(began);
    span.set({ "http.response.status_code": answer.status });
    if (answer.status === 500) span.fail("INTERNAL");
    return answer;
  });
  const sent = send(answer, request, response);
  const ms = Math.round((performance.now() - began) * 10) / 10;
  const facts = work.facts(answer);
  log("INFO", "request", { id: requestId, ...facts, ms });
  observeRequest({ ...facts, code: facts.codes[0] ?? null, ms });
  await sent;
}

/** Resolves when all is sent; of a stream that is long after the request was answered. */
async function send(
  answer: Answer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { stream } = answer;
  if (!stream) return sendAnswer(request, response, answer);
  // Whoever went while we worked has no stream to end.
  if (request.socket.destroyed) return stream.abandon();
  await stream.send(response);
}

/** One request on its way: who asks, what, and the answer. */
class Work {
  private scope: RequestScope | null = null;
  private admission: Admission | null = null;
  private refusal: string | null = null;

  constructor(
    private readonly parts: GraphqlParts,
    private readonly request: IncomingMessage,
    private readonly requestId: string,
  ) {}

  /** The answer, ready to be sent: what was seen for it stands in the access log by then. */
  async answer(began: number): Promise<Answer> {
    const answer = await this.orRefusal(() => this.granted());
    this.admission?.end();
    const recorded = await this.orRefusal(async () => {
      await refusingWhole(() => this.record(answer, performance.now() - began));
      return answer;
    });
    // Without its line nothing is sent.
    if (recorded !== answer) answer.stream?.abandon();
    if (!this.admission) return recorded;
    return { ...recorded, headers: { ...this.admission.headers, ...recorded.headers } };
  }

  private async orRefusal(work: () => Promise<Answer>): Promise<Answer> {
    try {
      return await work();
    } catch (error) {
      const refusal = error instanceof RequestRefusal ? error : this.fault(error);
      this.refusal = refusal.code;
      return answerOf(refusal, this.request);
    }
  }

  /** A fault of ours as the caller is told: the log alone has its inside, under the same id. */
  private fault(error: unknown): RequestRefusal {
    const { request, requestId } = this;
    log("ERROR", "fault", { id: requestId, stack: stackOf(error) });
    const headers = request.complete ? {} : unreadBody(request);
    return new RequestRefusal(500, "INTERNAL", INTERNAL_MESSAGE, headers, { requestId });
  }

  /** Whoever is not known has no tenant, and so no line: the process's own log tells of him. */
  private async record(answer: Answer, ms: number): Promise<void> {
    const { scope } = this;
    if (!scope || !this.parts.accessLog) return;
    const { status, codes: outcomes } = this.facts(answer);
    const line = accessLineOf(scope, { ...scopeFacts(scope), outcomes, status, ms });
    await this.parts.accessLog.record(line);
  }

  private async granted(): Promise<Answer> {
    const { request, parts } = this;
    const arrival = await refusingWhole(() => arrive(parts, request));
    const scope = new RequestScope(arrival.caller, this.requestId);
    scope.tellsSchema = parts.tellsSchema;
    scope.isGone = () => request.socket.destroyed;
    this.scope = scope;
    const admission = parts.gate.admit(arrival, request);
    this.admission = admission;
    scope.begin = (nodes) => admission.begin(nodes);
    const asked = await readAskedRequest(request, mostBodyBytes(scope.caller));
    return traced("operation", {}, async (span) => {
      const answer = await this.answerAsked(asked, scope, admission);
      const { operationName, documentId } = scope;
      if (operationName !== null) span.set({ "graphql.operation.name": operationName });
      if (documentId !== null) span.set({ "tracegraph.document.id": documentId });
      return answer;
    });
  }

  private async answerAsked(
    asked: AskedRequest,
    scope: RequestScope,
    { payer }: Admission,
  ): Promise<Answer> {
    assertMayAsk(asked, scope);
    if (asked.acceptsStream) {
      const live = await answerLive(this.parts, asked, scope, { request: this.request, payer });
      if (live) return live;
      if (asked.accept === "") throw notAcceptable();
    }
    return answerAtOnce(this.parts, asked, scope);
  }

  /** What the log says of it. */
  facts({ status }: Answer) {
    const { operationName = null, documentId = null, caller } = this.scope ?? {};
    return {
      client: caller?.client ?? null,
      operation: operationName,
      document: documentId,
      status,
      codes: this.refusal === null ? [...(this.scope?.outcomes ?? [])] : [this.refusal],
    };
  }
}

/** Who sends the request, through the one door. Throws RequestRefusal where nobody may come in. */
export async function arrive(parts: Doorkeeper & { gate: Gate }, request: IncomingMessage) {
  try {
    const check = () => authenticate(request.headers, parts);
    const arrival = await parts.gate.knock(request, check);
    if (arrival) return arrival;
  } catch (error) {
    if (!(error instanceof IssuerUnreachableError)) throw error;
    const text = "the issuer of tokens cannot be asked now";
    throw new RequestRefusal(503, "ISSUER_UNAVAILABLE", text, RETRY_LATER);
  }
  const { status, message, headers } = UNAUTHENTICATED;
  const all = { ...headers, ...unreadBody(request) };
  throw new RequestRefusal(status, "UNAUTHENTICATED", message, all);
}

function scopeFacts({ documentId, text, operationName, operationType }: RequestScope) {
  return { documentId, text, operationName, operationType };
}

function assertMayAsk({ documentId, text: came }: AskedRequest, scope: RequestScope): void {
  if (runsDocumentsOnly(scope.caller) && (documentId === null || came !== null)) {
    const text = "ask by the id of a document that was published for you, and by nothing else";
    throw new RequestRefusal(403, "DOCUMENT_REQUIRED", text);
  }
}

async function answerAtOnce(
  parts: GraphqlParts,
  asked: AskedRequest,
  scope: RequestScope,
): Promise<Answer> {
  const { documentId, text } = asked;
  // Clients of automatic persisted queries send both; the text is what they mean then.
  if (documentId !== null && text === null) return answerDocument(parts, asked, scope);
  scope.text = text;
  return answerText(parts.runtime, asked, scope);
}

/** Partners run what was published for them; so does whoever has no role at all. */
function runsDocumentsOnly({ roles }: Caller): boolean {
  return roles.every((role) => role === "partner");
}

/** Runs a document that came as text, in the full runtime. */
async function answerText(
  runtime: FederatedRuntime,
  { method, accept, parameters }: AskedRequest,
  scope: RequestScope,
): Promise<Answer> {
  if (parameters === undefined) {
    throw new RequestRefusal(400, "BAD_USER_INPUT", "the body is not JSON");
  }
  const init = { method, headers: { accept } };
  const context = { scope, parameters };
  const answered = await runtime.fetch("http://gateway/graphql", init, context);
  const text = await answered.text();
  return { status: answered.status, headers: Object.fromEntries(answered.headers), text };
}

/** A refusal as its caller reads it. */
export function answerOf(
  { status, code, message, details, headers }: RequestRefusal,
  { headers: { accept = "" } }: IncomingMessage,
): Answer {
  const retryable = isRetryable(code) ? { retryable: true } : {};
  const extensions = { ...details, ...retryable, code };
  const text = JSON.stringify({ errors: [{ message, extensions }] });
  const type = { "content-type": mediaTypeOf(accept) };
  return { status, headers: { ...type, ...headers }, text };
}
