import { describe, expect, test } from "@jest/globals";
import { assertVariablesWithinLimits } from "../../gateway/variable-limits.ts";
import { DomainError } from "../../shared/domain-error.ts";

/** The limit that the variables break, with both figures; or that they may pass. */
function judged(variables: Record<string, unknown>): unknown {
  try {
    assertVariablesWithinLimits(variables);
    return "passes";
  } catch (error) {
    if (!(error instanceof DomainError)) return String(error);
    const { limit, most, asked } = error.details;
    return [error.code, limit, most, asked];
  }
}

const lists = (depth: number): unknown =>
  JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`) as unknown;
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
      ["LIMIT_EXCEEDED", "items in one list", 2_000, 2_001],
    ],
    [
      "a long list within",
      { input: [{ attributes: { a: rows(2_001) } }] },
      ["LIMIT_EXCEEDED", "items in one list", 2_000, 2_001],
    ],
    ["32 levels", { a: lists(32) }, "passes"],
    ["33 levels", { a: lists(33) }, ["LIMIT_EXCEEDED", "levels", 32, 33]],
    ["levels beyond the stack", { a: lists(500_000) }, ["LIMIT_EXCEEDED", "levels", 32, 33]],
  ])("of %s", (_, variables, outcome) => {
    expect(judged(variables)).toEqual(outcome);
  });
});
