import { describe, expect, test } from "@jest/globals";
import { buildSchema, Kind, type OperationDefinitionNode, parse, validate } from "graphql";
import type { Role } from "../../shared/caller.ts";
import { composeSupergraph } from "../supergraph.ts";
import { unreadableFields } from "./field-access.ts";
import { fieldRouting } from "./field-routing.ts";

const HEAD = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3",
  import: ["@key", "@shareable", "@external", "@override"])`;
const { supergraphText, publicText } = composeSupergraph([
  {
    name: "factory",
    sdl: `${HEAD}
      type Query { device: Device lot: Lot }
      type Mutation { record: Device }
      interface Node { id: ID! }
      type Device implements Node @key(fields: "id") @key(fields: "cloudId") {
        id: ID! cloudId: ID site: String lots: LotPage moved: String
      }
      type Lot implements Node @key(fields: "id") { id: ID! code: String }
      type LotPage @shareable { nodes: [Lot] total: Int }`,
  },
  {
    name: "cloud",
    sdl: `${HEAD}
      type Query { owner: Owner }
      type Device @key(fields: "cloudId") {
        cloudId: ID owner: Owner moved: String @override(from: "factory")
      }
      type Owner @key(fields: "name") { name: String lots: LotPage device: Device }
      type LotPage @shareable { nodes: [Lot] total: Int }
      type Lot @key(fields: "id", resolvable: false) { id: ID! }`,
  },
]);
const schema = buildSchema(publicText);
const routing = fieldRouting(supergraphText);

const all: readonly Role[] = ["support", "partner"];
const staff: readonly Role[] = ["support"];
const tables = {
  factory: {
    Query: { device: all, lot: all },
    Mutation: { record: staff },
    Device: { id: all, cloudId: all, site: staff, lots: all, moved: all },
    Lot: { id: all, code: staff },
    LotPage: { nodes: all, total: all },
  },
  cloud: {
    Query: { owner: all },
    Device: { cloudId: staff, owner: all, moved: staff },
    Owner: { name: all, lots: all, device: all },
    LotPage: { nodes: all, total: staff },
  },
};

describe("a field is resolved by", () => {
  test.each([
    ["Device.id", ["factory", "node"]],
    ["Device.cloudId", ["cloud", "factory"]],
    ["Device.site", ["factory"]],
    ["Device.owner", ["cloud"]],
    ["Device.moved", ["cloud"]],
    ["LotPage.total", ["cloud", "factory"]],
    ["Query.node", ["node"]],
  ])("%s: %j", (field, subgraphs) => {
    expect([...(routing.get(field) ?? [])].sort()).toEqual(subgraphs);
  });
});

describe("a partner may not read", () => {
  test.each<[string, string, string[]]>([
    ["nothing of what is open", "{ device { id cloudId __typename } }", []],
    ["a closed field", "{ device { id site } }", ["factory Device.site"]],
    ["a closed root field", "mutation { record { id } }", ["factory Mutation.record"]],
    ["a field of another subgraph", "{ device { moved } }", ["cloud Device.moved"]],
    ["an open page of one subgraph", "{ device { lots { total } } }", []],
    ["the same page, closed in another", "{ owner { lots { total } } }", ["cloud LotPage.total"]],
    [
      "each field once, in its order",
      "{ a: device { site } b: device { site moved } }",
      ["factory Device.site", "cloud Device.moved"],
    ],
    ["a key where it is closed", "{ owner { device { cloudId } } }", ["cloud Device.cloudId"]],
    ["the same key where it is open", "{ device { cloudId owner { name } } }", []],
    ["beyond a key", "{ owner { device { site } } }", ["factory Device.site"]],
    [
      "through a fragment",
      "{ device { ...f } } fragment f on Device { site }",
      ["factory Device.site"],
    ],
    ["an interface's field that the gateway knows", `{ node(id: "a") { id } }`, []],
    [
      "a type behind an interface",
      `{ node(id: "a") { ... on Lot { code } } }`,
      ["factory Lot.code"],
    ],
    [
      "one of two types",
      `{ node(id: "a") { ... on Node { ... on Device { site } ... on Lot { id } } } }`,
      ["factory Device.site"],
    ],
    [
      "a fragment in two subgraphs",
      "{ a: device { lots { ...f } } b: owner { lots { ...f } } } fragment f on LotPage { total }",
      ["cloud LotPage.total"],
    ],
    ["a skipped field", "{ device { site @skip(if: true) } }", ["factory Device.site"]],
  ])("%s", (_, text, expected) => {
    expect(judged(text, ["partner"])).toEqual(expected);
  });
});

test("one role that may read a field is enough", () => {
  const text = "{ device { site moved } owner { lots { total } } }";
  expect(judged(text, ["partner", "support"])).toEqual([]);
  expect(judged(text, [])).toHaveLength(6);
});

test("a field without an entry, or of a subgraph without a table, is closed", () => {
  const text = "{ device { site } owner { name } }";
  const asked = read(text);
  const { factory } = tables;
  const without = { factory: { ...factory, Device: {} } };
  const names = unreadableFields(asked, { routing, tables: without, roles: ["support"] });
  expect(names.map(({ name }) => name)).toEqual(["Device.site", "Query.owner", "Owner.name"]);
});

function read(text: string) {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  const operation = document.definitions.find(
    (one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION,
  );
  if (!operation) throw new Error("no operation");
  return { schema, document, operation };
}

function judged(text: string, roles: readonly Role[]): string[] {
  const unreadable = unreadableFields(read(text), { routing, tables, roles });
  return unreadable.map(({ subgraph, name }) => `${subgraph} ${name}`);
}
