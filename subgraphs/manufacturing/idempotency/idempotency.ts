import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import { DomainError } from "../../../shared/domain-error.ts";

/** SHA-256 of what is asked, over RFC 8785 canonical JSON: the order of keys does not matter. */
export function contentHash(operation: string, input: unknown): string {
  return createHash("sha256")
    .update(canonicalText([operation, input]))
    .digest("hex");
}

function canonicalText(content: unknown): string {
  try {
    return String(canonicalize(content));
  } catch (error) {
    if (error instanceof RangeError) {
      throw new DomainError("BAD_USER_INPUT", "the input is nested too deep", {
        argument: "input",
      });
    }
    // RFC 8785 knows no lone surrogates; rows that have them are refused, but hashed before.
    return String(canonicalize(withEscapedSurrogates(content)));
  }
}

function withEscapedSurrogates(value: unknown): unknown {
  if (typeof value === "string") return value.replace(/\p{Cs}/gu, escapeSurrogate);
  if (Array.isArray(value)) return value.map(withEscapedSurrogates);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [
    withEscapedSurrogates(key),
    withEscapedSurrogates(inner),
  ]);
  return Object.fromEntries(entries);
}

function escapeSurrogate(surrogate: string): string {
  return JSON.stringify(surrogate);
}
