import { describe, expect, test } from "@jest/globals";
import { judgeDefinition } from "./define-field.ts";
import {
  attributeOf,
  type FieldDefinition,
  type FieldType,
  readAttribute,
} from "./field-definition.ts";
import { assertSafePattern, compilePattern } from "./pattern.ts";

function definition(type: FieldType, more: Partial<FieldDefinition> = {}): FieldDefinition {
  return {
    name: "f",
    type,
    isRequired: false,
    isGroupable: false,
    pattern: null,
    values: type === "ENUM" ? ["red", "blue"] : null,
    label: null,
    description: null,
    createdAt: "2026-01-01T00:00:00.000000Z",
    retiredAt: null,
    ...more,
  };
}

const REFUSED = Symbol("INVALID_VALUE");

function read(field: FieldDefinition, given: unknown): unknown {
  try {
    return readAttribute(field, given);
  } catch (error) {
    expect(error).toMatchObject({ code: "INVALID_VALUE", details: { field: "f" } });
    return REFUSED;
  }
}

test.each<[FieldType, unknown, unknown]>([
  ["TEXT", "a b", "a b"],
  ["TEXT", "", REFUSED],
  ["TEXT", 5, REFUSED],
  ["TEXT", "x".repeat(4_096), "x".repeat(4_096)],
  ["TEXT", "x".repeat(4_097), REFUSED],
  ["INTEGER", 42, 42],
  ["INTEGER", -0, 0],
  ["INTEGER", 2 ** 53 - 1, 2 ** 53 - 1],
  ["INTEGER", 2 ** 53, REFUSED],
  ["INTEGER", 1.5, REFUSED],
  ["INTEGER", "42", REFUSED],
  ["DECIMAL", "12.50", "12.5"],
  ["DECIMAL", 12.5, "12.5"],
  ["DECIMAL", "-0.0", "0"],
  ["DECIMAL", "007", "7"],
  ["DECIMAL", "-00.10", "-0.1"],
  ["DECIMAL", "0.1", "0.1"],
  ["DECIMAL", -0, "0"],
  ["DECIMAL", 999999999999999, "999999999999999"],
  ["DECIMAL", 2 ** 53, REFUSED],
  ["DECIMAL", "9007199254740993", "9007199254740993"],
  ["DECIMAL", 0.00012345678901234, "0.00012345678901234"],
  ["DECIMAL", 0.1 + 0.2, REFUSED],
  ["DECIMAL", Number.POSITIVE_INFINITY, REFUSED],
  ["DECIMAL", 1e21, REFUSED],
  ["DECIMAL", Number.NaN, REFUSED],
  ["DECIMAL", "1e5", REFUSED],
  ["DECIMAL", ".5", REFUSED],
  ["DECIMAL", "5.", REFUSED],
  ["DECIMAL", "9".repeat(41), REFUSED],
  ["BOOLEAN", true, true],
  ["BOOLEAN", "true", REFUSED],
  ["BOOLEAN", 1, REFUSED],
  ["DATE", "2024-02-29", "2024-02-29"],
  ["DATE", "2023-02-29", REFUSED],
  ["DATE", "0000-01-01", REFUSED],
  ["DATE", "2023-1-1", REFUSED],
  ["DATE", "2023-01-01T00:00:00Z", REFUSED],
  ["ENUM", "red", "red"],
  ["ENUM", "Red", REFUSED],
  ["ENUM", ["red"], REFUSED],
  ["ENUM", null, REFUSED],
])("%s reads %j as %p", (type, given, expected) => {
  const value = read(definition(type), given);
  expect(Object.is(value, expected) || value === expected).toBe(true);
});

test.each<[string, Partial<FieldDefinition>, string, boolean]>([
  ["groupable text is short", { isGroupable: true }, "x".repeat(257), false],
  ["groupable text of 256", { isGroupable: true }, "x".repeat(256), true],
  ["a pattern is anchored at the start", { pattern: "[A-Z]{2}" }, "xAB", false],
  ["a pattern is anchored at the end", { pattern: "[A-Z]{2}" }, "ABC", false],
  ["alternatives are anchored too", { pattern: "A|B" }, "AX", false],
  ["a match", { pattern: "A|B" }, "B", true],
])("%s", (_, more, given, isFit) => {
  expect(read(definition("TEXT", more), given) !== REFUSED).toBe(isFit);
});

test.each(["constructor", "__proto__", "toString", "absent"])(
  "there is no attribute %s",
  (name) => {
    expect(attributeOf({}, name)).toBeNull();
  },
);

