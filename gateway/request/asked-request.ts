import type { IncomingMessage } from "node:http";
import { readBody } from "../../shared/http.ts";
import { RequestRefusal } from "./request-refusal.ts";

/** What a client sent, before anything of it is believed. */
export interface AskedRequest {
  method: "GET" | "POST";
  /** The media types of answers that the client takes and that exist, as it sent them. */
  accept: string;
  /** Whether it takes an answer in events, as subscriptions have it. */
  acceptsStream: boolean;
  /** All that was sent, read once: reading it twice would take the time of others twice. */
  parameters: unknown;
  /** The id of the document to run, in whichever form the client says it. */
  documentId: string | null;
  /** The text of a document, alone or beside an id. */
  text: string | null;
  operationName: string | null;
  variables: Readonly<Record<string, unknown>>;
}

export const RESPONSE_JSON = "application/graphql-response+json";
const JSON_TYPES = [RESPONSE_JSON, "application/json"];

/** Reads a request to the end. Throws RequestRefusal where it is no GraphQL request over HTTP. */
export async function readAskedRequest(
  request: IncomingMessage,
  mostBytes: number,
): Promise<AskedRequest> {
  const { headers, url = "" } = request;
  const accept = acceptedJson(headers.accept ?? "application/json");
  const acceptsStream = /\btext\/event-stream\b/i.test(headers.accept ?? "");
  if (accept === "" && !acceptsStream) throw notAcceptable(unreadBody(request));
  const search = url.includes("?") ? url.slice(url.indexOf("?")) : "";
  if (request.method === "GET") {
    const parameters = fromSearch(search);
    return { method: "GET", accept, acceptsStream, parameters, ...readParameters(parameters) };
  }
  if (request.method !== "POST") {
    throw new RequestRefusal(405, "BAD_USER_INPUT", "ask with POST, or GET for queries", {
      allow: "GET, POST",
      ...unreadBody(request),
    });
  }
  const [type] = (headers["content-type"] ?? "").split(";", 1);
  if (type?.trim().toLowerCase() !== "application/json" || headers["content-encoding"]) {
    const text = "send application/json";
    throw new RequestRefusal(415, "BAD_USER_INPUT", text, unreadBody(request));
  }
  const bytes = await readBody(request, mostBytes);
  if (bytes === "CUT_OFF") throw wrongRequest("the body ended before it was whole", request);
  if (bytes === "TOO_LARGE") {
    const text = `a body has at most ${mostBytes} bytes`;
    const figures = { limit: "bytes", most: mostBytes, ...announcedBytes(request) };
    throw new RequestRefusal(413, "BODY_TOO_LARGE", text, { connection: "close" }, figures);
  }
  const parameters = parsed(bytes.toString("utf8"));
  return { method: "POST", accept, acceptsStream, parameters, ...readParameters(parameters) };
}

/** What no client sends that means well by itself; nothing is guessed of it. */
function wrongRequest(text: string, request?: IncomingMessage): RequestRefusal {
  return new RequestRefusal(400, "BAD_USER_INPUT", text, request && unreadBody(request));
}

/** Whoever takes neither of our types gets none; nor does an ordinary question for a stream. */
export function notAcceptable(headers: Readonly<Record<string, string>> = {}): RequestRefusal {
  const text = `answers are ${JSON_TYPES.join(" or ")}, and those of subscriptions text/event-stream`;
  return new RequestRefusal(406, "BAD_USER_INPUT", text, headers);
}

/** The size that the client announced. Where it announced none, the body is not read to its end. */
function announcedBytes({ headers }: IncomingMessage): { asked: number } | undefined {
  const asked = Number(headers["content-length"]);
  return Number.isSafeInteger(asked) ? { asked } : undefined;
}

/** A connection whose request body was not read cannot carry the next request. */
export function unreadBody({ headers }: IncomingMessage): Record<string, string> {
  const hasBody =
    headers["transfer-encoding"] !== undefined || Number(headers["content-length"]) > 0;
  return hasBody ? { connection: "close" } : {};
}

/**
 * What a client accepts, without streams: the runtime would answer in parts, whose framing headers
 * contradict those of an answer in one piece.
 */
function acceptedJson(accept: string): string {
  const known = [...JSON_TYPES, "application/*", "*/*"];
  const isKnown = (range: string) => known.includes(range.split(";", 1)[0]?.trim() ?? "");
  return accept.toLowerCase().split(",").filter(isKnown).join(",");
}

type Parameters = Readonly<Record<string, unknown>>;

function fromSearch(search: string): Parameters {
  const parameters: Record<string, unknown> = Object.create(null);
  for (const [name, value] of new URLSearchParams(search)) {
    if (!READ.includes(name)) continue;
    // Whoever reads the URL beside us might take the other one.
    if (name in parameters) throw wrongRequest(`${JSON.stringify(name)} stands twice in the URL`);
    parameters[name] = OBJECTS.includes(name) ? objectIn(name, value) : value;
  }
  return parameters;
}

/** All that is read of a URL. */
const READ: readonly string[] = [
  ...["query", "operationName", "variables", "extensions"],
  ...["documentId", "doc_id", "id"],
];
const OBJECTS: readonly string[] = ["variables", "extensions"];

function objectIn(name: string, text: string): unknown {
  const value = text === "" ? null : parsed(text);
  if (value === undefined) throw wrongRequest(`${name} is not JSON`);
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Refused where its text is answered.
    return undefined;
  }
}

type Asked = Pick<AskedRequest, "documentId" | "text" | "operationName" | "variables">;

function readParameters(sent: unknown): Asked {
  const parameters = objectOf(sent) ?? {};
  const { query, operationName, variables } = parameters;
  for (const name of OBJECTS) {
    if (parameters[name] == null || objectOf(parameters[name])) continue;
    throw wrongRequest(`${name} is not a JSON object`);
  }
  return {
    documentId: documentIdOf(parameters),
    text: typeof query === "string" && query !== "" ? query : null,
    operationName: typeof operationName === "string" && operationName ? operationName : null,
    variables: objectOf(variables) ?? {},
  };
}

/**
 * Where clients say the id: the GraphQL over HTTP draft's `documentId` (appendix on persisted
 * documents; urql too), Relay's `doc_id` or `id`, Apollo's extension (urql's exchange too).
 */
function documentIdOf(parameters: Parameters): string | null {
  const { documentId, doc_id: docId, id, extensions } = parameters;
  for (const said of [documentId, docId, id]) {
    if (typeof said === "string" && said !== "") return said;
  }
  const persisted = objectOf(objectOf(extensions)?.persistedQuery);
  const hash = persisted?.sha256Hash;
  return typeof hash === "string" && hash !== "" ? hash : null;
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | null {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as Readonly<Record<string, unknown>>) : null;
}
