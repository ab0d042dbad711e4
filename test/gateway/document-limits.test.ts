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
    return limit ? [limit, most, asked] : error.code;
  }
}

const nested = (depth: number) => `${"{ a ".repeat(depth)}${"}".repeat(depth)}`;
const doubling = (count: number) =>
  `{ ...f0 } ${Array.from({ length: count }, (_, n) => `fragment f${n} on Device { ...f${n + 1} ...f${n + 1} }`).join(" ")} fragment f${count} on Device { id }`;

describe("a document", () => {
  test.each([
    ["the usual one", `query A($id: ID!) { device(connhexId: $id) { id } }`, 1],
    ["12 levels", nested(12), 1],
    ["13 levels", nested(13), ["levels", 12, 13]],
    ["levels hidden in fragments", `{ ...a } fragment a on Q ${nested(13)}`, ["levels", 12, 13]],
    ["levels within a parser's stack", nested(600), ["levels", 12, 600]],
    ["levels beyond a parser's stack", nested(8_000), ["tokens", 2_000, undefined]],
    ["16 lists", `{ a(b: ${"[".repeat(16)}${"]".repeat(16)}) }`, 1],
    [
      "17 lists",
      `{ a(b: ${"[".repeat(17)}${"]".repeat(17)}) }`,
      ["levels of lists and objects", 16, 17],
    ],
    ["lists beyond a parser's stack", `{ a(b: ${"[".repeat(40_000)}) }`, "LIMIT_EXCEEDED"],
    ["30 aliases", `{ ${Array.from({ length: 30 }, (_, n) => `a${n}: b`).join(" ")} }`, 1],
    [
      "31 aliases",
      `{ ${Array.from({ length: 31 }, (_, n) => `a${n}: __typename`).join(" ")} }`,
      ["aliases", 30, 31],
    ],
    ["50,000 characters", `{ a(b: "${"x".repeat(50_000 - 12)}") }`, 1],
    ["one text more", `{ a(b: "${"x".repeat(50_000 - 11)}") }`, ["characters", 50_000, 50_001]],
    ["51 directives", `{ a ${"@skip(if: false) ".repeat(51)} }`, ["directives", 50, 51]],
    ["fragments that double", doubling(11), ["fields", 2_000, 2_048]],
    ["fragments that double without end", doubling(60), ["fields", 2_000, 2 ** 60]],
    ["a fragment within itself", "{ ...a } fragment a on Q { b ...a }", 2],
    ["GraphiQL's introspection", getIntrospectionQuery({ inputValueDeprecation: true }), 4],
    ["introspection without end", `{ __schema ${nested(21)} }`, ["levels", 20, 22]],
    ["introspection beside data", "{ __schema { a } device { id } }", "BAD_USER_INPUT"],
    ["introspection in a fragment", "{ ... on Query { __schema { a } } }", "BAD_USER_INPUT"],
    [
      "introspection in another operation",
      "query A { __schema { a } } query B { device { id } }",
      "BAD_USER_INPUT",
    ],
    ["__proto__ as alias", "{ __proto__: device { id } }", "BAD_USER_INPUT"],
    ["constructor as alias", "{ a { constructor: id } }", "BAD_USER_INPUT"],
    ["a subscription", "subscription { a }", "BAD_USER_INPUT"],
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
