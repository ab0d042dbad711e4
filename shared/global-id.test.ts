import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { globalId, keyOfGlobalId, numberOfGlobalId, parseGlobalId } from "./global-id.ts";

test("an id gives back its type and key", () => {
  const key = fc.stringMatching(/^[\x21-\x7e]{1,80}$/);
  fc.assert(
    fc.property(fc.constantFrom("Device", "Owner"), key, (type, text) => {
      expect(parseGlobalId(globalId(type, text))).toEqual({ type, key: text });
    }),
  );
});

test("any other text is no id, and breaks nothing", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const parsed = parseGlobalId(text);
      return parsed === null || globalId(parsed.type, parsed.key) === text;
    }),
  );
});

test.each([
  [globalId("Device", 7), 7],
  [globalId("Owner", 7), null],
  [globalId("Device", "07"), null],
  [globalId("Device", "-1"), null],
  [globalId("Device", "99999999999999999"), null],
  [globalId("Device", "9007199254740993"), null],
  [`${globalId("Device", 7)}=`, null],
])("%s names device %s", (id, outcome) => {
  expect(numberOfGlobalId("Device", id)).toBe(outcome);
});

test("a key is answered for its own type only", () => {
  expect(keyOfGlobalId("Device", globalId("Device", "a"))).toBe("a");
  expect(keyOfGlobalId("Owner", globalId("Device", "a"))).toBeNull();
});