describe("patterns", () => {
  test.each([
    "[A-Z]{2}-[0-9]{4,6}",
    "\\d+",
    "[A-Z]+-\\d+",
    "(?:EU|US|JP)-\\w{3}",
    "\\p{Lu}+",
    "[)(*+?{]{3}",
    "a\\(b\\)\\+",
    "(A|B)-(C|D)",
  ])("%s is allowed", (pattern) => {
    expect(() => assertSafePattern(pattern)).not.toThrow();
  });

  test.each([
    "",
    "x".repeat(257),
    "(",
    "(a+)+",
    "(a|a)*",
    "(?:a){9}",
    "a*b*c*",
    "\\d+\\d+\\d+",
    "(a)\\1",
    "(?<n>a)\\k<n>",
    "(?=a)b",
    "(?<!a)b",
    "a{0,256}b{0,256}c{0,256}",
    `${"a?".repeat(30)}${"a".repeat(30)}`,
    "(a|a)".repeat(30),
    "\\u{110000}",
    "^(?:a)$)|(?:b",
  ])("%s is refused", (pattern) => {
    expect(() => assertSafePattern(pattern)).toThrow(
      expect.objectContaining({ code: "INVALID_VALUE" }),
    );
  });

  test.each(["[A-Za-z0-9]*[A-Za-z0-9]*", "[a-z]+[a-z]+", "a?a?a?a?a?a?a?a?[a-z]+"])(
    "the worst that is allowed is still quick: %s",
    (pattern) => {
      assertSafePattern(pattern);
      const start = performance.now();
      compilePattern(pattern).test(`${"a".repeat(255)}!`);
      expect(performance.now() - start).toBeLessThan(200);
    },
  );
});

describe("defining", () => {
  const request = { name: "colour", type: "TEXT" as const, isRequired: false, isGroupable: false };
  const enumField = { ...request, type: "ENUM" as const, values: ["red", "blue"] };

  test.each<[string, object, FieldDefinition[], string]>([
    ["a new field", request, [], "ok"],
    ["a name with a dash", { ...request, name: "my-colour" }, [], "INVALID_VALUE"],
    ["a name with a capital", { ...request, name: "Colour" }, [], "INVALID_VALUE"],
    ["a name of 64", { ...request, name: `a${"b".repeat(63)}` }, [], "ok"],
    ["a name of 65", { ...request, name: `a${"b".repeat(64)}` }, [], "INVALID_VALUE"],
    ["a built-in name", { ...request, name: "lotCode" }, [], "FIELD_DEFINITION_CONFLICT"],
    ["a revision's name", { ...request, name: "effectiveAt" }, [], "FIELD_DEFINITION_CONFLICT"],
    ["a name of JavaScript", { ...request, name: "constructor" }, [], "FIELD_DEFINITION_CONFLICT"],
    ["an ENUM without values", { ...enumField, values: null }, [], "INVALID_VALUE"],
    ["an ENUM with a value twice", { ...enumField, values: ["a", "a"] }, [], "INVALID_VALUE"],
    ["an ENUM with an empty value", { ...enumField, values: [""] }, [], "INVALID_VALUE"],
    ["values of a TEXT", { ...request, values: ["a"] }, [], "INVALID_VALUE"],
    ["a pattern of an ENUM", { ...enumField, pattern: "a" }, [], "INVALID_VALUE"],
    ["a wild pattern", { ...request, pattern: "(a+)+" }, [], "INVALID_VALUE"],
    ["a label with a newline", { ...request, label: "a\nb" }, [], "INVALID_VALUE"],
    ["the same again", request, [definition("TEXT", { name: "colour" })], "ok"],
    [
      "another type",
      request,
      [definition("DATE", { name: "colour" })],
      "FIELD_DEFINITION_CONFLICT",
    ],
    [
      "grouping turned off",
      request,
      [definition("TEXT", { name: "colour", isGroupable: true })],
      "FIELD_DEFINITION_CONFLICT",
    ],
    [
      "grouping turned on",
      { ...request, isGroupable: true },
      [definition("TEXT", { name: "colour" })],
      "begins to group",
    ],
    [
      "a value more",
      { ...enumField, values: ["blue", "red", "green"] },
      [definition("ENUM", { name: "colour" })],
      "ok",
    ],
    [
      "a value less",
      { ...enumField, values: ["red"] },
      [definition("ENUM", { name: "colour" })],
      "FIELD_DEFINITION_CONFLICT",
    ],
    [
      "one field too many",
      request,
      Array.from({ length: 200 }, (_, index) => definition("TEXT", { name: `f${index}` })),
      "LIMIT_EXCEEDED",
    ],
  ])("%s", (_, asked, known, expected) => {
    const outcome = () => {
      try {
        const { beginsToGroup } = judgeDefinition(asked as typeof request, known);
        return beginsToGroup ? "begins to group" : "ok";
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect(outcome()).toBe(expected);
  });
});
