import type { CellStyle } from "./cell-style.ts";

const DAY_MS = 86_400_000;
/** Day 25,569 of the usual calendar is 1970-01-01. */
const UNIX_DAY = 25_569;
/** Days between the two calendars of spreadsheets: 1899-12-30 and 1904-01-01. */
const DAYS_TO_1904 = 1_462;
/** 1900 was no leap year, but day 60 of the usual calendar is 29 February 1900. */
const NO_DAY = 60;

/**
 * The day or time that a spreadsheet's number means, without an offset: spreadsheets know none.
 * `2026-01-31`, `2026-01-31T08:00:00` or `08:00:00`; null where it is none of ours.
 */
export function sheetTime(
  value: number,
  style: Extract<CellStyle, { kind: "time" }>,
  is1904: boolean,
): string | null {
  if (!Number.isFinite(value) || value < 0) return null;
  const isClockOnly = !style.showsDay && value < 1;
  const ms = Math.round((unixDay(Math.floor(value), is1904) + (value % 1)) * DAY_MS);
  const day = Math.floor(value);
  if (!isClockOnly && !is1904 && (day === NO_DAY || day === 0)) return null;
  const time = new Date(ms);
  if (Number.isNaN(time.getTime()) || time.getUTCFullYear() > 9999) return null;
  const text = time.toISOString();
  const clock = text.slice(11, 23).replace(/\.000$/, "");
  if (isClockOnly) return clock;
  const isWholeDay = ms % DAY_MS === 0;
  return isWholeDay && !style.showsClock ? text.slice(0, 10) : `${text.slice(0, 10)}T${clock}`;
}

function unixDay(day: number, is1904: boolean): number {
  if (is1904) return day + DAYS_TO_1904 - UNIX_DAY;
  return day > NO_DAY ? day - UNIX_DAY : day + 1 - UNIX_DAY;
}
