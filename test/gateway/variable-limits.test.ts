import { describe, expect, test } from "@jest/globals";
import {
  assertVariablesWithinLimits,
  assertWithinDeclaredLimits,
} from "../../gateway/variable-limits.ts";
import { DomainError } from "../../shared/domain-error.ts";

/** The limit that the variables break, with both figures; or that they may pass. */
function judged(variables: Record<string, unknown>, declared?: Record<string, number>): unknown {
  try {
    if (declared) assertWithinDeclaredLimits(variables, declared);
    else assertVariablesWithinLimits(variables);
    return "passes";
  } catch (error) {
    if (!(error instanceof DomainError)) return String(error);
    const { limit, most, asked } = error.details;
    return [error.code, limit, most, asked];
  }
}

const lists = (depth: number): unknown =>
  JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`) as unknown;
const named = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`f${n}`, n]));
const rows = (count: number) => Array.from({ length: count }, () => ({ serialNumber: "SN-1" }));

describe("variables", () => {
  test.each<[string, Record<string, unknown>, unknown]>([
    ["none", {}, "passes"],
    ["plain ones", { a: null, b: 1, c: "text", d: true }, "passes"],
    ["a full batch", { input: rows(1_000) }, "passes"],
    ["a batch that a subgraph refuses", { input: rows(1_001) }, "passes"],
    ["a list of 2,000", { input: rows(2_000) }, "passes"],
    [
      "a list of 2,001",
      { input: rows(2_001) },
      ["VARIABLE_LIST_TOO_LONG", "items in one list", 2_000, 2_001],
    ],
    [
      "a long list within",
      { input: [{ attributes: { a: rows(2_001) } }] },
      ["VARIABLE_LIST_TOO_LONG", "items in one list", 2_000, 2_001],
    ],
    ["10,000 texts", { serialNumbers: Array(10_000).fill("SN-1") }, "passes"],
    [
      "10,001 texts",
      { serialNumbers: Array(10_001).fill("SN-1") },
      ["VARIABLE_LIST_TOO_LONG", "texts in one list", 10_000, 10_001],
    ],
    [
      "2,000 texts and an object",
      { a: [...Array(2_000).fill("SN-1"), {}] },
      ["VARIABLE_LIST_TOO_LONG", "items in one list", 2_000, 2_001],
    ],
    ["an object of 2,000 fields", { input: { attributes: named(2_000) } }, "passes"],
    [
      "an object of 2,001 fields",
      { input: { attributes: named(2_001) } },
      ["VARIABLE_LIST_TOO_LONG", "fields in one object", 2_000, 2_001],
    ],
    [
      "more than 2,000 variables",
      named(2_001),
      ["VARIABLE_LIST_TOO_LONG", "fields in one object", 2_000, 2_001],
    ],
    ["a text of 16,384", { a: "x".repeat(16_384) }, "passes"],
    [
      "a longer text",
      { a: "x".repeat(16_385) },
      ["VARIABLE_TEXT_TOO_LONG", "characters in one text", 16_384, 16_385],
    ],
    [
      "a longer text within",
      { input: [{ attributes: { a: ["", "x".repeat(100_000)] } }] },
      ["VARIABLE_TEXT_TOO_LONG", "characters in one text", 16_384, 100_000],
    ],
    ["32 levels", { a: lists(32) }, "passes"],
    ["33 levels", { a: lists(33) }, ["VARIABLES_TOO_DEEP", "levels", 32, 33]],
    ["levels beyond the stack", { a: lists(500_000) }, ["VARIABLES_TOO_DEEP", "levels", 32, 33]],
  ])("of %s", (_, variables, outcome) => {
    expect(judged(variables)).toEqual(outcome);
  });
});

describe("variables of a published document", () => {
  test.each<[string, Record<string, unknown>, Record<string, number>, unknown]>([
    ["without limits", { n: 5_000 }, {}, "passes"],
    ["at their limits", { n: 20, ids: ["a", "b"] }, { n: 20, ids: 2 }, "passes"],
    ["a number beyond", { n: 21 }, { n: 20 }, ["VARIABLE_BEYOND_LIMIT", "n", 20, 21]],
    ["a list beyond", { ids: ["a", "b"] }, { ids: 1 }, ["VARIABLE_BEYOND_LIMIT", "ids", 1, 2]],
    ["the second beyond", { n: 1, m: 3 }, { n: 1, m: 2 }, ["VARIABLE_BEYOND_LIMIT", "m", 2, 3]],
    ["not given", {}, { n: 20 }, "passes"],
    ["null", { n: null }, { n: 20 }, "passes"],
    ["of a type that is refused elsewhere", { n: "5000" }, { n: 20 }, "passes"],
    ["not given, with a name that every object has", {}, { toString: 1 }, "passes"],
  ])("%s", (_, variables, declared, outcome) => {
    expect(judged(variables, declared)).toEqual(outcome);
  });
});
