/**
 * Times are text: RFC 3339 in UTC with exactly six decimals, `2026-01-31T08:00:00.000000Z`.
 * A JavaScript Date would drop the microseconds that PostgreSQL keeps. Text of one form also
 * sorts as time does.
 */
export type Timestamp = string;

/** PostgreSQL's `2026-01-31 08:00:00.5+00` (TimeZone UTC, DateStyle ISO) as a Timestamp. */
export function utcMicroseconds(text: string): Timestamp {
  const end = text.lastIndexOf("+");
  const clock = text.slice(11, end);
  const decimals = clock.slice(9).padEnd(6, "0");
  return `${text.slice(0, 10)}T${clock.slice(0, 8)}.${decimals}Z`;
}

const RFC_3339 =
  /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/;

/** Reads an RFC 3339 date-time of the years 0001 to 9999 with any offset; null where it is none. */
export function parseTimestamp(text: string): Timestamp | null {
  const [, day, clock, decimals = "", offset] = RFC_3339.exec(text) ?? [];
  if (day === undefined || clock === undefined || offset === undefined) return null;
  if (!isDay(day) || !isClock(clock)) return null;
  if (offset === "Z") return day < "0001" ? null : stamped(`${day}T${clock}`, decimals);
  const time = Date.parse(`${day}T${clock}${offset.toUpperCase()}`);
  const year = Number.isNaN(time) ? 0 : new Date(time).getUTCFullYear();
  if (year < 1 || year > 9999) return null;
  return stamped(new Date(time).toISOString().slice(0, 19), decimals);
}

function stamped(second: string, decimals: string): Timestamp {
  return `${second}.${decimals.slice(0, 6).padEnd(6, "0")}Z`;
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** By the calendar alone: a Date would read 31 February as 3 March, and costs more than all else here. */
function isDay(day: string): boolean {
  const [year, month, date] = [day.slice(0, 4), day.slice(5, 7), day.slice(8)].map(Number);
  if (year === undefined || month === undefined || date === undefined) return false;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const most = month === 2 && isLeap ? 29 : (DAYS[month - 1] ?? 0);
  return date >= 1 && date <= most;
}

/** Without a leap second, and without 24:00:00, which is the next day. */
function isClock(clock: string): boolean {
  return clock.slice(0, 2) <= "23" && clock.slice(3, 5) <= "59" && clock.slice(6) <= "59";
}

/** The present as a Timestamp, with the clock's milliseconds. */
export function now(): Timestamp {
  return `${new Date().toISOString().slice(0, 23)}000Z`;
}
