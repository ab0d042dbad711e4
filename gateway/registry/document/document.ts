import { DomainError } from "../../../shared/domain-error.ts";
import { isPlainText } from "../../../shared/text.ts";
import { GATEWAY_LIMITS } from "../../limits.ts";
import { LIMITS } from "../limits.ts";

/** What publishing makes of one document. */
export const DOCUMENT_OUTCOMES = ["PUBLISHED", "UNCHANGED", "REFUSED"] as const;
export type DocumentOutcome = (typeof DOCUMENT_OUTCOMES)[number];

/** What a document does, as GraphQL names it. */
export const DOCUMENT_OPERATIONS = ["query", "mutation", "subscription"] as const;
export type DocumentOperation = (typeof DOCUMENT_OPERATIONS)[number];

/** The greatest number, or length of a list, by variable. */
export type VariableLimits = Readonly<Record<string, number>>;

/** Checks what a client calls one of its releases. */
export function assertVersion(version: string): void {
  if (version.length <= LIMITS.versionCharacters && /^[A-Za-z0-9][A-Za-z0-9._+-]*$/.test(version)) {
    return;
  }
  const rule = `has 1 to ${LIMITS.versionCharacters} of the characters A-Z a-z 0-9 . _ + -`;
  throw new DomainError("BAD_USER_INPUT", `a version ${rule}`, { argument: "version" });
}

/** What is wrong with limits of variables; null where nothing is. */
export function faultOfVariableLimits(limits: unknown): string | null {
  if (typeof limits !== "object" || limits === null || Array.isArray(limits)) {
    return 'variableLimits is an object like {"first": 100}';
  }
  const entries = Object.entries(limits);
  if (entries.length > LIMITS.variableLimits) {
    return `variableLimits has at most ${LIMITS.variableLimits} variables, not ${entries.length}`;
  }
  for (const [name, limit] of entries) {
    if (!/^[_A-Za-z][_0-9A-Za-z]{0,99}$/.test(name) || name in Object.prototype) {
      return `variableLimits: ${JSON.stringify(name.slice(0, 100))} is no variable's name`;
    }
    if (!Number.isInteger(limit) || limit < 1 || limit > LIMITS.variableLimit) {
      return `variableLimits: ${name} is a whole number from 1 to ${LIMITS.variableLimit}`;
    }
  }
  return null;
}

/** What keeps a text from being kept; null where nothing does. Whether it is GraphQL is asked later. */
export function faultOfText(text: string): string | null {
  const most = GATEWAY_LIMITS.documentCharacters;
  if (text.length > most) return `a document has at most ${most} characters, not ${text.length}`;
  // White space and line ends belong to the text, and to its hash.
  if (isPlainText(`x${text.replace(/[\t\n\r\u2028\u2029]/g, " ")}x`, most + 2)) return null;
  return "the text has control characters or is not Unicode";
}

export function isSameLimits(a: VariableLimits, b: VariableLimits): boolean {
  const sorted = (limits: VariableLimits) => JSON.stringify(Object.entries(limits).sort());
  return sorted(a) === sorted(b);
}
