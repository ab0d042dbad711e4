import { DomainError } from "../domain-error.ts";

/** Until when statements may run: milliseconds since the epoch; without it only the usual limit holds. */
export interface Until {
  deadlineAt?: number;
}

/**
 * Time left is rounded up to this, so that a connection is told another limit seldom, and a
 * statement ends at most so long after its deadline.
 */
const STEP_MS = 500;

/**
 * How long a statement that is sent now may take: as usual, or what is left. Throws TIMEOUT where
 * nothing is left, because nobody waits for the answer any more.
 */
export function timeLeftMs({ deadlineAt }: Until, usualMs: number): number {
  if (deadlineAt === undefined) return usualMs;
  const leftMs = deadlineAt - Date.now();
  if (leftMs <= 0) throw new DomainError("TIMEOUT", "the time for this request is over");
  return Math.min(usualMs, Math.ceil(leftMs / STEP_MS) * STEP_MS);
}
