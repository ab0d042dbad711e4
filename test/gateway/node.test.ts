import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { DomainError } from "../../shared/domain-error.ts";
import { globalId } from "../../shared/global-id.ts";
import { setLogWriter } from "../../shared/log.ts";
import { type TestGateway, testGateway } from "../support/gateway.ts";
import { type TinySubgraph, tinyManufacturing, tinyOwnership } from "./tiny-subgraphs.ts";

let gateway: TestGateway;
let ownership: TinySubgraph;
setLogWriter(() => undefined);

beforeAll(async () => {
  ownership = tinyOwnership();
  gateway = await testGateway({ services: [tinyManufacturing(), ownership] });
});
afterAll(() => gateway.close());
beforeEach(() => {
  ownership.fault = () => undefined;
  gateway.fetches.length = 0;
});

const device = globalId("Device", 3);
const owner = globalId("Owner", "connhex-2");

test("a node is found by its id alone, and its fields come from every subgraph", async () => {
  const text = `query($id: ID!) { node(id: $id) { id __typename ... on Device { serialNumber owner { displayName } } } }`;
  const { data, errors } = await gateway.query(text, { id: device });
  expect(errors).toEqual([]);
  expect(data).toEqual({
    node: {
      id: device,
      __typename: "Device",
      serialNumber: "SN-3",
      owner: { displayName: "Owner of connhex-3" },
    },
  });
});

test.each([
  ["nothing has", globalId("Device", 999_999)],
  ["no type has", globalId("Robot", 1)],
  ["is of a type that is no node", globalId("PageInfo", 1)],
  ["is no id", "x"],
  ["is empty", ""],
  ["is padded", `${device}=`],
  ["is a prototype's", globalId("constructor", 1)],
  ["is too long", "a".repeat(5_000)],
  ["the caller may not see", globalId("Owner", "forbidden")],
])("an id that %s is null without an error, also when only the id is asked for", async (_, id) => {
  const { data, errors } = await gateway.query(`query($id: ID!) { node(id: $id) { id } }`, { id });
  expect({ data, errors }).toEqual({ data: { node: null }, errors: [] });
});

test("nodes answers in order, with one question to each subgraph", async () => {
  const ids = [owner, globalId("Device", 999_999), device, owner, "x"];
  const { data } = await gateway.query(`query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, { ids });
  expect(data).toEqual({ nodes: [{ id: owner }, null, { id: device }, { id: owner }, null] });
  const asked = gateway.fetches.map(({ subgraph }) => subgraph).sort();
  expect(asked).toEqual(["manufacturing", "node", "ownership"]);
});

test("nodes refuses more than a thousand ids", async () => {
  const ids = Array.from({ length: 1_001 }, () => device);
  const { errors } = await gateway.query(`query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, {
    ids,
  });
  expect(errors[0]?.extensions).toMatchObject({
    code: "TOO_MANY_IDS",
    most: 1_000,
    asked: 1_001,
  });
});

test("an id that cannot be looked up now is an outage, and not absent", async () => {
  ownership.fault = () => {
    throw new DomainError("DATABASE_UNAVAILABLE", "gone");
  };
  const text = `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`;
  const { data, errors } = await gateway.query(text, { ids: [owner, device] });
  expect(data).toEqual({ nodes: [null, { id: device }] });
  expect(errors.map(({ extensions }) => extensions)).toEqual([
    { code: "SUBGRAPH_UNAVAILABLE", subgraph: "ownership", retryable: true },
  ]);
});

test("a subgraph that hangs takes its own ids along, and no others, however often", async () => {
  ownership.fault = () => new Promise(() => undefined);
  const text = `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`;
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => gateway.query(text, { ids: [owner, device] })),
  );
  ownership.fault = () => undefined;
  answers.push(await gateway.query(text, { ids: [owner, device] }));
  for (const { data, errors } of answers) {
    expect(data).toEqual({ nodes: [null, { id: device }] });
    expect(errors.map(({ extensions }) => extensions.subgraph)).toEqual(["ownership"]);
  }
});
