import type { IncomingMessage, ServerResponse } from "node:http";
import { INTERNAL_MESSAGE } from "../../shared/graph/public-error.ts";
import { readBody, sendJson } from "../../shared/http.ts";
import { log } from "../../shared/log.ts";
import type { AccessLog } from "../access-log/access-log.ts";
import { answerOf, arrive } from "../graphql-route.ts";
import { stackOf } from "../guarded-fetch.ts";
import type { Doorkeeper } from "../identity/authenticate.ts";
import type { Admission, Gate } from "../load/gate.ts";
import { observeRequest } from "../operation/metrics.ts";
import { unreadBody } from "../request/asked-request.ts";
import { RequestRefusal, refusingWhole } from "../request/request-refusal.ts";
import { sendAnswer } from "../request/send-answer.ts";
import { RequestScope } from "../request-scope.ts";
import { exportLine } from "./export-lines.ts";
import { type AskedExport, readExportRequest } from "./export-request.ts";
import type { Exports } from "./exports.ts";
import { EXPORTS } from "./limits.ts";
import { isOwn, manifestOf, maySeeManifest } from "./manifest.ts";
import { FILES_PATH, sendExport, sendFile } from "./send-export.ts";

/** What requests for exports are answered with. */
export interface ExportParts extends Doorkeeper {
  gate: Gate;
  accessLog: AccessLog | null;
  exports: Exports;
}

/** Whether a path is one of exports. */
export function isExportPath(path: string): boolean {
  return path.startsWith("/exports/");
}

/** Answers one request for an export, a file or a manifest, through the same door as the graph. */
export async function answerExport(
  parts: ExportParts,
  request: IncomingMessage,
  { response, requestId }: { response: ServerResponse; requestId: string },
): Promise<void> {
  const work = new ExportWork(parts, request, response, requestId);
  try {
    await work.answer();
  } catch (error) {
    await work.refuse(error);
  }
  work.end();
}

/** One request on its way. */
class ExportWork {
  private readonly began = performance.now();
  private scope: RequestScope | null = null;
  private admission: Admission | null = null;
  private operation = "export";
  /** Once a line of an answer is durable, and the answer is on its way. */
  private isRecorded = false;
  private code: RequestRefusal["code"] | null = null;

  constructor(
    private readonly parts: ExportParts,
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly requestId: string,
  ) {}

  async answer(): Promise<void> {
    const { request, parts } = this;
    const arrival = await refusingWhole(() => arrive(parts, request));
    this.scope = new RequestScope(arrival.caller, this.requestId);
    this.admission = parts.gate.admit(arrival, request);
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    if (path.startsWith(FILES_PATH)) return this.answerFile(path.slice(FILES_PATH.length));
    await this.answerExport(await this.readAsked());
  }

  private async answerExport(asked: AskedExport): Promise<void> {
    const { scope, admission, parts } = this.granted();
    const { what, format } = asked.question;
    this.operation = `export ${what}.${format}`;
    await admission.begin(EXPORTS.nodes);
    const begun = await refusingWhole(() => parts.exports.begin(asked, scope, this.began)).catch(
      (error: unknown) => {
        throw isNotFound(error) ? notFound(error.message) : error;
      },
    );
    this.isRecorded = true;
    // Its place is for those whose answers are worked on; this one only flows from here on.
    admission.end();
    await sendExport(begun, this.response, admission.headers);
  }

  private async answerFile(name: string): Promise<void> {
    const { scope, admission, parts } = this.granted();
    const { caller } = scope;
    const [, id = "", manifest] = /^([0-9a-f-]{36})(\/manifest\.json)?$/.exec(name) ?? [];
    this.operation = manifest === undefined ? "export file" : "export manifest";
    assertMethod(this.request, ["GET", "HEAD"]);
    await admission.begin(EXPORTS.nodesOfAFile);
    const found = id === "" ? null : await refusingWhole(() => parts.exports.find(caller, id));
    const maySee = manifest === undefined ? isOwn : maySeeManifest;
    if (!found || !maySee(found.known, caller)) throw notFound("there is no such export of yours");
    const { known, isBeingWritten } = found;
    if (isBeingWritten) throw notFound("the export is still being written: ask again later");
    if (!known.end) throw notFound("the export was cut before its end: export again");
    if (manifest !== undefined) {
      await this.record({ rows: 0 });
      return sendJson(this.response, 200, manifestOf(known, known.end), admission.headers);
    }
    const file = known.isKept ? await parts.exports.spool.read(known.exportId) : null;
    if (!file) {
      throw notFound(
        known.isKept ? "the file is no longer kept: export again" : "such exports are not kept",
      );
    }
    const { end } = known;
    await this.record({ rows: end.rows, hash: end.sha256 });
    const { response } = this;
    const headers = admission.headers;
    await sendFile({ record: known, end, file }, this.request, { response, headers });
  }

