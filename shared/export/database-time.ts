import { integerAt } from "./row-batch.ts";

/** PostgreSQL counts microseconds from 2000-01-01T00:00:00Z, everybody else from 1970. */
const FROM_1970_TO_2000_US = 946_684_800_000_000n;
const EPOCH_LOW = Number(FROM_1970_TO_2000_US & 0xffff_ffffn);
const EPOCH_HIGH = Number(FROM_1970_TO_2000_US >> 32n);
const DAYS_TO_2000 = 10_957;
const DAY_US = 86_400_000_000;
const TWO_32 = 4_294_967_296;
/** Beyond it a number no longer has every microsecond. */
const SAFE_HIGH = 1 << 20;

/** Writes a time of the database as microseconds since 1970, two halves of little endian. */
export function writeUnixMicroseconds(
  bytes: Uint8Array,
  start: number,
  to: Int32Array,
  place: number,
): void {
  const low = (integerAt(bytes, start + 4) >>> 0) + EPOCH_LOW;
  const carry = low >= TWO_32 ? 1 : 0;
  to[place] = low | 0;
  to[place + 1] = (integerAt(bytes, start) + EPOCH_HIGH + carry) | 0;
}

/** How many bytes a time has as text: `2026-01-31T08:00:00.000000Z`. */
export const TIME_CHARACTERS = 27;

let knownDays = Number.NaN;
const knownDate = new Uint8Array(11);

/** Writes a time of the database in UTC, as RFC 3339 has it, with six decimals. */
export function writeTime(bytes: Uint8Array, start: number, to: Uint8Array, at: number): number {
  const high = integerAt(bytes, start);
  const low = integerAt(bytes, start + 4) >>> 0;
  let days: number;
  let rest: number;
  if (high < SAFE_HIGH && high > -SAFE_HIGH) {
    const time = high * TWO_32 + low;
    days = Math.floor(time / DAY_US);
    rest = time - days * DAY_US;
  } else {
    const time = BigInt(high) * BigInt(TWO_32) + BigInt(low);
    const day = BigInt(DAY_US);
    const before = time % day < 0n ? 1n : 0n;
    days = Number(time / day - before);
    rest = Number(time - (time / day - before) * day);
  }
  if (days !== knownDays) rememberDate(days);
  to.set(knownDate, at);
  const seconds = Math.floor(rest / 1_000_000);
  digits(to, at + 11, Math.floor(seconds / 3_600), 2);
  to[at + 13] = 58;
  digits(to, at + 14, Math.floor(seconds / 60) % 60, 2);
  to[at + 16] = 58;
  digits(to, at + 17, seconds % 60, 2);
  to[at + 19] = 46;
  digits(to, at + 20, rest % 1_000_000, 6);
  to[at + 26] = 90;
  return at + TIME_CHARACTERS;
}

function rememberDate(days: number): void {
  const date = new Date((days + DAYS_TO_2000) * 86_400_000);
  const year = date.getUTCFullYear();
  if (!(year >= 1 && year <= 9_999)) throw new Error("a time is beyond the years 0001 to 9999");
  const text = `${date.toISOString().slice(0, 10)}T`;
  for (let i = 0; i < text.length; i++) knownDate[i] = text.charCodeAt(i);
  knownDays = days;
}

function digits(to: Uint8Array, at: number, value: number, count: number): void {
  let left = value;
  for (let i = at + count - 1; i >= at; i--) {
    to[i] = 48 + (left % 10);
    left = Math.floor(left / 10);
  }
}
