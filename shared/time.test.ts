import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseTimestamp, utcMicroseconds } from "./time.ts";

test.each<[text: string, outcome: string | null]>([
  ["2026-01-31T08:00:00Z", "2026-01-31T08:00:00.000000Z"],
  ["2026-01-31T08:00:00.5Z", "2026-01-31T08:00:00.500000Z"],
  ["2026-01-31T08:00:00.123456Z", "2026-01-31T08:00:00.123456Z"],
  ["2026-01-31T08:00:00.123456789Z", "2026-01-31T08:00:00.123456Z"],
  ["2026-01-31T08:00:00+02:00", "2026-01-31T06:00:00.000000Z"],
  ["2026-01-31t23:30:00.25-01:00", "2026-02-01T00:30:00.250000Z"],
  ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z"],
  ["2026-02-29T00:00:00Z", null],
  ["2026-01-31T24:00:00Z", null],
  ["2026-01-31T08:00:60Z", null],
  ["2026-01-31T08:00:00", null],
  ["2026-01-31", null],
  ["0000-01-01T00:00:00Z", null],
  ["tomorrow", null],
  ["", null],
])("%s reads as %s", (text, outcome) => {
  expect(parseTimestamp(text)).toBe(outcome);
});

test.each([
  ["2026-01-31 08:00:00+00", "2026-01-31T08:00:00.000000Z"],
  ["2026-01-31 08:00:00.5+00", "2026-01-31T08:00:00.500000Z"],
  ["2026-01-31 08:00:00.000001+00", "2026-01-31T08:00:00.000001Z"],
])("PostgreSQL's %s reads as %s", (text, outcome) => {
  expect(utcMicroseconds(text)).toBe(outcome);
});

test("what was read once reads as itself, and sorts as time does", () => {
  const moment = fc.date({
    min: new Date("0001-01-02"),
    max: new Date("9999-12-30"),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(moment, moment, (a, b) => {
      const [first, second] = [parseTimestamp(a.toISOString()), parseTimestamp(b.toISOString())];
      if (first === null || second === null) return false;
      return parseTimestamp(first) === first && first < second === a.getTime() < b.getTime();
    }),
  );
});

test("whether a UTC text is a moment, and which one, is as the calendar of JavaScript has it", () => {
  const part = (most: number) => fc.integer({ min: 0, max: most });
  const two = (number: number) => String(number).padStart(2, "0");
  fc.assert(
    fc.property(
      fc.tuple(part(9_999), part(13), part(32)),
      fc.tuple(part(25), part(61), part(61)),
      ([year, month, day], [hour, minute, second]) => {
        const date = `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
        const text = `${date}T${two(hour)}:${two(minute)}:${two(second)}`;
        const time = Date.parse(`${text}Z`);
        const isMoment = !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
        const expected = isMoment && year > 0 ? `${text}.000000Z` : null;
        expect(parseTimestamp(`${text}Z`)).toBe(expected);
        expect(parseTimestamp(`${text}+00:00`)).toBe(expected);
      },
    ),
    { numRuns: 3_000 },
  );
});
