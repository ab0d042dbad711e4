import { createHash } from "node:crypto";
import { DomainError } from "../../../shared/domain-error.ts";
import { canonicalJson } from "../../../shared/ledger/canonical-json.ts";

/** SHA-256 of what is asked, over RFC 8785 canonical JSON: the order of keys does not matter. */
export function contentHash(operation: string, input: unknown): string {
  return createHash("sha256")
    .update(canonicalText([operation, input]))
    .digest("hex");
}

function canonicalText(content: unknown): string {
  try {
    // Inputs are objects of classes, with members that are undefined: plain JSON first.
    return wellFormedText(JSON.parse(JSON.stringify(content)));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new DomainError("BAD_USER_INPUT", "the input is nested too deep", { argument: "input" });
  }
}

function wellFormedText(content: unknown): string {
  try {
    return canonicalJson(content);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // RFC 8785 knows no lone surrogates; rows that have them are refused, but hashed before.
    return canonicalJson(withEscapedSurrogates(content));
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
