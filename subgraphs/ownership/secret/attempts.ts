import { DomainError } from "../../../shared/domain-error.ts";
import { LIMITS } from "../limits.ts";

/** Wrong codes so far, and until when more are refused; seconds by the database's clock. */
export interface Attempts {
  failed: number;
  lockedForSeconds: number;
}

/** Checks that another code may be tried now. */
export function assertMayTry({ lockedForSeconds }: Attempts): void {
  if (lockedForSeconds <= 0) return;
  const retryAfterSeconds = Math.ceil(lockedForSeconds);
  throw new DomainError(
    "TOO_MANY_ATTEMPTS",
    `too many wrong codes; try again in ${retryAfterSeconds} seconds`,
    { retryAfterSeconds },
  );
}

/** What a wrong code leaves behind: one more, or after the last one a lock and a new count. */
export function afterWrongCode({ failed }: Attempts): { failed: number; lockMinutes: number } {
  if (failed + 1 < LIMITS.wrongCodes) return { failed: failed + 1, lockMinutes: 0 };
  return { failed: 0, lockMinutes: LIMITS.lockMinutes };
}
