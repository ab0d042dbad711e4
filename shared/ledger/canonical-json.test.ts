import { describe, expect, test } from "@jest/globals";
import canonicalize from "canonicalize";
import * as fc from "fast-check";
import { canonicalJson, parseCanonicalJson } from "./canonical-json.ts";

/** The double with these bits. */
function double(hex: string): number {
  return Buffer.from(hex, "hex").readDoubleBE(0);
}

describe("canonical JSON", () => {
  // RFC 8785, 3.2.2 to 3.2.4: the sample, its canonical form and its bytes.
  test("of the standard's sample is its bytes", () => {
    const sample = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`;
    const hex = `7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a5b
      3333333333333333332e333333333333332c31652b33302c342e352c302e3030322c31652d32375d2c22737472
      696e67223a22e282ac245c75303030665c6e4127425c225c5c5c5c5c222f227d`.replaceAll(/\s/g, "");
    expect(Buffer.from(canonicalJson(JSON.parse(sample))).toString("hex")).toBe(hex);
  });

  // RFC 8785, 3.2.3.
  test("sorts names by their UTF-16 units", () => {
    const sample = String.raw`{
      "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis"
    }`;
    const names = [...canonicalJson(JSON.parse(sample)).matchAll(/:"([^"]+)"/g)];
    expect(names.map(([, name]) => name)).toEqual([
      "Carriage Return",
      "One",
      "Control",
      "Latin Small Letter O With Diaeresis",
      "Euro Sign",
      "Emoji: Grinning Face",
      "Hebrew Letter Dalet With Dagesh",
    ]);
  });

  // The files of the standard's test data (github.com/cyberphone/json-canonicalization, testdata).
  test.each([
    [
      "arrays",
      '[\n 56,\n {\n "d": true,\n "10": null,\n "1": [ ]\n }\n]',
      '[56,{"1":[],"10":null,"d":true}]',
    ],
    [
      "french",
      '{"peach": "This sorting order", "péché": "is wrong according to French", "pêche": "but canonicalization MUST", "sin":   "ingnore locale"}',
      '{"peach":"This sorting order","péché":"is wrong according to French","pêche":"but canonicalization MUST","sin":"ingnore locale"}',
    ],
    [
      "structures",
      '{"1": {"f": {"f": "hi","F": 5} ,"\\n": 56.0}, "10": { }, "": "empty", "a": { }, "111": [ { } ], "A": { }}',
      '{"":"empty","1":{"\\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{}],"A":{},"a":{}}',
    ],
    [
      "unicode",
      '{"Unnormalized Unicode":"\\u1e0d\\u0307"}',
      '{"Unnormalized Unicode":"\u1e0d\u0307"}',
    ],
    [
      "values",
      String.raw`{"numbers": [1E30, 4.50, 333333333.33333329, 2e-3, 0.000000000000000000000000001], "escaping": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}`,
      String.raw`{"escaping":"€$\u000f\nA'B\"\\\\\"/","literals":[null,true,false],"numbers":[1e+30,4.5,333333333.3333333,0.002,1e-27]}`,
    ],
    [
      "weird",
      String.raw`{"\u20ac": "Euro Sign", "\r": "Carriage Return", "\u000a": "Newline", "1": "One", "\u0080": "Control\u007f", "\ud83d\ude02": "Smiley", "\u00f6": "Latin Small Letter O With Diaeresis", "\ufb33": "Hebrew Letter Dalet With Dagesh", "</script>": "Browser Challenge"}`,
      '{"\\n":"Newline","\\r":"Carriage Return","1":"One","</script>":"Browser Challenge","\u0080":"Control\u007f","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😂":"Smiley","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    ],
  ])("of %s is the published one", (_, input, output) => {
    expect(canonicalJson(JSON.parse(input))).toBe(output);
    expect(parseCanonicalJson(output, 1_000)).toEqual(JSON.parse(input));
  });

  // RFC 8785, Appendix B: the bits of a double and its text.
  test.each([
    ["0000000000000000", "0"],
    ["8000000000000000", "0"],
    ["0000000000000001", "5e-324"],
    ["8000000000000001", "-5e-324"],
    ["7fefffffffffffff", "1.7976931348623157e+308"],
    ["ffefffffffffffff", "-1.7976931348623157e+308"],
    ["4340000000000000", "9007199254740992"],
    ["c340000000000000", "-9007199254740992"],
    ["4430000000000000", "295147905179352830000"],
    ["44b52d02c7e14af5", "9.999999999999997e+22"],
    ["44b52d02c7e14af6", "1e+23"],
    ["44b52d02c7e14af7", "1.0000000000000001e+23"],
    ["444b1ae4d6e2ef4e", "999999999999999700000"],
    ["444b1ae4d6e2ef4f", "999999999999999900000"],
    ["444b1ae4d6e2ef50", "1e+21"],
    ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
    ["3eb0c6f7a0b5ed8d", "0.000001"],
    ["41b3de4355555553", "333333333.3333332"],
    ["41b3de4355555554", "333333333.33333325"],
    ["41b3de4355555555", "333333333.3333333"],
    ["41b3de4355555556", "333333333.3333334"],
    ["41b3de4355555557", "333333333.33333343"],
    ["becbf647612f3696", "-0.0000033333333333333333"],
    ["43143ff3c1cb0959", "1424953923781206.2"],
  ])("of the double %s is %s", (bits, text) => {
    expect(canonicalJson(double(bits))).toBe(text);
  });

  test.each([
    ["not a number (Appendix B)", double("7fffffffffffffff")],
    ["infinity (Appendix B)", double("7ff0000000000000")],
    ["nothing", undefined],
    ["nothing in a list", [undefined]],
    ["a hole in a list", new Array(1)],
    ["nothing in an object", { a: undefined }],
    ["a function", () => 1],
    ["a symbol", Symbol("a")],
    ["a large integer", 1n],
    ["a time", new Date(0)],
    ["a map", new Map()],
    ["bytes", Buffer.of(1)],
    ["an object that makes its own JSON", { toJSON: () => 1 }],
    ["half a surrogate pair", "\ud83d"],
    ["the other half in a name", { "\ude02": 1 }],
  ])("has no word for %s", (_, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });

  test("has a limit to its depth", () => {
    const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
    expect(canonicalJson(JSON.parse(nested(64)))).toBe(nested(64));
    expect(() => canonicalJson(JSON.parse(nested(65)))).toThrow(RangeError);
    expect(() => parseCanonicalJson(nested(20_000), 65_535)).toThrow("canonical");
    const circular: unknown[] = [];
    circular.push(circular);
    expect(() => canonicalJson(circular)).toThrow(RangeError);
  });

  test("of any value is what another implementation gives, whatever the order of its members", () => {
    const property = fc.property(fc.jsonValue(), (value) => {
      // A text may have half of a pair, which JSON.stringify writes as an escape.
      let text: string;
      try {
        text = canonicalJson(value);
      } catch {
        return;
      }
      expect(text).toBe(canonicalize(value));
      expect(canonicalJson(parseCanonicalJson(text, 1_000_000))).toBe(text);
      if (typeof value !== "object" || value === null || Array.isArray(value)) return;
      const reversed = Object.fromEntries(Object.entries(value).reverse());
      expect(canonicalJson(reversed)).toBe(text);
    });
    void fc.assert(property, { numRuns: 1_000 });
  });

  test.each([
    ["a space", '{"a": 1}'],
    ["a line end", '{"a":1}\n'],
    ["names out of order", '{"b":1,"a":2}'],
    ["a name twice", '{"a":1,"a":1}'],
    ["another spelling of a number", '{"a":1.0}'],
    ["a number beyond what a double can say", '{"a":9007199254740993}'],
    ["an escape that is none", '{"a":"\\u0041"}'],
    ["a solidus behind a backslash", '{"a":"\\/"}'],
    ["half a surrogate pair", '{"a":"\\ud83d"}'],
    ["minus zero", "-0"],
    ["nothing", ""],
    ["something else", "{a:1}"],
  ])("with %s is refused", (_, text) => {
    expect(() => parseCanonicalJson(text, 100)).toThrow("JSON");
  });
});
