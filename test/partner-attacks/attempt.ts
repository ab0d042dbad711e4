import type { Random } from "../../demo/random.ts";
import type { Headers } from "./targets.ts";

/** One request that must not run anything, and how it is to be refused. */
export interface Attempt {
  method: string;
  /** With its query string. */
  path: string;
  headers: Headers;
  body: Buffer | null;
  /** HTTP status and code of the error. */
  refused: string;
}
export type Parameters = Readonly<Record<string, unknown>>;

export const REQUIRED = "403 DOCUMENT_REQUIRED";
export const NOT_FOUND = "404 DOCUMENT_NOT_FOUND";
export const BAD_INPUT = "400 BAD_USER_INPUT";

const ADDRESS_CHARACTERS = 12_000;

/** Each way in which a client can say an id. */
const DIALECTS: readonly ((id: string) => Parameters)[] = [
  (documentId) => ({ documentId }),
  (doc_id) => ({ doc_id }),
  (id) => ({ id }),
  (sha256Hash) => ({ extensions: { persistedQuery: { version: 1, sha256Hash } } }),
];

export function saying(random: Random, id: string): Parameters {
  return random.pick(DIALECTS)(id);
}

/** These parameters by POST, or by GET where they can be. */
export function asking(random: Random, parameters: Parameters, refused: string): Attempt {
  const get = getting(parameters, refused);
  // Node itself refuses longer addresses, with 431.
  const isPost = random.chance(0.6) || get.path.length > ADDRESS_CHARACTERS;
  return isPost ? posting(parameters, refused) : get;
}

export function posting(body: Parameters | Buffer | string, refused: string): Attempt {
  const isRaw = typeof body === "string" || Buffer.isBuffer(body);
  return {
    method: "POST",
    path: "/graphql",
    headers: { "content-type": "application/json" },
    body: Buffer.from(isRaw ? (body as string) : JSON.stringify(body)),
    refused,
  };
}

export function getting(parameters: Parameters, refused: string): Attempt {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    search.append(name, typeof value === "string" ? value : JSON.stringify(value));
  }
  return { method: "GET", path: `/graphql?${search}`, headers: {}, body: null, refused };
}
