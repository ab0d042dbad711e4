import { DomainError } from "../../../shared/domain-error.ts";
import { LIMITS } from "../limits.ts";

/** The reason that somebody gave, without white space at its ends. */
export function readReason(text: string): string {
  const reason = text.trim();
  if (reason === "") throw new DomainError("REASON_REQUIRED", "say why", { field: "reason" });
  if (reason.length > LIMITS.reasonCharacters || /[\p{Cc}\p{Cs}]/u.test(reason)) {
    const text = `has at most ${LIMITS.reasonCharacters} characters and no control characters`;
    throw new DomainError("INVALID_VALUE", `a reason ${text}`, { field: "reason" });
  }
  return reason;
}
