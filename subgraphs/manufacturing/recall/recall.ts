import { DomainError } from "../../../shared/domain-error.ts";
import { readReason } from "../../../shared/reason.ts";
import { isPlainText } from "../../../shared/text.ts";
import { LIMITS } from "../limits.ts";

/** What can be said of a device: RECALLED and CLEAR are knowledge, UNKNOWN is the lack of it. */
export const RECALL_STATUSES = ["RECALLED", "CLEAR", "UNKNOWN"] as const;
export type RecallStatus = (typeof RECALL_STATUSES)[number];

export const RECALL_STATES = ["OPEN", "WITHDRAWN"] as const;
export type RecallState = (typeof RECALL_STATES)[number];

/** The name that people give a recall. */
export function readTitle(text: string): string {
  const title = text.trim();
  if (title === "") throw new DomainError("FIELD_REQUIRED", "give a title", { field: "title" });
  if (isPlainText(title, LIMITS.recallTitleCharacters)) return title;
  const rule = `has at most ${LIMITS.recallTitleCharacters} characters and no control characters`;
  throw new DomainError("INVALID_VALUE", `a title ${rule}`, { field: "title" });
}

export function readRecallReason(text: string): string {
  return readReason(text, LIMITS.reasonCharacters);
}

/** Refuses to freeze another set than the one that was looked at, or one of no devices. */
export function assertExpected(count: number, expected: number | null): void {
  if (expected !== null && expected !== count) {
    throw new DomainError(
      "SCOPE_CHANGED",
      `the criteria give ${count} devices now, not ${expected}: look at the scope again`,
      { count, expected },
    );
  }
  if (count === 0) {
    throw new DomainError("SCOPE_EMPTY", "the criteria give no device: there is nothing to recall");
  }
}

/** Where a device stands, given what is known of it; null where something could not be asked. */
export function recallStatusOf(
  known: { isRecalled: boolean; isCandidate: boolean } | null,
): RecallStatus {
  if (known?.isRecalled) return "RECALLED";
  return known && !known.isCandidate ? "CLEAR" : "UNKNOWN";
}
