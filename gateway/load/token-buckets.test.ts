import { beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { TokenBuckets } from "./token-buckets.ts";

let now: number;
beforeEach(() => {
  now = 0;
});
const open = (most = 100) => new TokenBuckets({ most, now: () => now });

/** Numbers are milliseconds that go by, `x` one unit; answers whether each was granted. */
function play(steps: (number | "x")[], capacity: number, perSecond: number): string {
  const buckets = open();
  const granted = steps.map((step) => {
    if (step !== "x") now += step;
    else return buckets.take("a", { capacity, perSecond }).isGranted ? "y" : "n";
    return "";
  });
  return granted.join("");
}

describe("a bucket", () => {
  test.each<[string, (number | "x")[], number, number, string]>([
    ["begins full", ["x", "x", "x", "x"], 3, 1, "yyyn"],
    ["fills evenly", ["x", "x", 999, "x", 1, "x", "x"], 1, 1, "ynnyn"],
    ["never holds more than it can", ["x", 100_000, "x", "x", "x"], 2, 1, "yyyn"],
    ["is not emptied by who is refused", ["x", 500, "x", 500, "x"], 1, 1, "yny"],
    ["may fill slowly", ["x", 29_000, "x", 1_000, "x"], 1, 1 / 30, "yny"],
  ])("%s", (_, steps, capacity, perSecond, outcome) => {
    expect(play(steps, capacity, perSecond)).toBe(outcome);
  });

  test("says what is left, and when there is one more", () => {
    const buckets = open();
    const budget = { capacity: 3, perSecond: 2 };
    expect(buckets.take("a", budget)).toEqual({ isGranted: true, left: 2, secondsToNext: 0.5 });
    now += 250;
    expect(buckets.look("a", budget)).toEqual({ isGranted: true, left: 2, secondsToNext: 0.25 });
    for (let n = 0; n < 3; n++) buckets.take("a", budget);
    expect(buckets.take("a", budget)).toEqual({ isGranted: false, left: 0, secondsToNext: 0.25 });
  });

  test("pays a debt before it grants anything, and owes no more than it holds", () => {
    const buckets = open();
    const budget = { capacity: 10, perSecond: 1 };
    buckets.take("a", budget);
    buckets.charge("a", budget, 1_000);
    expect(buckets.look("a", budget)).toEqual({ isGranted: false, left: 0, secondsToNext: 11 });
    now += 11_000;
    expect(buckets.take("a", budget).isGranted).toBe(true);
  });

  test("is its owner's alone", () => {
    const buckets = open();
    const budget = { capacity: 1, perSecond: 1 };
    expect(buckets.take("a", budget).isGranted).toBe(true);
    expect(buckets.take("b", budget).isGranted).toBe(true);
    expect(buckets.take("a", budget).isGranted).toBe(false);
  });

  test("is one of a bounded number; the one used longest ago gives way", () => {
    const buckets = open(3);
    const budget = { capacity: 1, perSecond: 1e-9 };
    for (const key of ["a", "b", "c", "a", "d"]) buckets.take(key, budget);
    expect(buckets.size).toBe(3);
    expect(buckets.look("a", budget).isGranted).toBe(false);
    expect(buckets.look("b", budget).isGranted).toBe(true);
    for (let n = 0; n < 10_000; n++) buckets.take(String(n), budget);
    expect(buckets.size).toBe(3);
  });
});

test("in no window is more granted than the bucket holds and what comes in that time", () => {
  const step = fc.record({
    waitMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3_000 })),
    surplus: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 30 })),
  });
  const budget = fc.record({
    capacity: fc.integer({ min: 1, max: 20 }),
    perSecond: fc.double({ min: 0.1, max: 20, noNaN: true }),
  });
  fc.assert(
    fc.property(budget, fc.array(step, { minLength: 1, maxLength: 120 }), (given, steps) => {
      now = 0;
      const buckets = open();
      const spent: { at: number; units: number; surplus: number }[] = [];
      for (const { waitMs, surplus } of steps) {
        now += waitMs;
        if (!buckets.take("a", given).isGranted) continue;
        const owed = Math.min(surplus, given.capacity);
        buckets.charge("a", given, owed);
        spent.push({ at: now, units: 1 + owed, surplus: owed });
      }
      for (const [from, first] of spent.entries()) {
        let units = 0;
        for (const { at, units: more, surplus } of spent.slice(from)) {
          units += more;
          const granted = given.capacity + ((at - first.at) / 1_000) * given.perSecond;
          // What the last one cost beside its first unit is owed, and paid before the next one.
          if (units - surplus > granted + 1e-6) return false;
        }
      }
      return true;
    }),
    { numRuns: 500 },
  );
});
