import { expect, test } from "@jest/globals";
import { nearValues } from "./near-values.ts";

const LOTS = ["T2505-0021", "T2505-0022", "P2505-0021", "T2506-0121", "B2409-0001"];

test.each([
  ["t2505-0021", ["T2505-0021", "P2505-0021", "T2505-0022"]],
  ["T25050021", ["T2505-0021", "P2505-0021", "T2505-0022"]],
  ["T2505-0012", ["T2505-0021", "T2505-0022"]],
  ["T2505-0201", ["T2505-0021"]],
  ["X", []],
  ["", []],
])("near %s there are %j", (value, expected) => {
  expect(nearValues(value, LOTS)).toEqual(expect.arrayContaining(expected));
  expect(nearValues(value, LOTS)[0]).toBe(expected[0]);
});

test("no more than five are named", () => {
  const many = Array.from({ length: 20 }, (_, at) => `LOT-${at}`);
  expect(nearValues("LOT-1", many)).toHaveLength(5);
});
