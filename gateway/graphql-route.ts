import type { IncomingMessage, ServerResponse } from "node:http";
import type { Caller } from "../shared/caller.ts";
import { readBody, sendJson } from "../shared/http.ts";
import { log } from "../shared/log.ts";
import { authenticate, UNAUTHENTICATED } from "./identity/authenticate.ts";
import { IssuerUnreachableError, type TokenCheck } from "./identity/token-check.ts";
import { GATEWAY_LIMITS } from "./limits.ts";
import { RequestScope } from "./request-scope.ts";
import type { FederatedRuntime } from "./runtime.ts";

interface Parts {
  runtime: FederatedRuntime;
  check: TokenCheck;
}
/** What an HTTP answer of this route was, for the log. */
interface Outcome {
  status: number;
  codes: readonly string[];
  operation: string | null;
}

/** Answers one GraphQL request, and leaves one line in the log. */
export async function answerGraphql(
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): Promise<void> {
  const began = performance.now();
  const { status, codes, operation } = await answer(parts, request, response, requestId);
  const ms = Math.round((performance.now() - began) * 10) / 10;
  log("INFO", "request", { id: requestId, operation, status, codes, ms });
}

async function answer(
  { runtime, check }: Parts,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): Promise<Outcome> {
  let caller: Caller | null;
  try {
    caller = await authenticate(request.headers, check);
  } catch (error) {
    if (!(error instanceof IssuerUnreachableError)) throw error;
    return refuse(response, 503, "TIMEOUT", "the issuer of tokens cannot be asked now", {
      "retry-after": "5",
    });
  }
  if (!caller) {
    const { status, body, headers } = UNAUTHENTICATED;
    sendJson(response, status, body, { ...headers, ...unreadBody(request) });
    return { status, codes: ["UNAUTHENTICATED"], operation: null };
  }
  const init = await readRequest(request, response);
  if ("status" in init) return init;
  const scope = new RequestScope(caller, requestId);
  const answered = await runtime.fetch(`http://gateway${request.url}`, init, { scope });
  const text = await answered.text();
  response.writeHead(answered.status, {
    ...Object.fromEntries(answered.headers),
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(text);
  return {
    status: answered.status,
    codes: [...scope.outcomes],
    operation: scope.operationName,
  };
}

/** The request as the runtime gets it: of its headers only those that say how to read and write. */
async function readRequest(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<{ method: string; headers: Record<string, string>; body?: string } | Outcome> {
  const { method = "", headers } = request;
  const accept = acceptedJson(headers.accept ?? "application/json");
  if (accept === "") {
    const text = `answers are ${JSON_TYPES.join(" or ")}`;
    return refuse(response, 406, "BAD_USER_INPUT", text, unreadBody(request));
  }
  if (method === "GET") return { method, headers: { accept } };
  if (method !== "POST") {
    const text = "ask with POST, or GET for queries";
    return refuse(response, 405, "BAD_USER_INPUT", text, {
      allow: "GET, POST",
      ...unreadBody(request),
    });
  }
  const [type] = (headers["content-type"] ?? "").split(";", 1);
  if (type?.trim().toLowerCase() !== "application/json" || headers["content-encoding"]) {
    return refuse(response, 415, "BAD_USER_INPUT", "send application/json", unreadBody(request));
  }
  const body = await readBody(request, GATEWAY_LIMITS.bodyBytes);
  if (body === null) {
    const text = `a body has at most ${GATEWAY_LIMITS.bodyBytes} bytes`;
    return refuse(response, 413, "LIMIT_EXCEEDED", text, { connection: "close" });
  }
  return {
    method,
    headers: { accept, "content-type": "application/json" },
    body: body.toString("utf8"),
  };
}

const JSON_TYPES = ["application/graphql-response+json", "application/json"];

/**
 * What a client accepts, without streams: the runtime would answer in parts, whose framing headers
 * contradict those of an answer in one piece.
 */
function acceptedJson(accept: string): string {
  const known = [...JSON_TYPES, "application/*", "*/*"];
  const isKnown = (range: string) => known.includes(range.split(";", 1)[0]?.trim() ?? "");
  return accept.toLowerCase().split(",").filter(isKnown).join(",");
}

/** A connection whose request body was not read cannot carry the next request. */
function unreadBody({ headers }: IncomingMessage): Record<string, string> {
  const hasBody =
    headers["transfer-encoding"] !== undefined || Number(headers["content-length"]) > 0;
  return hasBody ? { connection: "close" } : {};
}

function refuse(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): Outcome {
  sendJson(response, status, { errors: [{ message, extensions: { code } }] }, headers);
  return { status, codes: [code], operation: null };
}
