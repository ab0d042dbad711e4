import type { Timestamp } from "../shared/time.ts";

/** The factory counts time in microseconds since 1970: whole numbers, exact until the year 2255. */
export type Micros = number;

export const SECOND: Micros = 1_000_000;
export const MINUTE: Micros = 60 * SECOND;
export const HOUR: Micros = 60 * MINUTE;
export const DAY: Micros = 24 * HOUR;

const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, "0"));
const DAYS = new Map<number, string>();

/** `2026-01-31T08:00:00.000000Z`. Written for speed: a demo of a million devices has twelve million. */
export function timestampOf(time: Micros): Timestamp {
  const day = Math.floor(time / DAY);
  const rest = time - day * DAY;
  const seconds = Math.floor(rest / SECOND);
  const decimals = String(rest - seconds * SECOND).padStart(6, "0");
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return `${dateOf(day)}T${TWO_DIGITS[hours]}:${TWO_DIGITS[minutes - hours * 60]}:${TWO_DIGITS[seconds - minutes * 60]}.${decimals}Z`;
}

/** The calendar date of a time: `2026-01-31`. */
export function dayOf(time: Micros): string {
  return dateOf(Math.floor(time / DAY));
}

export function microsOf(timestamp: string): Micros {
  const millis = Date.parse(timestamp);
  if (Number.isNaN(millis)) throw new RangeError(`${timestamp} is no time`);
  return millis * 1_000;
}

function dateOf(day: number): string {
  let text = DAYS.get(day);
  if (text === undefined) {
    text = new Date(day * 86_400_000).toISOString().slice(0, 10);
    if (DAYS.size > 10_000) DAYS.clear();
    DAYS.set(day, text);
  }
  return text;
}
