import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { inProcessExecutor } from "../../shared/graph/in-process-executor.ts";
import { statements } from "../support/postgres.ts";
import { callerOf, type Factory, openFactory } from "./factory.ts";

const WALK = `query Walk($id: ID!, $first: Int!) {
  device(connhexId: $id) {
    serialNumber partNumber fwVersion hardwareRevision lotCode attributes
    history(first: 20) { nodes { revision recordedAt effectiveAt actor reason changed } }
    lot { value deviceCount devices(first: $first) { nodes { serialNumber connhexId } } }
  }
}`;

let factory: Factory;
beforeAll(async () => {
  factory = await openFactory();
  await factory.define({ name: "solderBatch", type: "TEXT", isGroupable: true });
  const rows = Array.from({ length: 600 }, (_, index) => ({
    serialNumber: `SN-${index}`,
    lotCode: `LOT-${index < 500 ? 1 : index}`,
    workOrder: `WO-${index % 60}`,
    attributes: { solderBatch: `S-${index % 7}` },
  }));
  await factory.record(...rows);
  await factory.record(...rows.map(({ serialNumber }) => ({ serialNumber, phase: "TESTING" })));
  await factory.ask(
    "service",
    `mutation ($input: [CloudIdentityLinkInput!]!) { linkCloudIdentities(input: $input) { linked } }`,
    { input: [{ serialNumber: "SN-7", connhexId: "hex-7" }] },
  );
});
afterAll(() => factory.close());

test.each([1, 50, 500])("the walk is three statements for a page of %i", async (first) => {
  const { sent } = factory.database;
  sent.length = 0;
  const { data, errors } = await factory.ask("support", WALK, { id: "hex-7", first });
  expect(errors).toEqual([]);
  expect(sent).toHaveLength(3);
  expect(statements(sent)).toEqual(sent);
  expect(data.device).toMatchObject({ serialNumber: "SN-7", lotCode: "LOT-1" });
  expect(data.device.attributes).toEqual({ solderBatch: "S-0" });
  expect(data.device.history.nodes.map((node: { changed: string[] }) => node.changed)).toEqual([
    ["serialNumber", "lotCode", "workOrder", "disposition", "solderBatch"],
    ["phase"],
    ["connhexId"],
  ]);
  expect(data.device.lot.deviceCount).toBe(500);
  expect(data.device.lot.devices.nodes).toHaveLength(first);
});

test.each([
  ["beyond the last device of the group", "hex-7", "CURRENT", 0],
  ["of those that were ever in it", "hex-7", "EVER", 2],
])(
  "a page and the count beside it are as exact as each alone: %s",
  async (_, id, membership, size) => {
    const PAGE = `query ($id: ID!, $membership: Membership!, $first: Int!, $after: String) {
    device(connhexId: $id) { lot {
      deviceCount(membership: $membership)
      devices(membership: $membership, first: $first, after: $after) { nodes { serialNumber } pageInfo { endCursor } }
    } }
  }`;
    const all = await factory.ask("support", PAGE, { id, membership, first: 500 });
    const after = size === 0 ? all.data.device.lot.devices.pageInfo.endCursor : null;
    factory.database.sent.length = 0;
    const { data } = await factory.ask("support", PAGE, { id, membership, first: 2, after });
    expect(factory.database.sent).toHaveLength(2);
    expect(data.device.lot.deviceCount).toBe(500);
    expect(data.device.lot.devices.nodes).toEqual(all.data.device.lot.devices.nodes.slice(0, size));
  },
);

test("compiled by graphql-jit, as in one process, the walk answers the same", async () => {
  const execute = inProcessExecutor(factory.service);
  const variables = { id: "hex-7", first: 20 };
  const context = factory.service.createContext(callerOf("support"), { requestId: "jit" });
  const compiled = await execute({ text: WALK, variables, context });
  const { data } = await factory.ask("support", WALK, variables);
  expect(compiled.errors).toBeUndefined();
  expect(JSON.parse(JSON.stringify(compiled.data))).toEqual(JSON.parse(JSON.stringify(data)));
  const total = `{ device(connhexId: "hex-7") { siblings { totalCount } history { totalCount } } }`;
  const totals = await execute({ text: total, variables: {}, context });
  expect(totals.data).toEqual({
    device: { siblings: { totalCount: 499 }, history: { totalCount: 3 } },
  });
});

const NESTED = `query Nested($first: Int!) {
  device(connhexId: "hex-7") { siblings(first: $first) { totalCount nodes {
    serialNumber
    history(last: 1) { totalCount nodes { revision } }
    lot { deviceCount devices(first: 3) { nodes { serialNumber } } }
    workOrders: siblings(by: "workOrder", first: 2) { totalCount nodes { serialNumber } }
    ever: siblings(by: "workOrder", membership: EVER, first: 2) { nodes { serialNumber } }
    batch: siblings(by: "solderBatch", last: 2) { totalCount nodes { serialNumber } }
    groups { field value deviceCount(membership: EVER) }
    asOf(at: "2999-01-01T00:00:00Z") { revision }
  } } }
}`;

test("what siblings are asked does not multiply the statements", async () => {
  const counts: number[] = [];
  for (const first of [2, 50, 400]) {
    factory.database.sent.length = 0;
    const { data, errors } = await factory.ask("support", NESTED, { first });
    expect(errors).toEqual([]);
    const { nodes, totalCount } = data.device.siblings;
    expect(totalCount).toBe(499);
    expect(nodes).toHaveLength(first);
    for (const node of nodes) {
      expect(node.history).toMatchObject({ totalCount: 2, nodes: [{ revision: 2 }] });
      expect(node.workOrders).toMatchObject({ totalCount: 9 });
      expect(node.workOrders.nodes).toHaveLength(2);
      expect(node.ever.nodes).toEqual(node.workOrders.nodes);
      expect(node.batch.nodes).toHaveLength(2);
      expect(node.groups.map(({ field }: { field: string }) => field)).toEqual([
        "lotCode",
        "workOrder",
        "solderBatch",
      ]);
    }
    counts.push(factory.database.sent.length);
  }
  expect(new Set(counts).size).toBe(1);
  expect(counts[0]).toBeLessThanOrEqual(16);
});
