import { describe, expect, test } from "@jest/globals";
import type { RoundFigures } from "./measure-walk.ts";
import type { VariantName } from "./options.ts";
import { aimVerdicts, walkRows } from "./report.ts";

function rounds(...nodeCpuMs: number[]): RoundFigures[] {
  const others = { p50Ms: 1, p99Ms: 2, postgresCpuMs: 1, residentMb: 100, answerBytes: 7_000 };
  return nodeCpuMs.map((ms) => ({
    requests: 1_000,
    perSecond: 1_000 / ms,
    nodeCpuMs: ms,
    ...others,
  }));
}

describe("the report of the Walk", () => {
  test("takes the median round, so that one disturbed round changes nothing", () => {
    const [row] = walkRows(new Map<VariantName, RoundFigures[]>([["floor", rounds(1, 9, 1.2)]]));
    expect(row).toMatchObject({ nodeCpuMs: 1.2, nodeCpuOfFloor: 1 });
  });

  test.each<[gateway: number, apollo: number, met: boolean]>([
    [1, 3, true],
    [1, 2.9, false],
  ])("a gateway of %d ms against Apollo's %d ms meets its aim: %p", (gateway, apollo, met) => {
    const figures = new Map<VariantName, RoundFigures[]>([
      ["gateway", rounds(gateway)],
      ["apollo", rounds(apollo)],
    ]);
    expect(aimVerdicts(walkRows(figures)).map(({ isMet }) => isMet)).toEqual([met]);
  });

  test("judges no aim whose other variant was not measured", () => {
    expect(aimVerdicts(walkRows(new Map([["gateway", rounds(1)]])))).toEqual([]);
  });
});
