import { describe, expect, test } from "@jest/globals";
import { buildSchema, parse, validate } from "graphql";
import {
  assertUnsizedWithinDeclaredLimits,
  variablyLargePages,
} from "../../gateway/request/unsized-pages.ts";
import { DomainError } from "../../shared/domain-error.ts";

const schema = buildSchema(`
  type Query { page(first: Int = 50, last: Int): Page  whole(first: Int): Page  text(size: Int): String }
  type Page { nodes: [Item] }
  type Item { id: ID }
`);

type Variables = Readonly<Record<string, unknown>>;

/** The limit that is broken with both figures, or that the variables pass. */
function judged(text: string, variables: Variables, declared: Record<string, number>): unknown {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  try {
    const pages = variablyLargePages(schema, document);
    assertUnsizedWithinDeclaredLimits(pages, variables, declared);
    return "passes";
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const { limit, most, asked } = error.details;
    return [error.code, limit, most, asked];
  }
}

describe("a size that is left out", () => {
  const first = "query ($n: Int) { page(first: $n) { nodes { id } } }";
  const last = "query ($n: Int) { page(last: $n) { nodes { id } } }";
  const ends = "query ($f: Int, $l: Int) { page(first: $f, last: $l) { nodes { id } } }";
  const whole = "query ($n: Int) { whole(first: $n) { nodes { id } } }";
  const beside = "query ($n: Int) { page(first: $n, last: 3) { nodes { id } } }";
  const text = "query ($n: Int) { text(size: $n) }";
  const spread = `query ($n: Int) { ...F } fragment F on Query { page(first: $n) { nodes { id } } }`;
  test.each<[string, string, Variables, Record<string, number>, unknown]>([
    ["where it is null", first, { n: null }, { n: 5 }, ["VARIABLE_BEYOND_LIMIT", "n", 5, 50]],
    ["where it is not sent", first, {}, { n: 5 }, ["VARIABLE_BEYOND_LIMIT", "n", 5, 50]],
    ["in a fragment", spread, {}, { n: 5 }, ["VARIABLE_BEYOND_LIMIT", "n", 5, 50]],
    ["at the other end", last, {}, { n: 5 }, ["VARIABLE_BEYOND_LIMIT", "n", 5, 50]],
    ["without any default", whole, {}, { n: 5 }, ["VARIABLE_BEYOND_LIMIT", "n", 5, 1_000]],
    ["and means less than its limit", first, {}, { n: 50 }, "passes"],
    ["without a limit", first, {}, {}, "passes"],
    ["that is given", first, { n: 5 }, { n: 5 }, "passes"],
    ["beside the other end's", ends, { f: null, l: 5 }, { f: 5, l: 5 }, "passes"],
    ["at both ends", ends, { f: null }, { f: 60, l: 5 }, ["VARIABLE_BEYOND_LIMIT", "l", 5, 50]],
    ["beside one that stands in the text", beside, {}, { n: 5 }, "passes"],
    ["of what is no page", text, {}, { n: 5 }, "passes"],
  ])("%s", (_, document, variables, declared, outcome) => {
    expect(judged(document, variables, declared)).toEqual(outcome);
  });
});
