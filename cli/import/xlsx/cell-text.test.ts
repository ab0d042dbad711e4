import { expect, test } from "@jest/globals";
import { columnOf, numberText, unescapeText } from "./cell-text.ts";

test.each([
  ["123456789012", "123456789012"],
  ["12345678901234567890", "12345678901234567890"],
  ["1.23456789012E+11", "123456789012"],
  ["0.30000000000000004", "0.3"],
  ["1E+22", "10000000000000000000000"],
  ["1.5E-7", "0.00000015"],
  ["-2.50", "-2.5"],
  [" 7 ", "7"],
  ["1,5", null],
  ["0x10", null],
  ["", null],
  ["1e999", null],
  ["5.", "5"],
  [".5", "0.5"],
])("the number %j is the text %j", (written, text) => {
  expect(numberText(written)).toBe(text);
});

test("a number has at most 400 characters", () => {
  expect(numberText("9".repeat(400))).toBe("9".repeat(400));
  expect(numberText("9".repeat(401))).toBeNull();
});

test("digits that end in no number are judged at once, however many they are", () => {
  const began = performance.now();
  for (const end of ["x", ".", "", "..", "e"])
    expect(numberText("1".repeat(2_000_000) + end)).toBeNull();
  expect(performance.now() - began).toBeLessThan(1_000);
});

test.each([
  ["a_x000D_b", "a\rb"],
  ["_x005F_x0041_", "_x0041_"],
  ["_x00_", "_x00_"],
])("%j stands for %j", (written, text) => {
  expect(unescapeText(written)).toBe(text);
});

test.each([
  ["A1", 0],
  ["Z9", 25],
  ["AA10", 26],
  ["XFD1", 16_383],
  ["", null],
  ["1", null],
  ["AAAAA1", null],
])("%j is column %j", (place, column) => {
  expect(columnOf(place)).toBe(column);
});
