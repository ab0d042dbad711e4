import type { IncomingMessage, ServerResponse } from "node:http";
import type { CallerRole } from "../../shared/caller.ts";
import { INTERNAL_MESSAGE } from "../../shared/graph/public-error.ts";
import type { LogAnswer } from "../../shared/ledger-store/log-question.ts";
import { log } from "../../shared/log.ts";
import { accessLineOf } from "../access-log/access-line.ts";
import type { AccessLog } from "../access-log/access-log.ts";
import { answerOf, arrive } from "../graphql-route.ts";
import { stackOf } from "../guarded-fetch.ts";
import type { Doorkeeper } from "../identity/authenticate.ts";
import type { Gate } from "../load/gate.ts";
import { observeRequest } from "../operation/metrics.ts";
import { RequestRefusal, refusingWhole } from "../request/request-refusal.ts";
import { sendAnswer } from "../request/send-answer.ts";
import { RequestScope } from "../request-scope.ts";
import { LOG_LIMITS } from "./limits.ts";
import { type AskedLog, readLogPath } from "./log-path.ts";
import type { PublishedLogs } from "./published-logs.ts";

/** What published logs are answered with. */
export interface LogParts extends Doorkeeper {
  gate: Gate;
  accessLog: AccessLog | null;
  logs: PublishedLogs;
}

/** Who may read entries: they tell what happened when, though not to whom. */
const READERS: readonly CallerRole[] = ["regulator", "compliance", "admin"];

const FOR_EVER = "max-age=31536000, immutable";
const HEADERS = {
  checkpoint: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-cache" },
  keys: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-cache" },
  tile: { "content-type": "application/octet-stream", "cache-control": `public, ${FOR_EVER}` },
  entries: { "content-type": "application/octet-stream", "cache-control": `private, ${FOR_EVER}` },
} as const;

/**
 * Answers one request for a published log. Hashes and checkpoints are everybody's; bundles of entries
 * need a role, and what is read of them stands in the access log.
 */
export async function answerLogRequest(
  parts: LogParts,
  request: IncomingMessage,
  { response, requestId }: { response: ServerResponse; requestId: string },
): Promise<void> {
  const began = performance.now();
  const work = new LogWork(parts, request, requestId, began);
  let code: string | null = null;
  try {
    const { asked, answer } = await work.answer();
    send(request, response, { asked, answer });
  } catch (error) {
    const refusal = error instanceof RequestRefusal ? error : fault(error, requestId);
    code = refusal.code;
    sendAnswer(request, response, answerOf(await work.refused(refusal), request));
  }
  const ms = Math.round((performance.now() - began) * 10) / 10;
  const status = response.statusCode;
  const codes = code === null ? [] : [code];
  log("INFO", "request", {
    id: requestId,
    client: work.client,
    operation: "log",
    status,
    codes,
    ms,
  });
  observeRequest({ document: null, operation: "log", status, code, ms });
}

class LogWork {
  private scope: RequestScope | null = null;

  constructor(
    private readonly parts: LogParts,
    private readonly request: IncomingMessage,
    private readonly requestId: string,
    private readonly began: number,
  ) {}

  get client(): string | null {
    return this.scope?.caller.client ?? null;
  }

  async answer(): Promise<{ asked: AskedLog; answer: LogAnswer }> {
    const { method = "", url = "" } = this.request;
    if (method !== "GET" && method !== "HEAD") {
      const allow = "GET, HEAD";
      throw new RequestRefusal(405, "BAD_USER_INPUT", `ask with ${allow}`, { allow });
    }
    const asked = readLogPath(url.split("?", 1)[0] ?? "");
    if (!asked) throw notFound();
    const isOpen = asked.question.kind !== "entries";
    if (isOpen) this.parts.gate.admitStranger(this.request);
    const answer = await refusingWhole(() =>
      isOpen ? this.parts.logs.open(asked) : this.entries(asked),
    );
    if (!answer || answer.outcome === "NOT_FOUND") throw notFound();
    return { asked, answer };
  }

  private async entries(asked: AskedLog): Promise<LogAnswer | null> {
    const { parts, request } = this;
    const arrival = await arrive(parts, request);
    this.scope = new RequestScope(arrival.caller, this.requestId);
    const { caller } = arrival;
    const admission = parts.gate.admit(arrival, request);
    await admission.begin(LOG_LIMITS.nodesOfABundle);
    try {
      if (!caller.roles.some((role) => READERS.includes(role))) {
        throw new RequestRefusal(403, "FORBIDDEN", "your roles do not read entries of the log");
      }
      const answer = await parts.logs.entries(caller.tenant, asked);
      if (answer?.outcome === "FOREIGN") {
        const text =
          "there are entries of other tenants in this bundle: ask for proofs of your own";
        throw new RequestRefusal(403, "FORBIDDEN", text);
      }
      await this.record(200, null);
      return answer;
    } finally {
      admission.end();
    }
  }

  /** Whoever is known gets a line for what he was refused, too. */
  async refused(refusal: RequestRefusal): Promise<RequestRefusal> {
    return refusingWhole(() => this.record(refusal.status, refusal.code)).then(
      () => refusal,
      (error: unknown) => (error instanceof RequestRefusal ? error : fault(error, this.requestId)),
    );
  }

  private async record(status: number, code: string | null): Promise<void> {
    if (!this.scope) return;
    const line = accessLineOf(this.scope, {
      ...{ documentId: null, text: this.request.url ?? null, status },
      ...{ operationName: "log entries", operationType: "query" },
      outcomes: code === null ? [] : [code],
      ms: performance.now() - this.began,
    });
    await this.parts.accessLog?.record(line);
  }
}

function send(
  { method }: IncomingMessage,
  response: ServerResponse,
  { asked, answer }: { asked: AskedLog; answer: LogAnswer },
): void {
  const data = answer.data ?? Buffer.alloc(0);
  response.writeHead(200, {
    ...HEADERS[asked.question.kind],
    "content-length": data.length,
    "x-content-type-options": "nosniff",
  });
  response.end(method === "HEAD" ? undefined : data);
}

function notFound(): RequestRefusal {
  return new RequestRefusal(404, "NOT_FOUND", "there is no such part of a log: see docs/ledger.md");
}

function fault(error: unknown, requestId: string): RequestRefusal {
  log("ERROR", "fault", { id: requestId, stack: stackOf(error) });
  return new RequestRefusal(500, "INTERNAL", INTERNAL_MESSAGE, {}, { requestId });
}
