import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { setLogWriter } from "../../shared/log.ts";
import { type TestGateway, testGateway } from "../support/gateway.ts";
import { tinyManufacturing, tinyOwnership } from "./tiny-subgraphs.ts";

let gateway: TestGateway;
setLogWriter(() => undefined);

beforeAll(async () => {
  gateway = await testGateway({ services: [tinyManufacturing(), tinyOwnership()] });
});
afterAll(() => gateway.close());
beforeEach(() => {
  gateway.fetches.length = 0;
});

const times = (count: number, text: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => text(n)).join(" ");
const nested = (depth: number) => `${"{ a ".repeat(depth)}${"}".repeat(depth)}`;
const lists = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const deep = (depth: number): unknown => JSON.parse(lists(depth));
const ID = "query($a: ID!) { device(connhexId: $a) { id } }";
const IDS = "query($a: [ID!]!) { nodes(ids: $a) { id } }";
const PAGE = `query($a: Int!) { device(connhexId: "connhex-1") { siblings(first: $a) { id } } }`;
const PAGES = `{ ${times(30, (n) => `a${n}: device(connhexId: "x") { siblings(first: 1000) { id } }`)} }`;
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
const ids = (count: number) => Array.from({ length: count }, () => "x");

test.each<[string, string, object, string, number, number]>([
  ["characters", `{ a(b: "${"x".repeat(60_000)}") }`, {}, "DOCUMENT_TOO_LARGE", 50_000, 60_012],
  ["tokens", `{ ${"a ".repeat(5_000)} }`, {}, "TOO_MANY_TOKENS", 2_000, 5_002],
  ["levels", nested(13), {}, "DOCUMENT_TOO_DEEP", 12, 13],
  ["levels of introspection", `{ __schema ${nested(21)} }`, {}, "INTROSPECTION_TOO_DEEP", 20, 22],
  ["levels of a literal", `{ a(b: ${lists(17)}) }`, {}, "LITERAL_TOO_DEEP", 16, 17],
  ["aliases", `{ ${times(31, (n) => `a${n}: b`)} }`, {}, "TOO_MANY_ALIASES", 30, 31],
  ["directives", `{ a ${times(51, () => "@b")} }`, {}, "TOO_MANY_DIRECTIVES", 50, 51],
  [
    "fields",
    `{ ${times(50, () => "...f")} } fragment f on Q { ${times(50, (n) => `f${n}`)} }`,
    {},
    "TOO_MANY_FIELDS",
    2_000,
    2_500,
  ],
  ["cost", PAGES, {}, "COST_TOO_HIGH", 20_000, 30 * (1 + 1_000)],
  ["a page", PAGE, { a: 1_001 }, "PAGE_SIZE_OUT_OF_RANGE", 1_000, 1_001],
  ["a page of nothing", PAGE, { a: 0 }, "PAGE_SIZE_OUT_OF_RANGE", 1_000, 0],
  ["ids", IDS, { a: ids(1_001) }, "TOO_MANY_IDS", 1_000, 1_001],
  ["items of a variable", IDS, { a: numbers(2_001) }, "VARIABLE_LIST_TOO_LONG", 2_000, 2_001],
  ["levels of a variable", ID, { a: deep(33) }, "VARIABLES_TOO_DEEP", 32, 33],
  ["a text", ID, { a: "x".repeat(20_000) }, "VARIABLE_TEXT_TOO_LONG", 16_384, 20_000],
])("the limit on %s has its own code, and both figures", async (_, ...row) => {
  const [query, variables, code, most, asked] = row;
  const { errors } = await gateway.query(query, variables as Record<string, unknown>);
  expect(errors.map(({ extensions }) => extensions)).toEqual([
    expect.objectContaining({ code, limit: expect.any(String), most, asked }),
  ]);
  expect(gateway.fetches).toEqual([]);
});

test("the limit on the body has its own code, and both figures", async () => {
  const body = "x".repeat(5_000_000);
  const token = await gateway.token({ roles: ["admin"] });
  const answer = await gateway.send(body, { authorization: `Bearer ${token}` });
  expect(answer.status).toBe(413);
  expect(answer.errors.map(({ extensions }) => extensions)).toEqual([
    { code: "BODY_TOO_LARGE", limit: "bytes", most: 4_194_304, asked: 5_000_000 },
  ]);
});

test("variables that are nested beyond any stack are refused as those that are too deep", async () => {
  const body = `{"query":"{ __typename }","variables":{"a":${lists(500_000)}}}`;
  const token = await gateway.token({ roles: ["admin"] });
  const { errors } = await gateway.send(body, { authorization: `Bearer ${token}` });
  expect(errors.map(({ extensions }) => extensions)).toEqual([
    { code: "VARIABLES_TOO_DEEP", limit: "levels", most: 32, asked: 33 },
  ]);
  expect(gateway.fetches).toEqual([]);
});
