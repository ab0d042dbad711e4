import { parseTimestamp, type Timestamp } from "../../../shared/time.ts";
import type { TimeZone } from "./time-zone.ts";

/** How a date is written: `dd.MM.yyyy HH:mm`, or a count since 1970. */
export interface DateFormat {
  text: string;
  /** Reads it; null where the text is not so written, or there is no such day. */
  read(text: string): WrittenTime | null;
}

/** A time as it was written: its day and clock, and the offset where it has one. */
export interface WrittenTime {
  /** `2026-01-31` */
  day: string;
  /** `08:00:00`, and decimals where there are some. */
  clock: string;
  /** `Z` or `+01:00`; null where none is written. */
  offset: string | null;
}

type Part =
  | "year"
  | "month"
  | "day"
  | "hour"
  | "minute"
  | "second"
  | "fraction"
  | "half"
  | "offset";

/** What a format is made of, the longest first; everything else stands for itself. */
const TOKENS: readonly [token: string, part: Part, pattern: string][] = [
  ["yyyy", "year", "\\d{4}"],
  ["yy", "year", "\\d{2}"],
  ["MMM", "month", "[A-Za-z]{3}"],
  ["MM", "month", "\\d{2}"],
  ["M", "month", "\\d{1,2}"],
  ["dd", "day", "\\d{2}"],
  ["d", "day", "\\d{1,2}"],
  ["HH", "hour", "\\d{2}"],
  ["H", "hour", "\\d{1,2}"],
  ["hh", "hour", "\\d{2}"],
  ["h", "hour", "\\d{1,2}"],
  ["mm", "minute", "\\d{2}"],
  ["ss", "second", "\\d{2}"],
  ["S", "fraction", "\\d{1,9}"],
  ["a", "half", "[AaPp]\\.?[Mm]\\.?"],
  ["X", "offset", "(?:[Zz]|[+-]\\d{2}:?\\d{2})"],
];
const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
export const DATE_TOKENS = TOKENS.map(([token]) => token);
const COUNTS: Readonly<Record<string, number>> = { unixSeconds: 1_000, unixMilliseconds: 1 };

/** Understands a format, or says what of it is none. */
export function parseDateFormat(text: string): DateFormat | { reason: string } {
  const msOfOne = COUNTS[text];
  if (msOfOne !== undefined) return { text, read: (written) => readCount(written, msOfOne) };
  const parts: Part[] = [];
  let pattern = "";
  for (let at = 0; at < text.length; ) {
    const rest = text.slice(at);
    const [quoted, inner] = /^'([^']*)'/.exec(rest) ?? [];
    const token = TOKENS.find(([one]) => rest.startsWith(one));
    if (quoted !== undefined && inner !== undefined) {
      pattern += escaped(inner);
      at += quoted.length;
    } else if (token) {
      const [name, part, its] = token;
      if (parts.includes(part)) return { reason: `it has the ${part} twice` };
      parts.push(part);
      pattern += `(${its})`;
      at += name.length;
    } else {
      const [letter = ""] = rest;
      if (/[A-Za-z']/.test(letter)) {
        return { reason: `"${letter}" is none of ${DATE_TOKENS.join(" ")}; quote letters: 'T'` };
      }
      pattern += escaped(letter);
      at += 1;
    }
  }
  const missing = (["year", "month", "day"] as const).find((part) => !parts.includes(part));
  if (missing) return { reason: `it has no ${missing}` };
  const isHalfDay = /h/.test(text.replace(/'[^']*'/g, ""));
  if (isHalfDay !== parts.includes("half")) return { reason: "h and a belong together" };
  const expression = new RegExp(`^${pattern}$`);
  return { text, read: (written) => readParts(expression.exec(written), parts) };
}

/** ISO 8601, which every rule for dates reads too: cells of a workbook come so. */
export function readIso(text: string): WrittenTime | null {
  const [, year, month, day, clock = "00:00", decimals, offset] =
    /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})?)?$/.exec(
      text,
    ) ?? [];
  if (year === undefined) return null;
  const [hour, minute, second = "00"] = clock.split(":");
  return writtenTime({ year, month, day, hour, minute, second, fraction: decimals, offset });
}

/** The moment that was meant; null where the clocks of the zone never show it, or none is known. */
export function momentOf(
  { day, clock, offset }: WrittenTime,
  zone: TimeZone | null,
): Timestamp | null {
  if (offset !== null) return parseTimestamp(`${day}T${clock}${offset}`);
  const [seconds = "", decimals = ""] = clock.split(".");
  const moment = zone?.momentOf(Date.parse(`${day}T${seconds}Z`)) ?? null;
  if (moment === null) return null;
  const utc = new Date(moment).toISOString().slice(0, 19);
  return parseTimestamp(`${utc}${decimals === "" ? "" : `.${decimals}`}Z`);
}

function readCount(written: string, msOfOne: number): WrittenTime | null {
  if (!/^\d{1,15}$/.test(written)) return null;
  const time = new Date(Number(written) * msOfOne);
  if (Number.isNaN(time.getTime()) || time.getUTCFullYear() > 9999) return null;
  const text = time.toISOString();
  return { day: text.slice(0, 10), clock: text.slice(11, 23), offset: "Z" };
}

function readParts(match: RegExpExecArray | null, parts: readonly Part[]): WrittenTime | null {
  if (!match) return null;
  const given: Partial<Record<Part, string | undefined>> = {};
  for (const [index, part] of parts.entries()) given[part] = match[index + 1];
  return writtenTime(given);
}

/** Puts the parts together; null where there is no such day or hour. */
function writtenTime(given: Partial<Record<Part, string | undefined>>): WrittenTime | null {
  const { year = "", minute = "00", second = "00", fraction, offset } = given;
  const month = MONTHS.includes((given.month ?? "").toLowerCase())
    ? String(MONTHS.indexOf((given.month ?? "").toLowerCase()) + 1)
    : (given.month ?? "");
  const hour = hourOf(given.hour ?? "00", given.half);
  if (hour === null) return null;
  const fullYear = year.length === 2 ? `20${year}` : year;
  const day = `${fullYear}-${month.padStart(2, "0")}-${(given.day ?? "").padStart(2, "0")}`;
  const clock = `${hour.padStart(2, "0")}:${minute}:${second}${fraction ? `.${fraction}` : ""}`;
  // It knows no 31 February and no 24 o'clock.
  if (parseTimestamp(`${day}T${clock}Z`) === null) return null;
  return { day, clock, offset: offset === undefined ? null : colonOf(offset) };
}

/** 12 at night is 0 o'clock, and 12 at noon 12. */
function hourOf(hour: string, half: string | undefined): string | null {
  if (half === undefined) return hour;
  const count = Number(hour);
  if (count < 1 || count > 12) return null;
  return String((count % 12) + (/^p/i.test(half) ? 12 : 0));
}

/** `+0100` and `+01:00` are one offset. */
function colonOf(offset: string): string {
  return offset.replace(/^([+-]\d{2})(\d{2})$/, "$1:$2").toUpperCase();
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}
