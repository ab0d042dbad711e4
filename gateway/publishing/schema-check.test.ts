import { describe, expect, test } from "@jest/globals";
import { buildSchema } from "graphql";
import { checkSchemaChange } from "./schema-check.ts";

const BEFORE = `
  interface Node { id: ID }
  enum Phase { BUILT TESTED }
  enum Way { UP DOWN }
  input Filter { site: String lot: String way: Way }
  type Device implements Node { id: ID site: String code: Int phase: Phase
    page(first: Int = 50, way: Way = UP): Page }
  type Page { nodes: [Device] }
  type Lot { name: String }
  type Query { device(filter: Filter): Device lot: Lot node: Node }
`;

const page = `query {
  device {
    page { nodes { id } }
  }
}`;

/** What a change of the text does to one document: level, field and line of each finding. */
async function judged(text: string, edits: readonly [string, string][], limits = {}) {
  let after = BEFORE;
  for (const [from, to] of edits) {
    expect(after).toContain(from);
    after = after.replace(from, to);
  }
  const document = {
    client: "acme",
    id: "d",
    name: null,
    text,
    variableLimits: limits,
    roles: null,
  };
  const graph = { before: buildSchema(BEFORE), after: buildSchema(after), supergraph: null };
  const { findings, unused } = await checkSchemaChange(graph, [document]);
  return {
    findings: findings.map(({ level, field, line }) => `${level} ${field} ${line}`),
    unused: unused.length,
  };
}

describe("a document", () => {
  test.each<[string, string, [string, string][], string[]]>([
    [
      "loses its field",
      "{ device {\n site } }",
      [["site: String code", "code"]],
      ["BROKEN Device.site 2"],
    ],
    ["does not know the field", "{ device { id } }", [["site: String code", "code"]], []],
    [
      "gets another type",
      "{ device {\n code } }",
      [["code: Int", "code: String"]],
      ["BROKEN Device.code 2"],
    ],
    [
      "gets null",
      "{ lot {\n name } }",
      [["type Lot { name: String", "type Lot { name: String!"]],
      [],
    ],
    [
      "must give an argument",
      "{\n lot { name } }",
      [["lot: Lot", "lot(at: ID!): Lot"]],
      ["BROKEN Query.lot 2"],
    ],
    [
      "gives an argument that is gone",
      "{ device { page(first:\n 1) { nodes { id } } } }",
      [["first: Int = 50, ", ""]],
      ["BROKEN Device.page 1"],
    ],
    ["does not give it", page, [["first: Int = 50, ", ""]], []],
    [
      "names a value that is gone",
      "{ device { page(way:\n DOWN) { nodes { id } } } }",
      [["UP DOWN", "UP"]],
      ["BROKEN Device.page 2"],
    ],
    [
      "names another value",
      "{ device { page(way:\n UP) { nodes { id } } } }",
      [["UP DOWN", "UP"]],
      [],
    ],
    [
      "may send a value that is gone",
      "query ($w: Way) { device { page(way: $w) { nodes { id } } } }",
      [["UP DOWN", "UP"]],
      ["BROKEN null 1"],
    ],
    [
      "may send it within an input",
      "query ($f: Filter) { device(filter: $f) { id } }",
      [["UP DOWN", "UP"]],
      ["BROKEN null 1"],
    ],
    [
      "may send an input field that is gone",
      "query ($f: Filter) { device(filter: $f) { id } }",
      [["site: String lot", "lot"]],
      ["BROKEN null 1"],
    ],
    [
      "sends other input fields",
      `{ device(filter: { lot: "L" }) { id } }`,
      [["site: String lot", "lot"]],
      [],
    ],
    [
      "may meet a new value",
      "{ device {\n phase } }",
      [["BUILT TESTED", "BUILT TESTED SOLD"]],
      ["DANGEROUS Device.phase 2"],
    ],
    [
      "only sends values",
      "query ($w: Way) { device { page(way: $w) { nodes { id } } } }",
      [["UP DOWN", "UP DOWN LEFT"]],
      [],
    ],
    [
      "will not meet a value any more",
      "{ device {\n phase } }",
      [["BUILT TESTED", "BUILT"]],
      ["DANGEROUS Device.phase 2"],
    ],
    [
      "takes the page as it comes",
      page,
      [["first: Int = 50", "first: Int = 60"]],
      ["DANGEROUS Device.page 3"],
    ],
    [
      "says how large a page is",
      "{ device { page(first: 9) { nodes { id } } } }",
      [["first: Int = 50", "first: Int = 60"]],
      [],
    ],
    [
      "may leave the size out",
      "query ($n: Int) { device { page(first: $n) { nodes { id } } } }",
      [["first: Int = 50", "first: Int = 60"]],
      ["DANGEROUS Device.page 1"],
    ],
    [
      "has a size of its own",
      "query ($n: Int = 9) { device { page(first: $n) { nodes { id } } } }",
      [["first: Int = 50", "first: Int = 60"]],
      [],
    ],
    [
      "meets a new type of a node",
      "{ node {\n id } }",
      [["type Lot {", "type Lot implements Node { id: ID "]],
      ["DANGEROUS Query.node 1"],
    ],
    [
      "looks for a type that is no node any more",
      "{ node {\n ... on Device { site } } }",
      [
        ["Device implements Node", "Device"],
        ["type Lot {", "type Lot implements Node { id: ID "],
      ],
      ["BROKEN Query.node 2", "DANGEROUS Query.node 1", "DANGEROUS Query.node 1"],
    ],
  ])("%s", async (_, text, edits, expected) => {
    expect((await judged(text, edits)).findings).toEqual(expected);
  });

  test("that would cost too much is broken, with the limits that it was published with", async () => {
    const text = `query ($n: Int!) { device { page(first: $n) { nodes { page { nodes { id } } } } } }`;
    const edits: [string, string][] = [["first: Int = 50", "first: Int = 1000"]];
    expect((await judged(text, edits, { n: 10 })).findings).toEqual(["DANGEROUS Device.page 1"]);
    expect((await judged(text, edits, { n: 100 })).findings).toEqual([
      "BROKEN null 1",
      "DANGEROUS Device.page 1",
    ]);
  });
});

test("changes that no document meets are listed apart", async () => {
  const edits: [string, string][] = [
    ["site: String code", "code"],
    ["BUILT TESTED", "BUILT TESTED SOLD"],
  ];
  expect(await judged("{ lot { name } }", edits)).toEqual({ findings: [], unused: 2 });
  expect(await judged("{ device { phase } }", edits)).toMatchObject({ unused: 1 });
});

test("a document that cannot be read is broken", async () => {
  expect((await judged("{ device {", [])).findings).toEqual(["BROKEN null 1"]);
});
