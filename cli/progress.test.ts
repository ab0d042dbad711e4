import { expect, test } from "@jest/globals";
import { progressLine } from "./progress.ts";

test.each([
  [0, 0, 0, "[------------------------]   0 %  0 rows  0/s"],
  [0.5, 12_000, 3_000, "[############------------]  50 %  12,000 rows  4,000/s  3 s left"],
  [1, 500, 1_000, "[########################] 100 %  500 rows  500/s  0 s left"],
  [0.01, 100, 60_000, "[------------------------]   1 %  100 rows  2/s  2 h left"],
])("a part of %p with %p rows after %p ms", (fraction, rows, elapsedMs, line) => {
  expect(progressLine(fraction, rows, elapsedMs)).toBe(line);
});

test("what an earlier run had done says nothing of the rate and of the time left", () => {
  const before = { fraction: 0.5, rows: 10_000 };
  expect(progressLine(0.75, 12_000, 1_000, { label: "checking", before })).toBe(
    "checking [##################------]  75 %  12,000 rows  2,000/s  1 s left",
  );
});
