import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { momentOf, parseDateFormat, readIso } from "./date-format.ts";
import { TimeZone } from "./time-zone.ts";

const ROME = TimeZone.named("Europe/Rome");

describe("a date is read as its format says", () => {
  test.each([
    ["dd.MM.yyyy HH:mm", "31.01.2026 08:00", "2026-01-31T07:00:00.000000Z"],
    ["d.M.yyyy", "5.7.2026", "2026-07-04T22:00:00.000000Z"],
    ["MM/dd/yy hh:mm a", "01/31/26 12:05 AM", "2026-01-30T23:05:00.000000Z"],
    ["MM/dd/yy h:mm a", "01/31/26 1:05 p.m.", "2026-01-31T12:05:00.000000Z"],
    ["dd-MMM-yyyy", "31-JAN-2026", "2026-01-30T23:00:00.000000Z"],
    ["yyyyMMddHHmmss", "20260131080000", "2026-01-31T07:00:00.000000Z"],
    [
      "yyyy-MM-dd'T'HH:mm:ss.SX",
      "2026-01-31T08:00:00.123456789+0530",
      "2026-01-31T02:30:00.123456Z",
    ],
    ["yyyy-MM-dd HH:mm:ssX", "2026-01-31 08:00:00z", "2026-01-31T08:00:00.000000Z"],
    ["unixSeconds", "1769846400", "2026-01-31T08:00:00.000000Z"],
    ["unixMilliseconds", "1769846400123", "2026-01-31T08:00:00.123000Z"],
    ["dd.MM.yyyy", "31.02.2026", null],
    ["dd.MM.yyyy", "1.2.2026", null],
    ["dd.MM.yyyy", "31.01.2026 ", null],
    ["MM/dd/yy hh:mm a", "01/31/26 13:05 PM", null],
    ["dd-MMM-yyyy", "31-JÄN-2026", null],
    ["dd.MM.yyyy HH:mm", "29.03.2026 02:30", null],
    ["unixSeconds", "-1", null],
  ])("%s: %s is %s", (text, written, moment) => {
    const format = parseDateFormat(text);
    if ("reason" in format) throw new Error(format.reason);
    const read = format.read(written);
    expect(read && momentOf(read, ROME)).toBe(moment);
  });

  test.each([
    ["yyyy-mm-dd", "month"],
    ["YYYY-MM-dd", '"Y" is none of'],
    ["yyyy-MM-dd hh:mm", "h and a"],
    ["yyyy-MM-dd HH:mm a", "h and a"],
    ["yyyy-MM-dd dd", "twice"],
    ["", "no year"],
  ])("%j is no format", (text, reason) => {
    expect(parseDateFormat(text)).toEqual({ reason: expect.stringContaining(reason) });
  });
});

test.each([
  ["2026-01-31", "2026-01-30T23:00:00.000000Z"],
  ["2026-01-31T08:00:00", "2026-01-31T07:00:00.000000Z"],
  ["2026-01-31 08:00:00.5Z", "2026-01-31T08:00:00.500000Z"],
  ["2026-01-31T08:00+01:00", "2026-01-31T07:00:00.000000Z"],
  ["2026-01-32", null],
  ["31.01.2026", null],
])("ISO 8601 %s is %s", (text, moment) => {
  const read = readIso(text);
  expect(read && momentOf(read, ROME)).toBe(moment);
});

test("no text breaks a format, and no format breaks its reader", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string(), (text, written) => {
      const format = parseDateFormat(text);
      if (!("reason" in format)) format.read(written);
      readIso(written);
    }),
  );
});
