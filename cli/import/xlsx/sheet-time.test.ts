import { expect, test } from "@jest/globals";
import { sheetTime } from "./sheet-time.ts";

const DAY = { kind: "time", showsDay: true, showsClock: false } as const;
const CLOCK = { kind: "time", showsDay: false, showsClock: true } as const;
const BOTH = { kind: "time", showsDay: true, showsClock: true } as const;

test.each([
  [1, DAY, false, "1900-01-01"],
  [59, DAY, false, "1900-02-28"],
  [60, DAY, false, null],
  [61, DAY, false, "1900-03-01"],
  [46_053, DAY, false, "2026-01-31"],
  [46_053, BOTH, false, "2026-01-31T00:00:00"],
  [46_053.333333333336, BOTH, false, "2026-01-31T08:00:00"],
  [46_053.333333333336, DAY, false, "2026-01-31T08:00:00"],
  [46_053.999999999, BOTH, false, "2026-02-01T00:00:00"],
  [46_053.00001157408, BOTH, false, "2026-01-31T00:00:01"],
  [0.354166666666667, CLOCK, false, "08:30:00"],
  [0, DAY, false, null],
  [44_591, DAY, true, "2026-01-31"],
  [0, DAY, true, "1904-01-01"],
  [-1, DAY, false, null],
  [Number.POSITIVE_INFINITY, DAY, false, null],
  [2_958_465, DAY, false, "9999-12-31"],
  [2_958_466, DAY, false, null],
])("the number %p as %o, counted from 1904: %p, is %j", (value, style, is1904, text) => {
  expect(sheetTime(value, style, is1904)).toBe(text);
});
