import { DomainError } from "./domain-error.ts";
import { isLikeErased, isPlainText } from "./text.ts";

/** The reason that somebody gave for a change, without white space at its ends. */
export function readReason(text: string, mostCharacters: number): string {
  const reason = text.trim();
  if (reason === "") throw new DomainError("REASON_REQUIRED", "say why", { field: "reason" });
  if (isLikeErased(reason)) {
    const message = `${reason} reads like a text that was erased: say it otherwise`;
    throw new DomainError("INVALID_VALUE", message, { field: "reason" });
  }
  if (isPlainText(reason, mostCharacters)) return reason;
  // Not repeated: a reason may name a person.
  const rule = `has at most ${mostCharacters} characters and no control characters`;
  throw new DomainError("INVALID_VALUE", `a reason ${rule}`, { field: "reason" });
}
