import { describe, expect, test } from "@jest/globals";
import { judgeAnswers, judgeKept, type SentAnswer } from "./judge.ts";
import { byDevice, stateAt } from "./model.ts";
import { planScans } from "./plan.ts";

const plan = planScans({ scans: 400, seed: "judge", endMs: Date.parse("2026-01-31T08:00:00Z") });

describe("the plan", () => {
  test("sends every scan one to five times, in batches that the gateway takes", () => {
    const times = new Map<unknown, number>();
    for (const scan of plan.deliveries.flat()) times.set(scan, (times.get(scan) ?? 0) + 1);
    expect(times.size).toBe(400);
    const counts = new Set(times.values());
    expect([...counts].sort()).toEqual([1, 2, 3, 4, 5]);
    expect(Math.max(...plan.deliveries.map((batch) => batch.length))).toBeLessThanOrEqual(500);
  });

  test("numbers each station's scans in their order, and sends them out of it", () => {
    const last = new Map<string, { sequence: number; scannedAt: string }>();
    for (const scan of plan.scans) {
      const before = last.get(scan.station);
      expect(scan.sequence).toBe((before?.sequence ?? 0) + 1);
      expect(scan.scannedAt >= (before?.scannedAt ?? "")).toBe(true);
      last.set(scan.station, scan);
    }
    const sent = plan.deliveries.flat().map(({ scannedAt }) => scannedAt);
    expect(sent).not.toEqual([...sent].sort());
    const days =
      (Date.parse("2026-01-31T08:00:00Z") - Date.parse([...sent].sort()[0] ?? "")) / 86_400_000;
    expect(days).toBeGreaterThan(25);
  });
});

test("the model adds up what a device's scans say", () => {
  const [scans = []] = byDevice(plan.scans).values();
  const [first, second] = [...scans].sort((one, other) =>
    one.scannedAt < other.scannedAt ? -1 : 1,
  );
  if (!first || !second) throw new Error("a device without scans");
  expect(stateAt(scans, "2025-01-01T00:00:00Z")).toBeNull();
  expect(stateAt(scans, first.scannedAt)).toMatchObject({
    phase: "MANUFACTURING",
    workOrder: null,
  });
  const { lotCode, workOrder } = { ...first.record, ...second.record };
  expect(stateAt(scans, second.scannedAt)).toMatchObject({
    phase: "FINAL_ASSEMBLY",
    lotCode,
    workOrder,
  });
});

const answers = plan.scans.map(({ station, sequence }): SentAnswer => {
  return { station, sequence, arrival: "FIRST", outcome: "REVISED", revision: 2, code: null };
});
const kept = plan.scans.map(({ station, sequence, record }) => {
  return { station, sequence, serialNumber: record.serialNumber, outcome: "REVISED" };
});
const [one] = answers as [SentAnswer];

test("what is as planned is not complained of", () => {
  const again = { ...one, arrival: "DUPLICATE" };
  expect(judgeAnswers(plan.scans, [...answers, again])).toEqual([]);
  expect(judgeKept(plan.scans, kept)).toEqual([]);
});

test.each<[name: string, answers: SentAnswer[]]>([
  ["counts twice", [...answers, one]],
  ["never counts", answers.slice(1)],
  ["is refused", [{ ...one, outcome: "REFUSED", code: "ALREADY_RECORDED" }, ...answers.slice(1)]],
  ["is answered otherwise", [...answers, { ...one, arrival: "DUPLICATE", revision: 3 }]],
])("a scan that %s is found out", (_, given) => {
  expect(judgeAnswers(plan.scans, given)).toHaveLength(1);
});

test.each<[name: string, rows: typeof kept]>([
  ["lost", kept.slice(1)],
  ["there twice", [...kept.slice(0, 1), ...kept]],
  ["another device's", kept.map((row, at) => (at === 7 ? { ...row, serialNumber: "X" } : row))],
])("a kept scan that is %s is found out", (_, rows) => {
  expect(judgeKept(plan.scans, rows).length).toBeGreaterThan(0);
});
