import { expect, test } from "@jest/globals";
import { compareVersions, parseVersion, type Version } from "./version.ts";

function version(text: string): Version {
  const read = parseVersion(text);
  if (!read) throw new Error(`${text} is no version`);
  return read;
}

/** Each row rises strictly from left to right. */
test.each([
  [["1.9.2-rc.1", "1.9.2", "1.10.0"]],
  [["2.9.0", "2.9.1", "2.10.0", "2.10.1", "2.11.0", "10.0.0"]],
  [["1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-beta"]],
  [["1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0"]],
  [["1.0.0-rc9", "1.0.0-rc10", "1.0.0"]],
  [["A", "B", "C", "C2", "C10", "D"]],
  [["1.0.2", "1.0.2a", "1.0.2b", "1.0.3"]],
  [["1", "1.0.1", "1.1", "2"]],
  [["4503599627370497.9007199254740993", "4503599627370497.9007199254740994"]],
])("%j rises", (texts: string[]) => {
  for (const [place, text] of texts.entries()) {
    for (const [other, against] of texts.entries()) {
      const order = compareVersions(version(text), version(against));
      expect([text, against, Math.sign(order)]).toEqual([text, against, Math.sign(place - other)]);
    }
  }
});

test.each([
  ["2.10", "2.10.0"],
  ["v1.2.3", "1.2.3"],
  ["1.0.0+a", "1.0.0+b"],
  ["b", "B"],
  ["01.002", "1.2"],
  ["1.0.0-RC.1", "1.0.0-rc.1"],
])("%s stands where %s stands", (one, other) => {
  expect(compareVersions(version(one), version(other))).toBe(0);
});

test.each([
  "",
  "latest",
  "1..2",
  "1.2.",
  ".1",
  "1.0 beta",
  "1.0rc1",
  "1.0.0-",
  "1,0",
  "-1",
  "²",
  `1.${"0".repeat(255)}`,
])("%j is no version", (text) => {
  expect(parseVersion(text)).toBeNull();
});
