import { describe, expect, test } from "@jest/globals";
import { buildSchema, Kind, type OperationDefinitionNode, parse, validate } from "graphql";
import { GATEWAY_LIMITS } from "../limits.ts";
import { worstCase } from "./worst-case.ts";

const schema = buildSchema(`
  type Query {
    page(first: Int = 50, last: Int): Page
    whole(first: Int): Page
    nodes(ids: [ID!]!): [Item]
    some(ids: [ID!]): [Item]
    text(size: Float, name: String): String
  }
  type Page { nodes: [Item] }
  type Item { id: ID }
`);
/** What a page counts beside its items. */
const P = GATEWAY_LIMITS.pageNodes;

function judged(text: string, limits: Record<string, number> = {}) {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  const operation = document.definitions.find(
    (one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION,
  );
  if (!operation) throw new Error("no operation");
  return worstCase({ schema, document, operation }, limits);
}

describe("a variable counts as", () => {
  test.each<[string, string, Record<string, number>, number]>([
    ["its limit", "query ($n: Int!) { page(first: $n) { nodes { id } } }", { n: 7 }, P + 7],
    [
      "the largest page, undeclared",
      "query ($n: Int!) { page(last: $n) { nodes { id } } }",
      {},
      P + 1_000,
    ],
    [
      "no more than the largest page",
      "query ($n: Int!) { page(first: $n) { nodes { id } } }",
      { n: 9_999 },
      P + 1_000,
    ],
    [
      "its limit, though the page without it is larger: to leave it out is refused",
      "query ($n: Int) { page(first: $n) { nodes { id } } }",
      { n: 7 },
      P + 7,
    ],
    [
      "its limit, where that is larger",
      "query ($n: Int) { page(first: $n) { nodes { id } } }",
      { n: 70 },
      P + 70,
    ],
    [
      "its limit at the other end",
      "query ($n: Int) { page(last: $n) { nodes { id } } }",
      { n: 7 },
      P + 7,
    ],
    [
      "its limit, beside a default that null replaces",
      "query ($n: Int = 5) { page(first: $n) { nodes { id } } }",
      { n: 7 },
      P + 7,
    ],
    [
      "its limit, beside a default that stays",
      "query ($n: Int! = 5) { page(first: $n) { nodes { id } } }",
      { n: 7 },
      P + 7,
    ],
    [
      "its limit, where no default is known",
      "query ($n: Int) { whole(first: $n) { nodes { id } } }",
      { n: 7 },
      P + 7,
    ],
    [
      "the larger end",
      "query ($n: Int!, $m: Int!) { page(first: $n, last: $m) { nodes { id } } }",
      { n: 7, m: 9 },
      P + 9,
    ],
    ["as many items", "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", { ids: 7 }, 7],
    [
      "the longest list, undeclared",
      "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }",
      {},
      GATEWAY_LIMITS.variableListItems,
    ],
    ["one item in a list", "query ($id: ID!) { nodes(ids: [$id, $id]) { id } }", {}, 2],
    [
      "a list without it",
      "query ($ids: [ID!]) { some(ids: $ids) { id } }",
      { ids: 7 },
      GATEWAY_LIMITS.listItems,
    ],
    [
      "nothing, where it has no size",
      "query ($t: String, $f: Float) { text(name: $t, size: $f) }",
      { f: 3 },
      0,
    ],
  ])("%s", (_, text, limits, nodes) => {
    expect(judged(text, limits)).toMatchObject({ nodes, problems: [] });
  });

  test("what is wider than the gateway holds is refused with both figures", () => {
    const pages = Array.from({ length: 20 }, (_, n) => `p${n}: page(first: $n) { nodes { id } }`);
    const { problems } = judged(`query ($n: Int!) {\n ${pages.join(" ")} }`);
    expect(problems).toMatchObject([{ code: "COST_TOO_HIGH", line: 1, column: 1 }]);
    expect(problems[0]?.message).toContain("at most 20000 nodes, not 20200");
  });
});

describe("a limit is refused", () => {
  const ofText = "query ($t: String) { text(name: $t) }";
  test.each<[string, string, Record<string, number>, string, number]>([
    ["that names no variable", ofText, { n: 3 }, "BAD_USER_INPUT", 1],
    ["that every object has", ofText, { toString: 3 }, "BAD_USER_INPUT", 1],
    ["of a text", ofText, { t: 3 }, "BAD_USER_INPUT", 8],
    [
      "of nothing",
      "query ($n: Int) { page(first: $n) { nodes { id } } }",
      { n: 0 },
      "BAD_USER_INPUT",
      8,
    ],
    [
      "that is no whole number",
      "query ($n: Int) { page(first: $n) { nodes { id } } }",
      { n: 1.5 },
      "BAD_USER_INPUT",
      8,
    ],
    [
      "below the variable's default",
      "query ($n: Int = 9) { page(first: $n) { nodes { id } } }",
      { n: 8 },
      "VARIABLE_BEYOND_LIMIT",
      8,
    ],
    [
      "below its list",
      `query ($ids: [ID!]! = ["a", "b"]) { nodes(ids: $ids) { id } }`,
      { ids: 1 },
      "VARIABLE_BEYOND_LIMIT",
      8,
    ],
  ])("%s", (_, text, limits, code, column) => {
    expect(judged(text, limits).problems).toMatchObject([{ code, line: 1, column }]);
  });
});
