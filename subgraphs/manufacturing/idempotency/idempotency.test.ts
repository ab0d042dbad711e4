import { createHash } from "node:crypto";
import { expect, test } from "@jest/globals";
import canonicalize from "canonicalize";
import fc from "fast-check";
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

test("of whatever JSON it is asked, the hash is that of the standard's text", () => {
  const name = fc.oneof(fc.string(), fc.constantFrom("a", "b", "ab", "10", "9", "\\ud8", "é", "Z"));
  const { json } = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { depthSize: "small" },
      fc.constant(null),
      fc.boolean(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.oneof(name, fc.string({ unit: "grapheme" })),
      fc.array(tie("json"), { maxLength: 4 }),
      fc.dictionary(name, tie("json"), { maxKeys: 5 }),
    ),
  }));
  const proto = JSON.parse('[{"b":1,"__proto__":{"a":1}},{"b":1,"a":2},{"2":1,"10":2,"a":3}]');
  fc.assert(
    fc.property(json, (content) => {
      const text = String(canonicalize(["o", content]));
      expect(contentHash("o", content)).toBe(createHash("sha256").update(text).digest("hex"));
    }),
    { numRuns: 1_000, examples: [[proto]] },
  );
});

test("another operation is other content", () => {
  expect(contentHash("a", [])).not.toBe(contentHash("b", []));
});

test("what is nested too deep to be hashed is refused", () => {
  const deep = JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`);
  expect(() => contentHash("o", deep)).toThrow(expect.objectContaining({ code: "BAD_USER_INPUT" }));
});
