import { expect, test } from "@jest/globals";
import { pauseMs, readRetryAfter } from "./back-off.ts";

const PACE = { firstPauseMs: 2_000, pauseMostMs: 60_000 };

test.each([
  [1, 0, 1_000],
  [1, 1, 2_000],
  [2, 1, 4_000],
  [5, 1, 32_000],
  [6, 0.5, 45_000],
  [60, 1, 60_000],
  [5_000, 0, 30_000],
])("after %i failures, with luck %d, one waits %i ms", (failures, luck, ms) => {
  expect(pauseMs(failures, PACE, { random: () => luck })).toBe(ms);
});

test("a receiver may ask for more time, and not for less", () => {
  expect(pauseMs(1, PACE, { random: () => 1, retryAfterMs: 30_000 })).toBe(30_000);
  expect(pauseMs(6, PACE, { random: () => 1, retryAfterMs: 1_000 })).toBe(60_000);
});

const NOW = Date.parse("2026-11-21T10:00:00Z");

test.each([
  [undefined, null],
  ["120", 120_000],
  ["0", null],
  ["-5", null],
  ["999999999", 3_600_000],
  ["Sat, 21 Nov 2026 10:02:00 GMT", 120_000],
  ["Sat, 21 Nov 2026 09:00:00 GMT", null],
  ["Sat, 21 Nov 2099 09:00:00 GMT", 3_600_000],
  ["soon", null],
])("Retry-After: %s is %s ms", (text, ms) => {
  expect(readRetryAfter(text, NOW)).toBe(ms);
});
