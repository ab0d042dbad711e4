import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { CORRECT, RECORD } from "../manufacturing/factory.ts";
import {
  RETIRE,
  REVOKE,
  type RegistryGateway,
  registryGateway,
} from "../registry/registry-gateway.ts";
import { SHARE } from "../sharing/shares.ts";
import { CHANGED, quiet, type Subscriber, subscribe } from "./subscriber.ts";

/** The page of devices in an event, and a variable that says only what is followed. */
const SIZED = `subscription Sized($value: String!, $first: Int) {
  deviceChanged(field: "lotCode", value: $value) { lot { devices(first: $first) { nodes { id } } } }
}`;

let registry: RegistryGateway;
let partner: Awaited<ReturnType<RegistryGateway["partnerWithKey"]>>;
const open: Subscriber[] = [];
beforeAll(async () => {
  registry = await registryGateway(undefined, {
    liveLimits: { callerCheckedEveryMs: 200, eventRetryMs: 20 },
  });
  partner = await registry.partnerWithKey();
  const documents = [
    { id: "changed", text: CHANGED.replace("connhexId", "disposition") },
    { id: "sized", text: SIZED, variableLimits: { first: 5 } },
    { id: "device", text: "query ($n: String!) { device(serialNumber: $n) { serialNumber } }" },
  ];
  const { isPublished, verdicts } = await registry.publish(partner.client, documents);
  expect([isPublished, verdicts]).toMatchObject([true, Array(3).fill({ problems: [] })]);
});
afterAll(async () => {
  for (const subscriber of open) subscriber.leave();
  await registry.close();
});

async function follow(field: string, value: string, method: "GET" | "POST" = "POST") {
  const asked = { documentId: "changed", variables: { field, value } };
  const options = { method, headers: { "x-api-key": partner.text } };
  const subscriber = await subscribe(registry.gateway.gateway.url, asked, options);
  open.push(subscriber);
  expect(subscriber.status).toBe(200);
  return subscriber;
}

const record = (...input: object[]) => registry.data(RECORD, { input }, { role: "line" });
const correct = (serialNumber: string, expectedRevision: number, changes: object) => {
  const variables = { serialNumber, expectedRevision, changes, reason: "rework" };
  return registry.data(CORRECT, variables, { role: "engineering" });
};
const share = (terms: object) => {
  const input = { partner: partner.client, reason: "an audit", ...terms };
  return registry.data(SHARE, { input }, { role: "compliance" });
};
const told = ({ events }: Subscriber) => events.map(({ data }) => data.data.deviceChanged);

test("a partner hears of what is shared with it, and of that alone", async () => {
  await record({ serialNumber: "P-1", lotCode: "P-1" }, { serialNumber: "P-2", lotCode: "P-1" });
  await share({ serialNumbers: ["P-1"], fields: ["lotCode"] });
  const subscriber = await follow("lotCode", "P-1");
  await correct("P-2", 1, { packageId: "x" });
  await correct("P-1", 1, { packageId: "x" });
  await subscriber.until(1);
  await quiet();
  expect(told(subscriber)).toEqual([
    { serialNumber: "P-1", revision: 2, lotCode: "P-1", disposition: "RELEASED" },
  ]);
});

test("whether it may follow is asked of the subgraph, at the start and at each event", async () => {
  const { fetches } = registry.gateway;
  const asked = () => fetches.filter(({ text }) => text.includes("followable(")).length;
  await record({ serialNumber: "P-20", lotCode: "P-20" });
  await share({ serialNumbers: ["P-20"], fields: ["lotCode"] });
  fetches.length = 0;
  const subscriber = await follow("lotCode", "P-20");
  expect(asked()).toBeGreaterThan(0);
  fetches.length = 0;
  await correct("P-20", 1, { packageId: "x" });
  await subscriber.until(1);
  await quiet();
  expect(asked()).toBeGreaterThan(0);
});

test("by a field that is not shared it hears nothing, so that it cannot guess values", async () => {
  await record({ serialNumber: "P-3", lotCode: "P-3", workOrder: "W-3" });
  await share({ serialNumbers: ["P-3"], fields: ["workOrder"] });
  const [byLot, byOrder, byName] = [
    await follow("lotCode", "P-3"),
    await follow("workOrder", "W-3"),
    await follow("serialNumber", "P-3"),
  ];
  await correct("P-3", 1, { packageId: "x" });
  await byOrder.until(1);
  await byName.until(1);
  await quiet();
  expect(byLot.events).toEqual([]);
  // What is not shared stays an error within the event.
  expect(byOrder.events[0]?.data).toMatchObject({
    data: { deviceChanged: { serialNumber: "P-3", lotCode: null } },
    errors: [{ path: ["deviceChanged", "lotCode"], extensions: { code: "FORBIDDEN" } }],
  });
});

