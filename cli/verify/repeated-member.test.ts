import { expect, test } from "@jest/globals";
import { repeatedMember } from "./repeated-member.ts";

test.each([
  ["{}", null],
  ['{"a":1,"b":{"a":2},"c":[{"a":1},{"a":2}]}', null],
  ['{"a":"a\\":1,{","b":": , }"}', null],
  ['{"a":1,"a":1}', "a"],
  ['{"a":1,"b":2, "a" : 3}', "a"],
  ['{"a":1,"\\u0061":2}', "a"],
  ['{"x":{"a":{},"b":[{"c":1,"d":[],"c":2}]}}', "c"],
  ['{"\\\\":1,"b":"\\\\","\\\\":2}', "\\"],
  ['{"__proto__":1,"__proto__":2}', "__proto__"],
])("%s has %j twice", (json, name) => {
  JSON.parse(json);
  expect(repeatedMember(json)).toBe(name);
});
