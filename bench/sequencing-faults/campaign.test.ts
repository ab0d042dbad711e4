import { expect, test } from "@jest/globals";
import { type Fault, type FaultRound, plannedFaults, unmetFaults } from "./campaign.ts";

function round(fault: Fault, isMet: boolean): FaultRound {
  return { fault, isMet, afterMs: 0, acknowledged: 1, signed: 1, complaints: [] };
}

test("faults are planned in turns", () => {
  expect(plannedFaults(["SERVICE", "EIO"], 3)).toEqual(["SERVICE", "EIO", "SERVICE"]);
  expect(plannedFaults(["SERVICE"], 0)).toEqual([]);
});

test.each<[string, FaultRound[], Fault[]]>([
  [
    "all were met, one at the second try",
    [round("SERVICE", true), round("EIO", false), round("EIO", true)],
    [],
  ],
  [
    "one was never met",
    [round("SERVICE", true), round("EIO", false), round("EIO", false)],
    ["EIO"],
  ],
  ["the campaign ended before one", [round("SERVICE", true)], ["EIO"]],
  ["nothing happened", [], ["SERVICE", "EIO"]],
])("where %s", (_, rounds, unmet) => {
  expect(unmetFaults(["SERVICE", "EIO"], rounds)).toEqual(unmet);
});
