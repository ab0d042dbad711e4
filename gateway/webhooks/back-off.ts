import { WEBHOOKS } from "./limits.ts";

/** How long one waits after so many failures in a row. */
export interface BackOff {
  firstPauseMs: number;
  pauseMostMs: number;
}

/**
 * Twice as long after each failure, up to the most; of that a part between a half and all, by
 * chance, so that those who failed together do not come back together. Never sooner than the
 * receiver asked for.
 */
export function pauseMs(
  failures: number,
  { firstPauseMs, pauseMostMs }: BackOff,
  {
    retryAfterMs = null,
    random = Math.random,
  }: { retryAfterMs?: number | null; random?: () => number } = {},
): number {
  const most = Math.min(firstPauseMs * 2 ** Math.min(failures - 1, 40), pauseMostMs);
  const chosen = Math.round(most / 2 + (random() * most) / 2);
  return Math.max(chosen, retryAfterMs ?? 0);
}

/** What a receiver asks for with Retry-After: seconds or a date; null where it says nothing. */
export function readRetryAfter(text: string | undefined, now: number): number | null {
  if (text === undefined) return null;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  if (!(ms > 0)) return null;
  return Math.min(ms, WEBHOOKS.retryAfterMostMs);
}
