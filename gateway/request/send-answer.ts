import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Caller, CallerRole } from "../../shared/caller.ts";
import { RESPONSE_JSON } from "./asked-request.ts";

/** An answer of the graph, ready to be sent. */
export interface Answer {
  status: number;
  headers: Readonly<Record<string, string>>;
  text: string;
  stream?: AnswerStream;
}

/** An answer that goes on for as long as the client listens. One of the two is called, once. */
export interface AnswerStream {
  send(response: ServerResponse): Promise<void>;
  /** Gives back what is held for it: nobody will ever read it. */
  abandon(): void;
}

/** Who may read people's names: no copy of such an answer may lie in a cache. */
const READS_PEOPLE: readonly CallerRole[] = [
  "support",
  "recall_manager",
  "compliance",
  "admin",
  "owner",
];

export function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, text }: Answer,
): void {
  if (status === 200 && headers.etag && isKnown(headers.etag, request)) {
    const { "content-type": _, ...kept } = headers;
    response.writeHead(304, kept);
    response.end();
    return;
  }
  response.writeHead(status, {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...headers,
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}

/** RFC 9110, 13.1.2: any of the tags of a list, compared weakly: a proxy may have weakened ours. */
function isKnown(etag: string, { headers }: IncomingMessage): boolean {
  const tags = (headers["if-none-match"] ?? "").split(",").map((tag) => tag.trim());
  return tags.some((tag) => tag === "*" || tag.replace(/^W\//, "") === etag);
}

/** The media type of an answer of ours, as the client prefers it. */
export function mediaTypeOf(accept: string): string {
  const type = accept.includes(RESPONSE_JSON) ? RESPONSE_JSON : "application/json";
  return `${type}; charset=utf-8`;
}

/**
 * How long a copy of a query's answer may be used: never where the role may read people's names;
 * else only after asking whether it is still the same. The tag is a hash of the answer itself, for
 * this caller's roles: two answers with one tag say the same of the same state of the data.
 */
export function cachingHeaders(
  text: string,
  { tenant, roles, client }: Caller,
): Record<string, string> {
  const vary = "authorization, x-api-key, x-tenant, accept";
  if (roles.some((role) => READS_PEOPLE.includes(role))) return { vary };
  const hash = createHash("sha256")
    .update(JSON.stringify([tenant, roles, client]))
    .update(text);
  return {
    vary,
    "cache-control": "private, no-cache",
    etag: `"${hash.digest("base64url")}"`,
  };
}
