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
