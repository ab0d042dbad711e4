import { DomainError } from "./domain-error.ts";
import { commitmentOfErased } from "./ledger-store/commitment.ts";

/** Control characters (NUL among them) and lone surrogates: PostgreSQL or a reader would stumble. */
const UNFIT = /[\p{Cc}\p{Cs}\u2028\u2029]/u;

/** Whether a text can stand in the database as it is; a text that cannot is not found there either. */
export function isPlainText(value: unknown, mostCharacters: number): value is string {
  return (
    typeof value === "string" &&
    value.length >= 1 &&
    value.length <= mostCharacters &&
    value.trim() === value &&
    !UNFIT.test(value)
  );
}

/** Refuses a text that is empty, too long, padded with white space or holds control characters. */
export function assertPlainText(field: string, value: unknown, mostCharacters: number): string {
  if (isPlainText(value, mostCharacters) && !isLikeErased(value)) return value;
  throw new DomainError("INVALID_VALUE", `${field} ${unfitness(value, mostCharacters)}`, { field });
}

/**
 * Whether a text reads like what takes the place of an erased one. Nobody may give such a text: the
 * ledger would take it for a commitment, and an audit for an erasure that nobody has recorded.
 */
export function isLikeErased(text: string): boolean {
  return commitmentOfErased(text) !== null;
}

function unfitness(value: unknown, mostCharacters: number): string {
  if (typeof value !== "string") return `must be text, not ${excerpt(value)}`;
  if (value.length === 0) return "is empty: leave it out where it is not known";
  if (value.length > mostCharacters) {
    return `has ${value.length} characters, at most ${mostCharacters} are allowed`;
  }
  if (UNFIT.test(value)) return `${excerpt(value)} has control characters or is not Unicode`;
  if (isLikeErased(value)) return `${excerpt(value)} reads like a text that was erased`;
  return `${excerpt(value)} begins or ends with white space`;
}

const EXCERPT_CHARACTERS = 80;

/** A value as a message may show it: quoted, escaped, not too long. */
export function excerpt(value: unknown): string {
  if (typeof value === "object" && value !== null) {
    return Array.isArray(value) ? "a list" : "an object";
  }
  if (typeof value !== "string") return String(value);
  const isLong = value.length > EXCERPT_CHARACTERS;
  return JSON.stringify(isLong ? `${value.slice(0, EXCERPT_CHARACTERS)}…` : value);
}
