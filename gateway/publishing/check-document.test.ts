import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import type { Role } from "../../shared/caller.ts";
import { ACCESS_TABLES } from "../access-tables.ts";
import { composeSupergraph } from "../supergraph.ts";
import { documentCheck } from "./check-document.ts";

const text = (name: string) => readFileSync(join(import.meta.dirname, "..", name), "utf8");
const supergraph = {
  supergraphText: text("supergraph.graphql"),
  publicText: text("schema.graphql"),
};
const check = documentCheck(supergraph, ACCESS_TABLES);

async function checked(
  document: string,
  variableLimits: Record<string, number> = {},
  roles: readonly Role[] = ["support"],
) {
  return check({ id: "d", text: document, roles, variableLimits });
}
const device = (inner: string) => `{ device(serialNumber: "SN-1") { ${inner} } }`;

describe("a document is refused", () => {
  test.each<[string, string, [string, string | null, number | null, number | null]]>([
    ["that is cut", "{ device(", ["BAD_USER_INPUT", null, 1, 10]],
    ["of fragments only", "fragment f on Device { id }", ["BAD_USER_INPUT", null, null, null]],
    [
      "of two operations",
      "query A { __typename }\nquery B { __typename }",
      ["BAD_USER_INPUT", null, 2, 1],
    ],
    [
      "that is too deep",
      `${"{ node(id: 1) ".repeat(13)}{ id }${"}".repeat(13)}`,
      ["DOCUMENT_TOO_DEEP", null, null, null],
    ],
    ["with an unknown field", device("\n  colour"), ["BAD_USER_INPUT", "Device.colour", 2, 3]],
    [
      "with an unknown argument",
      device("lot { devices(size: 3) { totalCount } }"),
      ["BAD_USER_INPUT", "ProductionGroup.devices", 1, 48],
    ],
    [
      "with a time that is none",
      device(`asOf(at: "yesterday") { id }`),
      ["BAD_USER_INPUT", "Device.asOf", 1, 43],
    ],
    [
      "with what only services ask",
      `{ provisioningGate(serialNumbers: ["a"]) { serialNumber } }`,
      ["BAD_USER_INPUT", "Query.provisioningGate", 1, 3],
    ],
    [
      "that asks for the schema",
      "{ __schema { types { name } } }",
      ["BAD_USER_INPUT", "Query.__schema", 1, 3],
    ],
    [
      "that asks for a type",
      `{ __type(name: "Device") { name } }`,
      ["BAD_USER_INPUT", "Query.__type", 1, 3],
    ],
    [
      "with a page that is too large",
      device("siblings(first: 1001) { totalCount }"),
      ["PAGE_SIZE_OUT_OF_RANGE", "Device.siblings", 1, 50],
    ],
    [
      "with a page of nothing, as a variable's default",
      `query ($n: Int = 0) ${device("siblings(last: $n) { totalCount }")}`,
      ["PAGE_SIZE_OUT_OF_RANGE", "Device.siblings", 1, 18],
    ],
    [
      "with a page from both ends",
      device("siblings(first: 1, last: 1) { totalCount }"),
      ["BAD_USER_INPUT", "Device.siblings", 1, 53],
    ],
    [
      "that its roles may not read",
      "query ($id: ID!) {\n  owner(id: $id) { id }\n  myDevices { totalCount }\n}",
      ["FORBIDDEN", "Query.myDevices", 3, 3],
    ],
    [
      "whose answer may be too large",
      `query ($n: Int!) ${device("siblings(first: $n) { nodes { siblings(first: $n) { totalCount } } }")}`,
      ["COST_TOO_HIGH", null, 1, 1],
    ],
  ])("%s", async (_, document, [code, field, line, column]) => {
    const { problems } = await checked(document);
    expect(problems).toEqual([{ code, field, line, column, message: expect.any(String) }]);
  });

  test("with every reason at once", async () => {
    const { problems } = await checked(device("colour\n weight"));
    expect(problems.map(({ field }) => field)).toEqual(["Device.colour", "Device.weight"]);
    const inner = "siblings(first: $n) { nodes { siblings(first: $n) { totalCount } } }";
    const valid = `query ($n: Int!) { myDevices { totalCount } device { ${inner} } }`;
    const { problems: others } = await checked(valid, { m: 1 });
    expect(others.map(({ code }) => code)).toEqual([
      "FORBIDDEN",
      "BAD_USER_INPUT",
      "COST_TOO_HIGH",
    ]);
  });
});

test("a document that is in order says what it costs and how many fetches it takes", async () => {
  const document = `query Page($n: Int!, $id: ID!) {
    device(connhexId: $id) { serialNumber siblings(first: $n) { nodes { id owner { id } } } }
  }`;
  expect(await checked(document, { n: 20 })).toEqual({
    problems: [],
    warnings: [],
    operationName: "Page",
    operationType: "query",
    nodes: 1 + 10 + 40,
    values: 1 + 40,
    fetches: 2,
  });
});

describe("a subscription", () => {
  const changed = `deviceChanged(field: "lotCode", value: $lot)`;

  test("is judged as the query of one event", async () => {
    const document = `subscription Lot($lot: String!) { ${changed} { serialNumber identity { state } } }`;
    expect(await checked(document)).toMatchObject({
      problems: [],
      operationName: "Lot",
      operationType: "subscription",
      nodes: 2,
      values: 2,
      fetches: 2,
    });
  });

  test("asks for nothing around its field", async () => {
    const document = `subscription Lot($lot: String!) { ... { ${changed} { id } } }`;
    const { problems } = await checked(document);
    expect(problems).toMatchObject([{ code: "BAD_USER_INPUT" }]);
  });

  test("asks for what the roles may read", async () => {
    const document = `subscription Lot($lot: String!) { ${changed} { owner { displayName } } }`;
    const { problems } = await checked(document, {}, ["line"]);
    expect(problems.map(({ code, field }) => [code, field])).toEqual([
      ["FORBIDDEN", "Device.owner"],
      ["FORBIDDEN", "Owner.displayName"],
    ]);
  });
});

test("what a partner may read of one device passes", async () => {
  const document =
    "query ($id: ID!) { device(connhexId: $id) { serialNumber identity { state } } }";
  expect(await checked(document, {}, ["partner"])).toMatchObject({ problems: [], fetches: 2 });
});

const HEAD = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])`;
const tiny = composeSupergraph([
  {
    name: "tiny",
    sdl: `${HEAD} type Query { old: String @deprecated(reason: "ask new") new: String }`,
  },
]);

test("a deprecated field is a warning and no refusal", async () => {
  const ofTiny = documentCheck(tiny, { tiny: { Query: { old: ["support"], new: ["support"] } } });
  const { problems, warnings } = await ofTiny({
    id: "d",
    text: "{\n old new }",
    roles: ["support"],
    variableLimits: {},
  });
  expect(problems).toEqual([]);
  expect(warnings).toEqual([
    {
      code: "BAD_USER_INPUT",
      field: "Query.old",
      line: 2,
      column: 2,
      message: "The field Query.old is deprecated. ask new",
    },
  ]);
});

test("a subscription is refused where the graph has none", async () => {
  const ofTiny = documentCheck(tiny, { tiny: { Query: { old: ["support"], new: ["support"] } } });
  const text = "subscription { changed }";
  const { problems } = await ofTiny({ id: "d", text, roles: ["support"], variableLimits: {} });
  expect(problems).toMatchObject([{ code: "BAD_USER_INPUT" }]);
});

test("a subgraph without an access table cannot be published for", () => {
  expect(() => documentCheck(tiny, {})).toThrow("no table for the subgraph tiny");
});
