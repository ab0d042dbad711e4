import { createHash } from "node:crypto";
import { LIMITS } from "../limits.ts";

/** What an id that looks like a hash claims to be, by its hexadecimal digits. */
const HASHES = { 32: "md5", 40: "sha1", 64: "sha256" } as const;

/**
 * What is wrong with a document's id; null where nothing is. Ids are kept as the toolchains write
 * them: SHA-256 by Apollo and the GraphQL over HTTP draft (with `sha256:`), MD5 by Relay, SHA-1 by
 * GraphQL Code Generator unless it is told otherwise. An id that looks like one of these must be
 * the hash of its text; another one may be anything short and plain.
 */
export function faultOfDocumentId(id: string, text: string): string | null {
  const most = LIMITS.documentIdCharacters;
  if (id.length > most || !/^[A-Za-z0-9][A-Za-z0-9._:~+/=@-]*$/.test(id)) {
    return `an id has 1 to ${most} of the characters A-Z a-z 0-9 . _ : ~ + / = @ -`;
  }
  const [, prefix, digits] = /^(sha256:)?([0-9a-f]*)$/i.exec(id) ?? [];
  if (prefix === undefined && /^sha256:/i.test(id)) return "sha256: is followed by 64 hex digits";
  if (digits === undefined) return null;
  if (prefix !== undefined && digits.length !== 64) return "sha256: is followed by 64 hex digits";
  const algorithm = HASHES[digits.length as keyof typeof HASHES];
  if (!algorithm) return null;
  const hash = createHash(algorithm).update(text).digest("hex");
  if (hash === digits.toLowerCase()) return null;
  return `the id looks like a hash, but the ${algorithm} hash of the text is ${hash}`;
}
