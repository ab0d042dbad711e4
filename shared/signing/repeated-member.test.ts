import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { repeatedMember } from "./repeated-member.ts";

test.each<[json: string, repeated: string | null]>([
  ['{"a":1,"b":2}', null],
  ['{"a":1,"a":2}', "a"],
  ['{"a":1,"\\u0061" : 2}', "a"],
  ['{"a":{"a":1},"b":[{"a":1},{"a":2}]}', null],
  ['{"a":{"b":1,"c":{"d":1},"b":2}}', "b"],
  ['["a","a",{"a":"a"}]', null],
  ['{"a":"\\"a\\":","b":"{\\"b\\":1}"}', null],
  ['{"":1,"":2}', ""],
  ['{"a"\n:1,"a"\t:2}', "a"],
  ["[]", null],
  ['"a"', null],
])("%s says twice: %j", (json, repeated) => {
  expect(repeatedMember(json)).toBe(repeated);
});

test("what JSON.stringify makes of a value repeats nothing", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => repeatedMember(JSON.stringify(value, null, 1)) === null),
  );
});
