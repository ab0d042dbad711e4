import { describe, expect, test } from "@jest/globals";
import type { QuestionFigures } from "./measure-recall.ts";
import { aimVerdicts, deviceGrowth, recallRow } from "./report.ts";

const SERVER = { buffers: 40, buffersRead: 0, executionMs: 1, statements: 1 };
const ROUND = { nodeCpuMs: 2, bareCpuMs: 1, server: SERVER, peakMb: 100 };

function figures(devices: number, gatewayMs: number[], mostMs: number | null): QuestionFigures {
  const rounds = gatewayMs.map((ms) => ({ ...ROUND, gatewayMs: [ms], bareMs: [4] }));
  return { family: "first page", size: 500, mostMs, devices, rounds };
}

describe("the report of recall questions", () => {
  test("takes the median, so that one disturbed round changes nothing", () => {
    expect(recallRow(figures(1_000_000, [8, 90, 7], 10))).toMatchObject({
      ...{ question: "first page, 500", gatewayMs: 8, timesBare: 2, buffers: 40 },
    });
  });

  test("compares the most devices with the fewest, question by question", () => {
    const rows = [figures(10_000_000, [12], 10), figures(1_000_000, [8], 10)].map(recallRow);
    expect(deviceGrowth(rows)).toEqual([
      { question: "first page, 500", gatewayMs: 1.5, bareMs: 1, serverMs: 1, buffers: 1 },
    ]);
  });

  test("names what misses an aim", () => {
    const verdicts = aimVerdicts([figures(1_000_000, [8], 10), figures(10_000_000, [13], 10)]);
    expect(verdicts.map(({ aim, isMet, figures: shown }) => [aim, isMet, shown])).toEqual([
      ["at most 10 ms", false, ["first page, 500 of 10,000,000: 13"]],
      ["at most 3 times the bare client", false, ["first page, 500 of 10,000,000: 3.25"]],
      [
        "gatewayMs with the most devices at most 1.2 times those with the fewest",
        false,
        ["first page, 500: 1.63"],
      ],
      [
        "buffers with the most devices at most 1.2 times those with the fewest",
        true,
        ["first page, 500: 1"],
      ],
    ]);
  });
});
