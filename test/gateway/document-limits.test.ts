import { describe, expect, test } from "@jest/globals";
import { getIntrospectionQuery } from "graphql";
import { parseWithinLimits } from "../../gateway/document-limits.ts";
import { DomainError } from "../../shared/domain-error.ts";

/** The outcome of parsing: a code with its figures, or the number of definitions. */
function parsed(text: string): unknown {
  try {
    return parseWithinLimits(text).definitions.length;
  } catch (error) {
    if (!(error instanceof DomainError)) return (error as Error).message;
    const { limit, most, asked } = error.details;
    return limit ? [error.code, limit, most, asked] : error.code;
  }
}

const nested = (depth: number) => `${"{ a ".repeat(depth)}${"}".repeat(depth)}`;
const doubling = (count: number) =>
  `{ ...f0 } ${Array.from({ length: count }, (_, n) => `fragment f${n} on Device { ...f${n + 1} ...f${n + 1} }`).join(" ")} fragment f${count} on Device { id }`;

describe("a document", () => {
  test.each([
    ["the usual one", `query A($id: ID!) { device(connhexId: $id) { id } }`, 1],
    ["12 levels", nested(12), 1],
    ["13 levels", nested(13), ["DOCUMENT_TOO_DEEP", "levels", 12, 13]],
    [
      "levels hidden in fragments",
      `{ ...a } fragment a on Q ${nested(13)}`,
      ["DOCUMENT_TOO_DEEP", "levels", 12, 13],
    ],
    ["levels within a parser's stack", nested(600), ["DOCUMENT_TOO_DEEP", "levels", 12, 600]],
    ["levels beyond a parser's stack", nested(8_000), ["TOO_MANY_TOKENS", "tokens", 2_000, 24_000]],
    ["16 lists", `{ a(b: ${"[".repeat(16)}${"]".repeat(16)}) }`, 1],
    [
      "17 lists",
      `{ a(b: ${"[".repeat(17)}${"]".repeat(17)}) }`,
      ["LITERAL_TOO_DEEP", "levels of lists and objects", 16, 17],
    ],
    [
      "lists that are not closed",
      `{ a(b: ${"[".repeat(40_000)}) }`,
      ["TOO_MANY_TOKENS", "tokens", 2_000, 40_007],
    ],
    [
      "lists beyond a parser's stack",
      `{ a(b: ${"[".repeat(980)}${"]".repeat(980)}) }`,
      ["LITERAL_TOO_DEEP", "levels of lists and objects", 16, 980],
    ],
    [
      "a type of lists",
      `query($a: ${"[".repeat(17)}ID${"]".repeat(17)}) { a(b: $a) }`,
      ["LITERAL_TOO_DEEP", "levels of lists and objects", 16, 17],
    ],
    ["2,000 tokens", `{ ${"a ".repeat(1_998)} }`, 1],
    ["2,001 tokens", `{ ${"a ".repeat(1_999)} }`, ["TOO_MANY_TOKENS", "tokens", 2_000, 2_001]],
    [
      "tokens without number, and then none",
      `{ ${"a ".repeat(3_000)} ?`,
      ["TOO_MANY_TOKENS", "tokens", 2_000, 3_001],
    ],
    ["30 aliases", `{ ${Array.from({ length: 30 }, (_, n) => `a${n}: b`).join(" ")} }`, 1],
    [
      "31 aliases",
      `{ ${Array.from({ length: 31 }, (_, n) => `a${n}: __typename`).join(" ")} }`,
      ["TOO_MANY_ALIASES", "aliases", 30, 31],
    ],
    ["50,000 characters", `{ a(b: "${"x".repeat(50_000 - 12)}") }`, 1],
    [
      "one text more",
      `{ a(b: "${"x".repeat(50_000 - 11)}") }`,
      ["DOCUMENT_TOO_LARGE", "characters", 50_000, 50_001],
    ],
    [
      "51 directives",
      `{ a ${"@skip(if: false) ".repeat(51)} }`,
      ["TOO_MANY_DIRECTIVES", "directives", 50, 51],
    ],
    ["fragments that double", doubling(11), ["TOO_MANY_FIELDS", "fields", 2_000, 2_048]],
    [
      "fragments that double without end",
      doubling(60),
      ["TOO_MANY_FIELDS", "fields", 2_000, 2 ** 60],
    ],
    ["a fragment within itself", "{ ...a } fragment a on Q { b ...a }", 2],
    ["GraphiQL's introspection", getIntrospectionQuery({ inputValueDeprecation: true }), 4],
    [
      "introspection without end",
      `{ __schema ${nested(21)} }`,
      ["INTROSPECTION_TOO_DEEP", "levels of introspection", 20, 22],
    ],
    ["introspection beside data", "{ __schema { a } device { id } }", "BAD_USER_INPUT"],
    ["introspection in a fragment", "{ ... on Query { __schema { a } } }", "BAD_USER_INPUT"],
    [
      "introspection in another operation",
      "query A { __schema { a } } query B { device { id } }",
      "BAD_USER_INPUT",
    ],
    ["__proto__ as alias", "{ __proto__: device { id } }", "BAD_USER_INPUT"],
    ["constructor as alias", "{ a { constructor: id } }", "BAD_USER_INPUT"],
    ["__proto__ within a literal", "{ a(b: { __proto__: { c: 1 } }) }", "BAD_USER_INPUT"],
    ["__proto__ as variable", "query($__proto__: ID!) { a(b: $__proto__) }", "BAD_USER_INPUT"],
  ])("of %s", (_, text, outcome) => {
    expect(parsed(text)).toEqual(outcome);
  });

  test("that is too large is refused at once", () => {
    const began = performance.now();
    for (const text of [
      nested(200_000),
      doubling(300),
      "a".repeat(3_000_000),
      "{a ".repeat(900_000),
    ]) {
      parsed(text);
    }
    expect(performance.now() - began).toBeLessThan(500);
  });
});