  private async readAsked(): Promise<AskedExport> {
    const { request } = this;
    assertMethod(request, ["GET", "POST"]);
    const body = request.method === "POST" ? await readBody(request, EXPORTS.bodyBytes) : null;
    if (request.method === "POST" && body === null) {
      const text = `a body has at most ${EXPORTS.bodyBytes} bytes`;
      throw new RequestRefusal(413, "BODY_TOO_LARGE", text, { connection: "close" });
    }
    const { accept } = request.headers;
    const text = body === null ? null : body.toString("utf8");
    const asked = await refusingWhole(() =>
      readExportRequest(request.url ?? "", { accept, body: text }),
    );
    if (asked) return asked;
    throw notFound("there is no such export: see docs/exports.md");
  }

  /** Refuses with what the error says; whoever is known gets a line, and no byte without one. */
  async refuse(error: unknown): Promise<void> {
    const { response, request, requestId } = this;
    const refusal = error instanceof RequestRefusal ? error : this.fault(error);
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    this.code = refusal.code;
    let told = refusal;
    if (!this.isRecorded) {
      const line = { rows: 0, status: refusal.status };
      told = await refusingWhole(() => this.record(line)).then(
        () => refusal,
        (failure: unknown) => (failure instanceof RequestRefusal ? failure : this.fault(failure)),
      );
    }
    const answer = answerOf(told, request);
    const headers = { ...this.admission?.headers, ...unreadOf(request), ...answer.headers };
    response.setHeader("x-request-id", requestId);
    sendAnswer(request, response, { ...answer, headers });
  }

  end(): void {
    this.admission?.end();
    const { code, scope, response, requestId: id } = this;
    const ms = Math.round((performance.now() - this.began) * 10) / 10;
    const status = response.statusCode;
    const facts = { client: scope?.caller.client ?? null, operation: this.operation, status };
    log("INFO", "request", { id, ...facts, codes: code === null ? [] : [code], ms });
    observeRequest({ document: null, operation: this.operation, status, code, ms });
  }

  private async record(facts: { rows: number; hash?: string; status?: number }): Promise<void> {
    const { scope, parts, operation: operationName } = this;
    if (!scope) return;
    const line = exportLine(scope, {
      ...{ operationName, text: this.request.url ?? null, status: 200, code: this.code },
      ...facts,
      ms: performance.now() - this.began,
    });
    await refusingWhole(async () => parts.accessLog?.record(line));
    this.isRecorded = true;
  }

  private granted() {
    const { scope, admission, parts } = this;
    if (!scope || !admission) throw new Error("nobody has come in yet");
    return { scope, admission, parts };
  }

  private fault(error: unknown): RequestRefusal {
    const { requestId } = this;
    log("ERROR", "fault", { id: requestId, stack: stackOf(error) });
    return new RequestRefusal(500, "INTERNAL", INTERNAL_MESSAGE, {}, { requestId });
  }
}

function assertMethod({ method = "" }: IncomingMessage, allowed: readonly string[]): void {
  if (allowed.includes(method)) return;
  const allow = allowed.join(", ");
  throw new RequestRefusal(405, "BAD_USER_INPUT", `ask with ${allow}`, { allow });
}

function unreadOf(request: IncomingMessage): Record<string, string> {
  return request.complete ? {} : unreadBody(request);
}

/** What a path names is not there: so says its status too. */
function isNotFound(error: unknown): error is RequestRefusal {
  return error instanceof RequestRefusal && error.code === "NOT_FOUND";
}

function notFound(text: string): RequestRefusal {
  return new RequestRefusal(404, "NOT_FOUND", text);
}
