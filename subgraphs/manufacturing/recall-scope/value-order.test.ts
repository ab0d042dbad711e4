import { expect, test } from "@jest/globals";
import type { CriterionField, CriterionFieldType } from "./criterion-field.ts";
import { compareValues, isInRange } from "./value-order.ts";

function field(type: CriterionFieldType): CriterionField {
  return { name: "x", isBuiltIn: false, type, isGroupable: false, choices: null };
}

test.each<[CriterionFieldType, string, string, number | null]>([
  ["INTEGER", "9", "10", -1],
  ["INTEGER", "-10", "-9", -1],
  ["DECIMAL", "0.5", "0.25", 1],
  ["DECIMAL", "-0.5", "-0.25", -1],
  ["DECIMAL", "10", "9.99", 1],
  ["DECIMAL", "1", "1", 0],
  ["DECIMAL", "9007199254740993.1", "9007199254740993.2", -1],
  ["DATE", "2025-01-09", "2025-01-10", -1],
  ["VERSION", "1.9", "1.10", -1],
  ["VERSION", "1.9", "latest", null],
  ["DECIMAL", "1e3", "2", null],
  ["TEXT", "a", "b", null],
])("of type %s, %s against %s: %s", (type, one, other, expected) => {
  const order = compareValues(field(type), one, other);
  expect(order === null ? null : Math.sign(order)).toBe(expected);
});

test.each<[string | null, boolean]>([
  ["1.9.2-rc.1", false],
  ["1.9.2", true],
  ["1.10.0", true],
  ["1.10.1", false],
  ["latest", false],
  [null, false],
])("%s lies from 1.9.2 to 1.10: %s", (value, expected) => {
  expect(isInRange(field("VERSION"), { from: "1.9.2", to: "1.10" }, value)).toBe(expected);
});
