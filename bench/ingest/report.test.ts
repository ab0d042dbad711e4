import { expect, test } from "@jest/globals";
import type { RoundFigures } from "./measure-ingest.ts";
import type { Way } from "./options.ts";
import { aimVerdicts, ingestRows, peaksOfHalves } from "./report.ts";

function round(rows: number, seconds: number, more: Partial<RoundFigures> = {}): RoundFigures {
  return {
    rows,
    seconds,
    p50Ms: null,
    p99Ms: null,
    gatewayCpuMs: rows / 10,
    clientCpuMs: 0,
    postgresCpuMs: rows / 5,
    gatewayMb: 200,
    commandMb: null,
    earlyMb: null,
    lateMb: null,
    gatewayPeaksMb: null,
    ...more,
  };
}

const FIGURES = new Map<Way, RoundFigures[]>([
  ["floor", [round(1_000_000, 5), round(1_000_000, 4), round(1_000_000, 8)]],
  ["file", [round(20_000, 1.8), round(20_000, 2.2), round(20_000, 1.9)]],
  ["64", [round(60_000, 10, { p50Ms: 9, p99Ms: 49.9 })]],
  ["64-apart", [round(20_001, 10, { p50Ms: 30, p99Ms: 80 })]],
  ["large", [round(1_000_000, 50, { earlyMb: 300.4, lateMb: 310, gatewayPeaksMb: [200, 240] })]],
]);

test("each way has the medians of its rounds, a row what it cost", () => {
  const [floor, file, together, , large] = ingestRows(FIGURES);
  expect(floor).toMatchObject({ perSecond: 200_000, seconds: 5, gatewayUsARow: 100, p50Ms: null });
  expect(file).toMatchObject({ rows: 20_000, seconds: 1.9, postgresUsARow: 200, memoryMb: null });
  expect(together).toMatchObject({ perSecond: 6_000, p50Ms: 9, p99Ms: 49.9 });
  expect(large).toMatchObject({ perSecond: 20_000, memoryMb: "300 to 310" });
});

test("aims are judged by the medians, and exactly at their bounds", () => {
  expect(aimVerdicts(FIGURES).map(({ measured, isMet }) => [measured, isMet])).toEqual([
    [0.95, true],
    [0.1, true],
    [1.2, true],
    [3, false],
    [49.9, true],
  ]);
  expect(aimVerdicts(new Map([["file", [round(10_000, 1.01)]]]))).toEqual([
    { aim: "a file of 10,000 rows in at most 1 s", measured: 1.01, isMet: false },
  ]);
});

test("a gateway that grows within a large file, or was not looked at, does not meet the aim", () => {
  const meets = (samples: readonly number[] | null) => {
    const gatewayPeaksMb = samples && peaksOfHalves(samples);
    const figures = new Map<Way, RoundFigures[]>([["large", [round(9, 1, { gatewayPeaksMb })]]]);
    return aimVerdicts(figures).map(({ isMet }) => isMet);
  };
  expect(meets([300, 500, 510, 400, 520, 505])).toEqual([true]);
  expect(meets([300, 400, 500, 600, 700])).toEqual([false]);
  expect(meets([])).toEqual([false]);
  expect(meets(null)).toEqual([false]);
});
