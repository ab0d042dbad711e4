import { expect, test } from "@jest/globals";
import { assertVersion, faultOfText, faultOfVariableLimits, isSameLimits } from "./document.ts";

test.each<[version: string, isGood: boolean]>([
  ["3", true],
  ["1.2.3-rc.1+build.7", true],
  ["", false],
  ["-1", false],
  ["1 2", false],
  ["x".repeat(64), true],
  ["x".repeat(65), false],
])("the version %j: %s", (version, isGood) => {
  if (isGood) expect(() => assertVersion(version)).not.toThrow();
  else expect(() => assertVersion(version)).toThrow(/a version has 1 to 64/);
});

test.each<[limits: unknown, fault: RegExp | null]>([
  [{}, null],
  [{ first: 100, ids: 1 }, null],
  [null, /an object like/],
  [[], /an object like/],
  [{ first: 1.5 }, /first is a whole number/],
  [{ first: 0 }, /first is a whole number/],
  [{ first: "7" }, /first is a whole number/],
  [{ first: 1_000_001 }, /first is a whole number/],
  [{ "a-b": 1 }, /"a-b" is no variable's name/],
  [{ constructor: 1 }, /is no variable's name/],
  [JSON.parse('{"__proto__": 1}'), /is no variable's name/],
  [Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`v${n}`, 1])), /at most 50/],
])("the limits %j", (limits, fault) => {
  if (fault === null) expect(faultOfVariableLimits(limits)).toBeNull();
  else expect(faultOfVariableLimits(limits)).toMatch(fault);
});

test.each<[text: string, fault: RegExp | null]>([
  ["{ a }", null],
  [" \t\r\n# é 株\n{ a }\n", null],
  ["{ a }\u0000", /control characters/],
  ["{ a } # \ud800", /control characters/],
  ["x".repeat(50_000), null],
  ["x".repeat(50_001), /at most 50000 characters, not 50001/],
])("the text %#", (text, fault) => {
  if (fault === null) expect(faultOfText(text)).toBeNull();
  else expect(faultOfText(text)).toMatch(fault);
});

test("limits are the same in whatever order", () => {
  expect(isSameLimits({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true);
  expect(isSameLimits({ a: 1 }, { a: 2 })).toBe(false);
  expect(isSameLimits({ a: 1 }, { a: 1, b: 1 })).toBe(false);
});
