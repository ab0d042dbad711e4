import { createHash } from "node:crypto";
import { expect, test } from "@jest/globals";
import { contentHash } from "./idempotency.ts";

test("the hash is SHA-256 of RFC 8785 canonical JSON of operation and input", () => {
  const canonical = `["recordDevices",[{"a":"é","b":1}]]`;
  const expected = createHash("sha256").update(canonical).digest("hex");
  expect(contentHash("recordDevices", [{ b: 1, a: "é", c: undefined }])).toBe(expected);
});

test.each<[unknown, unknown, boolean]>([
  [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
  [{ a: 1 }, { a: 1, b: undefined }, true],
  [{ a: 1 }, { a: 1, b: null }, false],
  [[1, 2], [2, 1], false],
  ["1", 1, false],
  [1.0, 1, true],
  [["\ud800"], ["\ud801"], false],
  [["\ud800"], ["\ud800"], true],
])("%j and %j are the same content: %s", (one, other, isSame) => {
  expect(contentHash("o", one) === contentHash("o", other)).toBe(isSame);
});

test("another operation is other content", () => {
  expect(contentHash("a", [])).not.toBe(contentHash("b", []));
});

test("what is nested too deep to be hashed is refused", () => {
  const deep = JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`);
  expect(() => contentHash("o", deep)).toThrow(expect.objectContaining({ code: "BAD_USER_INPUT" }));
});
