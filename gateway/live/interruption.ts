import { DomainError, type ErrorCode } from "../../shared/domain-error.ts";

/** Why a subscription ends before its client ends it. */
export type Interruption =
  | "GAP"
  | "SLOW"
  | "CLOSING"
  | "CALLER"
  | "DOCUMENT"
  | "UNCHECKED"
  | "UNANSWERED";

const SAID: Readonly<Record<Interruption, readonly [ErrorCode, string]>> = {
  GAP: ["SUBSCRIPTION_INTERRUPTED", "changes were missed"],
  SLOW: ["SUBSCRIPTION_INTERRUPTED", "changes were missed: they came faster than they were read"],
  CLOSING: ["SUBSCRIPTION_INTERRUPTED", "this gateway closes"],
  UNANSWERED: ["SUBSCRIPTION_INTERRUPTED", "a change could not be read"],
  UNCHECKED: ["SUBSCRIPTION_INTERRUPTED", "whether you may still ask cannot be found out now"],
  DOCUMENT: ["DOCUMENT_NOT_FOUND", "the document was retired, or is published with other limits"],
  CALLER: ["UNAUTHENTICATED", "the token or API key is no longer valid"],
};

/** What the client is told as the last event. */
export function interrupted(why: Interruption): DomainError {
  const [code, message] = SAID[why];
  return new DomainError(code, message, { reason: why });
}
