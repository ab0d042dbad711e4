import { describe, expect, test } from "@jest/globals";
import {
  BLOCK,
  currentMembers,
  everMembers,
  isMoved,
  type Lot,
  lotBefore,
  lotCodeOf,
  membersBeforeMoves,
  plantedDevice,
} from "./planted.ts";

describe("planted devices", () => {
  test.each<[name: string, lot: Lot, now: number, ever: number, dayBefore: number]>([
    ["the lot of 100,000", { block: 0, place: 0 }, 100_000, 100_000, 90_000],
    ["a lot of 50,000", { block: 1, place: 0 }, 50_000, 50_500, 45_500],
    ["a lot of 5,000", { block: 1, place: 3 }, 5_000, 5_500, 5_000],
    ["the last lot of 5,000", { block: 2, place: 5 }, 5_000, 5_050, 4_550],
    ["a lot of 500", { block: 2, place: 20 }, 500, 550, 500],
    ["the last lot of 500", { block: 2, place: 55 }, 500, 5_500, 5_450],
  ])("%s has as many devices now, ever, and before the moves", (_name, lot, now, ever, before) => {
    expect(currentMembers(lot)).toHaveLength(now);
    expect(everMembers(lot)).toHaveLength(ever);
    expect(membersBeforeMoves(lot)).toHaveLength(before);
  });

  test("a block's devices are all of one lot each, which each of them names", () => {
    const lots = Array.from({ length: 56 }, (_, place) => ({ block: 3, place }));
    const all = lots.flatMap((lot) => {
      const members = currentMembers(lot);
      expect(new Set(members.map((n) => plantedDevice(n).lotCode))).toEqual(
        new Set([lotCodeOf(lot)]),
      );
      return members;
    });
    const numbers = Array.from({ length: BLOCK }, (_, index) => 3 * BLOCK + index);
    expect(all.sort((one, other) => one - other)).toEqual(numbers);
  });

  test("a device that was moved is of its lot before on the day before, and of none else", () => {
    const lot = { block: 1, place: 21 };
    const moved = currentMembers(lot).filter(isMoved);
    expect(moved).toHaveLength(50);
    expect(membersBeforeMoves(lotBefore(lot))).toEqual(expect.arrayContaining(moved));
    expect(membersBeforeMoves(lot).filter((n) => moved.includes(n))).toEqual([]);
  });
});
