import { beforeEach, describe, expect, test } from "@jest/globals";
import { CircuitBreaker, type Outcome } from "./circuit-breaker.ts";

let now: number;
let changes: boolean[];
let breaker: CircuitBreaker;
beforeEach(() => {
  now = 0;
  changes = [];
  const changed = (isOpen: boolean) => void changes.push(isOpen);
  breaker = new CircuitBreaker({ failures: 3, openMs: 1_000, changed, now: () => now });
});

/** Each word is an attempt at once, a number the milliseconds that go by. Answers who was admitted. */
function play(...steps: (Outcome | number)[]): boolean[] {
  return steps.flatMap((step) => {
    if (typeof step === "number") {
      now += step;
      return [];
    }
    const report = breaker.enter();
    report?.(step);
    return [report !== null];
  });
}

describe("a circuit", () => {
  test.each<[string, (Outcome | number)[], boolean[], boolean]>([
    [
      "stays closed below the limit",
      ["FAILED", "FAILED", "ANSWERED", "FAILED", "FAILED"],
      [true, true, true, true, true],
      false,
    ],
    [
      "opens at the limit",
      ["FAILED", "FAILED", "FAILED", "ANSWERED"],
      [true, true, true, false],
      true,
    ],
    [
      "does not count what says nothing",
      ["FAILED", "FAILED", "UNKNOWN", "UNKNOWN"],
      [true, true, true, true],
      false,
    ],
    [
      "is open for its time",
      ["FAILED", "FAILED", "FAILED", 999, "ANSWERED"],
      [true, true, true, false],
      true,
    ],
    [
      "closes when the probe is answered",
      ["FAILED", "FAILED", "FAILED", 1_000, "ANSWERED", "ANSWERED"],
      [true, true, true, true, true],
      false,
    ],
    [
      "stays open when the probe fails",
      ["FAILED", "FAILED", "FAILED", 1_000, "FAILED", 999, "FAILED", 1, "ANSWERED"],
      [true, true, true, true, false, true],
      false,
    ],
    [
      "probes again after one that says nothing",
      ["FAILED", "FAILED", "FAILED", 1_000, "UNKNOWN", "ANSWERED"],
      [true, true, true, true, true],
      false,
    ],
    [
      "counts anew once it has closed",
      ["FAILED", "FAILED", "FAILED", 1_000, "ANSWERED", "FAILED", "FAILED", "ANSWERED"],
      [true, true, true, true, true, true, true],
      false,
    ],
  ])("%s", (_, steps, admitted, isOpen) => {
    expect(play(...steps)).toEqual(admitted);
    expect(breaker.isOpen).toBe(isOpen);
  });

  test("admits one probe at a time", () => {
    play("FAILED", "FAILED", "FAILED", 1_000);
    const probe = breaker.enter();
    expect(probe).not.toBeNull();
    expect(breaker.enter()).toBeNull();
    probe?.("ANSWERED");
    expect(breaker.enter()).not.toBeNull();
  });

  test("is not kept open by what was asked before it opened, and is closed by its answer", () => {
    const [late, answered] = [breaker.enter(), breaker.enter()];
    play("FAILED", "FAILED", "FAILED", 900);
    late?.("FAILED");
    now += 100;
    const probe = breaker.enter();
    expect(probe).not.toBeNull();
    answered?.("ANSWERED");
    expect(breaker.isOpen).toBe(false);
  });

  test("tells once that it opened, and once that it closed", () => {
    play(
      "FAILED",
      "FAILED",
      "FAILED",
      1_000,
      "FAILED",
      1_000,
      "FAILED",
      1_000,
      "ANSWERED",
      "ANSWERED",
    );
    expect(changes).toEqual([true, false]);
  });
});
