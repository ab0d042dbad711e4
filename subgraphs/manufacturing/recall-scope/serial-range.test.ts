import { expect, test } from "@jest/globals";
import { isInSerialRange, type SerialRange, serialRange } from "./serial-range.ts";

test.each([
  ["SN-0001", "SN-0100", "SN-0001", true],
  ["SN-0001", "SN-0100", "SN-0100", true],
  ["SN-0001", "SN-0100", "SN-0101", false],
  ["SN-0001", "SN-0100", "SN-7", false],
  ["SN-0001", "SN-0100", "SN-00007", false],
  ["SN-0001", "SN-0100", "SN-007", false],
  ["SN-0001", "SN-0100", "SN-0007A", false],
  ["SN-0001", "SN-0100", "SN-00A7", false],
  ["SN-0001", "SN-0100", "XN-0007", false],
  ["SN-7", "SN-120", "SN-7", true],
  ["SN-7", "SN-120", "SN-99", true],
  ["SN-7", "SN-120", "SN-120", true],
  ["SN-7", "SN-120", "SN-121", false],
  ["SN-7", "SN-120", "SN-6", false],
  ["SN-7", "SN-120", "SN-007", false],
  ["SN-7", "SN-120", "SN-010", false],
  ["SN-0", "SN-10", "SN-0", true],
  ["A12-001-X", "A12-300-X", "A12-250-X", true],
  ["A12-001-X", "A12-300-X", "A13-250-X", false],
  ["A12-001-X", "A12-300-X", "A12-250-Y", false],
  ["A12-001-X", "A12-300-X", "A12-250-", false],
  ["5", "20", "10", true],
  ["SN-5", "SN-5", "SN-5", true],
  ["SN-5", "SN-5", "SN-6", false],
])("of %s to %s is %s: %s", (from, to, serialNumber, expected) => {
  expect(isInSerialRange(serialRange(from, to) as SerialRange, serialNumber)).toBe(expected);
});

test.each([
  ["SN-1", "TN-9", "OTHER_SHAPE"],
  ["SN-1", "SN-9-A", "OTHER_SHAPE"],
  ["SN-1", "SN-1-2", "OTHER_SHAPE"],
  ["SN", "SN", "OTHER_SHAPE"],
  ["A1-1", "A2-9", "SEVERAL_NUMBERS"],
  ["SN-0007", "SN-120000", "LEADING_ZEROS"],
  ["SN-7", "SN-0120", "LEADING_ZEROS"],
  ["SN-0100", "SN-0001", "UPSIDE_DOWN"],
  ["SN-120", "SN-7", "UPSIDE_DOWN"],
])("%s to %s is no range: %s", (from, to, expected) => {
  expect(serialRange(from, to)).toBe(expected);
});

test("numbers of different width are one stretch a width", () => {
  const { stretches } = serialRange("SN-7", "SN-120") as SerialRange;
  expect(stretches.map(({ lowest, highest }) => [lowest, highest])).toEqual([
    ["SN-7", "SN-9"],
    ["SN-10", "SN-99"],
    ["SN-100", "SN-120"],
  ]);
});
