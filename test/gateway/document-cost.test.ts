import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { buildSchema, Kind, type OperationDefinitionNode, parse, validate } from "graphql";
import { siblingsQuery } from "../../cli/commands/siblings.ts";
import { deviceByConnhexId, deviceBySerialNumber } from "../../cli/device/walk.ts";
import { assertCostWithinLimits, documentCost } from "../../gateway/document-cost.ts";
import { DomainError } from "../../shared/domain-error.ts";
import { campaignSize } from "../support/campaign-size.ts";
import { greatestAnswer } from "./greatest-answer.ts";
import { randomDocument } from "./random-document.ts";

const schema = buildSchema(
  readFileSync(join(import.meta.dirname, "../../gateway/schema.graphql"), "utf8"),
);

/** What a page counts beside its items. */
const P = 10;

function asked(text: string, variables: Record<string, unknown> = {}) {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  const operation = document.definitions.find(
    (one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION,
  );
  if (!operation) throw new Error("no operation");
  return { schema, document, operation, variables };
}
const nodesOf = (text: string, variables?: Record<string, unknown>): number =>
  documentCost(asked(text, variables)).nodes;

/** The limit that is broken, with both figures; or that the document passes. */
function judged(text: string, variables?: Record<string, unknown>): unknown {
  try {
    assertCostWithinLimits(asked(text, variables));
    return "passes";
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const { limit, most, asked: figure } = error.details;
    return [error.code, limit, most, figure];
  }
}

/** Within one device, which counts as the first node. */
const device = (inner: string): string => `{ device(serialNumber: "SN-1") { ${inner} } }`;
const given = (types: string, inner: string): string =>
  `query(${types}) { device(serialNumber: "SN-1") { ${inner} } }`;

describe("the nodes of", () => {
  test.each<[string, string, number]>([
    ["a device", device("id"), 1],
    ["its owner", device("owner { id contact { email } }"), 3],
    ["a page: itself and its items", device("siblings(first: 7) { nodes { id } }"), 1 + P + 7],
    ["the default page", device("siblings { nodes { id } }"), 1 + P + 50],
    ["a page without a size", device("siblings(first: null) { nodes { id } }"), 1 + P + 50],
    ["the last of a list", device("siblings(last: 7) { nodes { id } }"), 1 + P + 7],
    ["edges", device("siblings(first: 7) { edges { cursor node { id } } }"), 1 + P + 14],
    ["a page's count alone", device("siblings(first: 1000) { totalCount }"), 1 + P + 1_000],
    ["where a page stands", device("siblings(first: 9) { pageInfo { endCursor } }"), 1 + P + 9],
    ["a refused page", device("siblings(first: 1001) { nodes { owner { id } } }"), 1 + P],
    ["a page of nothing", device("siblings(first: 0) { nodes { id } }"), 1 + P],
    ["a page of less", device("siblings(last: -5) { nodes { id } }"), 1 + P],
    ["a plain list", device("groups { value }"), 11],
    ["a list of another subgraph", device("ownerships { owner { id } }"), 21],
    ["an identity's history", device("identity { history { at } }"), 12],
    ["declared fields", "{ fieldDefinitions { name values } }", 10],
    [
      "pages in a page",
      device("siblings(first: 3) { nodes { siblings(first: 4) { nodes { id } } } }"),
      1 + P + 3 * (1 + P + 4),
    ],
    [
      "pages in a list",
      device("groups { devices(first: 4) { nodes { id } } }"),
      1 + 10 * (1 + P + 4),
    ],
    ["aliases", device("a: siblings(first: 3) { nodes { id } } b: lot { value }"), 1 + P + 3 + 1],
    [
      "one field named twice",
      device("lot { value } siblings(first: 3) { nodes { id } } lot { field } ...s") +
        " fragment s on Device { siblings(first: 3) { nodes { lot { value } } } }",
      1 + 1 + P + 3 * 2,
    ],
    [
      "fragments, each spread twice",
      `{ a: device(serialNumber: "1") { ...s } b: device(serialNumber: "2") { ...s ... { ...s } } }
       fragment s on Device { siblings(first: 3) { nodes { id } } }`,
      2 * (1 + P + 3),
    ],
    [
      "what is skipped",
      device(
        "siblings(first: 3) @skip(if: true) { nodes { id } } lot @include(if: false) { value }",
      ),
      1 + P + 3 + 1,
    ],
    ["nodes by ids", `{ nodes(ids: ["a", "b", "c"]) { id } }`, 3],
    ["nodes by one id", `{ nodes(ids: "a") { id } }`, 1],
    [
      "the most costly type",
      `{ node(id: "a") {
        ... on Device { siblings(first: 5) { nodes { id } } }
        ... on Owner { devices(first: 9) { nodes { id } } }
        ... on Node { ... on CloudIdentity { device { id } } }
      } }`,
      1 + P + 9,
    ],
    ["the schema", "{ __schema { types { name } } }", 0],
    [
      "a batch",
      `mutation { recordDevices(input: [{ serialNumber: "1" }]) { recorded verdicts { code } } }`,
      11,
    ],
    ["pages beyond counting", device(deep(10)), Number.MAX_SAFE_INTEGER],
  ])("%s", (_, text, nodes) => {
    expect(nodesOf(text)).toBe(nodes);
  });

  const page = "siblings(first: $n) { nodes { id } }";
  test.each<[string, string, Record<string, unknown>, number]>([
    ["a size", given("$n: Int!", page), { n: 7 }, 1 + P + 7],
    ["a size that is not given", given("$n: Int", page), {}, 1 + P + 50],
    ["a size that is null", given("$n: Int", page), { n: null }, 1 + P + 50],
    ["the last", given("$n: Int", "siblings(last: $n) { nodes { id } }"), { n: 7 }, 1 + P + 7],
    ["no last", given("$n: Int", "siblings(last: $n) { nodes { id } }"), { n: null }, 1 + P + 50],
    ["ids", "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", { ids: ["a", "b"] }, 2],
    ["an id", `query($id: ID!) { nodes(ids: [$id, "b"]) { id } }`, { id: "a" }, 2],
  ])("a document with %s as variable", (_, text, variables, nodes) => {
    expect(nodesOf(text, variables)).toBe(nodes);
  });

  test("the values of objects are those of all their items", () => {
    const { values } = documentCost(
      asked(
        device("a: id b: id lot { value } ...s") +
          " fragment s on Device { siblings(first: 3) { totalCount nodes { id serialNumber } } }",
      ),
    );
    expect(values).toBe(2 + 1 + 1 + 6);
  });
});

/** Pages of 1,000 within one another. */
function deep(levels: number): string {
  return levels === 0 ? "id" : `siblings(first: 1000) { nodes { ${deep(levels - 1)} } }`;
}
const nested = "siblings(first: 100) { nodes { siblings(first: 100) { nodes { id } } } }";
const group = (inner: string): string =>
  `{ productionGroup(field: "lotCode", value: "L") { ${inner} } }`;
const pages = (count: number, inner = "id"): string =>
  Array.from(
    { length: count },
    (_, n) => `p${n}: siblings(first: 1000) { nodes { ${inner} } }`,
  ).join(" ");
const ids = (count: number): string =>
  Array.from({ length: count }, (_, n) => `i${n}: id`).join(" ");

describe("a document", () => {
  test.each<[string, string, unknown]>([
    [
      "1,000 devices with owners",
      device("siblings(first: 1000) { nodes { owner { id } } }"),
      "passes",
    ],
    [
      "1,000 with owner, identity, lot and ownerships",
      device(
        "siblings(first: 1000) { nodes { owner { id } identity { id } lot { value } ownerships { id } } }",
      ),
      "passes",
    ],
    ["20,000 nodes", device(`${pages(19)} siblings(first: 799) { nodes { id } }`), "passes"],
    [
      "20,001 nodes",
      device(`${pages(19)} siblings(first: 800) { nodes { id } }`),
      ["COST_TOO_HIGH", "nodes", 20_000, 20_001],
    ],
    [
      "a count for each of 1,000, twice",
      device(
        "siblings(first: 1000) { nodes { a: siblings { totalCount } b: siblings { totalCount } } }",
      ),
      ["COST_TOO_HIGH", "nodes", 20_000, 1 + P + 1_000 * (1 + 2 * (P + 50))],
    ],
    [
      "three levels of 100",
      group(`devices(first: 100) { nodes { ${nested} } }`),
      ["COST_TOO_HIGH", "nodes", 20_000, 1 + P + 100 * (1 + P + 100 * (1 + P + 100))],
    ],
    [
      "more than 150,000 values",
      device(`...s ${pages(10, "...s")}`).concat(` fragment s on Device { ${ids(21)} }`),
      ["COST_TOO_HIGH", "values", 150_000, 21 + 10 * 1_000 * 21],
    ],
  ])("of %s", (_, text, outcome) => {
    expect(judged(text)).toEqual(outcome);
  });

  const walk500 = deviceByConnhexId.replace("devices(first: 50)", "devices(first: 500)");
  test.each<[string, string, Record<string, unknown>, number]>([
    ["a device's page", deviceBySerialNumber, { id: "SN-1" }, 4 + 30 + 100 + 20 + 2 * P],
    ["a device's page with 500 of its lot", walk500, { id: "c" }, 4 + 30 + 1_000 + 20 + 2 * P],
    [
      "a list of siblings",
      siblingsQuery,
      { serialNumber: "SN-1", by: "lotCode", membership: "EVER", first: 1_000 },
      1 + P + 2_000 + 1,
    ],
  ])("of the command line passes: %s", (_, text, variables, nodes) => {
    expect([nodesOf(text, variables), judged(text, variables)]).toEqual([nodes, "passes"]);
  });

  test("costs little to judge, however large its answer would be", () => {
    const wide = Array.from({ length: 150 }, (_, n) => `a${n}: ${deep(4)}`).join(" ");
    const questions = [asked(device(deep(5))), asked(device(`${wide} ${nested}`))];
    const times = Array.from({ length: 10 }, () => {
      const began = performance.now();
      questions.forEach(documentCost);
      return performance.now() - began;
    });
    // Some milliseconds each; the rest is for a busy machine.
    expect(Math.min(...times)).toBeLessThan(100);
  });
});

describe("a random document", () => {
  test("costs as many nodes and values as its greatest answer has", () => {
    let largest = 0;
    for (let seed = 1; seed <= campaignSize({ suite: 60, long: 500 }); seed++) {
      const { text, variables } = randomDocument(schema, seed);
      const question = asked(text, variables);
      const cost = documentCost(question);
      expect([seed, text, cost]).toEqual([seed, text, greatestAnswer(question)]);
      largest = Math.max(largest, cost.nodes);
    }
    expect(largest).toBeGreaterThan(1_000);
  });
});