test("a published subscription is asked for by GET too, as EventSource does", async () => {
  await record({ serialNumber: "P-4", lotCode: "P-4" });
  await share({ serialNumbers: ["P-4"], fields: ["lotCode"] });
  const subscriber = await follow("serialNumber", "P-4", "GET");
  await correct("P-4", 1, { packageId: "x" });
  await subscriber.until(1);
});

test.each([
  [
    "of its own text",
    { query: CHANGED, variables: { field: "lotCode", value: "x" } },
    403,
    "DOCUMENT_REQUIRED",
  ],
  ["that nobody published", { documentId: "other" }, 404, "DOCUMENT_NOT_FOUND"],
  ["that is a query", { documentId: "device", variables: { n: "P-1" } }, 406, "BAD_USER_INPUT"],
])("no stream of a document %s", async (_, asked, status, code) => {
  const headers = { "x-api-key": partner.text };
  const answer = await subscribe(registry.gateway.gateway.url, asked, { headers });
  await answer.ended;
  const { errors } = JSON.parse(answer.raw());
  expect([answer.status, errors[0].extensions.code]).toEqual([status, code]);
});

test.each([
  ["beyond it", { value: "x", first: 6 }, 400, "VARIABLE_BEYOND_LIMIT"],
  ["null, where a page has more", { value: "x", first: null }, 400, "VARIABLE_BEYOND_LIMIT"],
  ["within it", { value: "x", first: 5 }, 200, undefined],
])(
  "a variable of a subscription keeps its published limit: %s",
  async (_, variables, status, code) => {
    const asked = { documentId: "sized", variables };
    const headers = { "x-api-key": partner.text };
    const answer = await subscribe(registry.gateway.gateway.url, asked, { headers });
    open.push(answer);
    if (status !== 200) await answer.ended;
    const told = status === 200 ? undefined : JSON.parse(answer.raw()).errors[0].extensions.code;
    expect([answer.status, told]).toEqual([status, code]);
  },
);

const lastCodes = ({ events }: Subscriber) =>
  events.slice(-2).map(({ event, data }) => [event, data?.errors?.[0].extensions.code]);

test("a document that is retired, or published with other limits, ends its streams", async () => {
  const following = async (id: string) => {
    const asked = { documentId: id, variables: { value: "P-10" } };
    const headers = { "x-api-key": partner.text };
    const subscriber = await subscribe(registry.gateway.gateway.url, asked, { headers });
    open.push(subscriber);
    expect(subscriber.status).toBe(200);
    return subscriber;
  };
  const documents = (first: number) => [
    { id: "kept", text: SIZED, variableLimits: { first } },
    { id: "leaves", text: SIZED.replace("Sized", "Leaves"), variableLimits: { first: 60 } },
  ];
  await registry.publish(partner.client, documents(60), { version: "2" });
  const [kept, leaves] = [await following("kept"), await following("leaves")];
  await quiet(500);
  expect([kept, leaves].map(({ events }) => events)).toEqual([[], []]);
  await registry.data(RETIRE, { client: partner.client, ids: ["leaves"] });
  await leaves.ended;
  expect(kept.events).toEqual([]);
  await registry.publish(partner.client, documents(50).slice(0, 1), { version: "3" });
  await kept.ended;
  for (const ended of [leaves, kept]) {
    expect(lastCodes(ended)).toEqual([
      ["next", "DOCUMENT_NOT_FOUND"],
      ["complete", undefined],
    ]);
  }
});

test("a gateway whose database is away does not say that a key is no longer valid", async () => {
  const subscriber = await follow("serialNumber", "P-11");
  await registry.gateway.database.stop();
  try {
    await subscriber.ended;
  } finally {
    await registry.gateway.database.resume();
  }
  expect(subscriber.events.map(({ event, data }) => [event, data?.errors?.[0].extensions])).toEqual(
    [
      ["next", { code: "SUBSCRIPTION_INTERRUPTED", reason: "UNCHECKED", retryable: true }],
      ["complete", undefined],
    ],
  );
  const again = await follow("serialNumber", "P-11");
  expect(again.events).toEqual([]);
}, 40_000);

test("a key that is revoked ends its streams before another event", async () => {
  await record({ serialNumber: "P-9", lotCode: "P-9" });
  await share({ serialNumbers: ["P-9"], fields: ["lotCode"] });
  // What was recorded before is read by then, and told to nobody.
  await quiet();
  const subscriber = await follow("serialNumber", "P-9");
  await registry.data(REVOKE, { keyId: partner.keyId });
  await correct("P-9", 1, { packageId: "x" });
  await subscriber.ended;
  expect(
    subscriber.events.map(({ event, data }) => [event, data?.errors?.[0].extensions.code]),
  ).toEqual([
    ["next", "UNAUTHENTICATED"],
    ["complete", undefined],
  ]);
});
