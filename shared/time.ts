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
  const local = Date.parse(`${day}T${clock}Z`);
  // Date.parse would read 31 February as 3 March, and 24:00:00 as the next day.
  if (Number.isNaN(local) || !new Date(local).toISOString().startsWith(`${day}T${clock}`)) {
    return null;
  }
  const time = Date.parse(`${day}T${clock}${offset.toUpperCase()}`);
  const year = Number.isNaN(time) ? 0 : new Date(time).getUTCFullYear();
  if (year < 1 || year > 9999) return null;
  const utc = new Date(time).toISOString().slice(0, 19);
  return `${utc}.${decimals.slice(0, 6).padEnd(6, "0")}Z`;
}

/** The present as a Timestamp, with the clock's milliseconds. */
export function now(): Timestamp {
  return `${new Date().toISOString().slice(0, 23)}000Z`;
}
