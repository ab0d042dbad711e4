import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { CORRECT, DEFINE, RECORD } from "../manufacturing/factory.ts";
import { type TestGateway, testGateway } from "../support/gateway.ts";
import { type RealPair, realPair } from "../support/real-pair.ts";
import { CHANGED, quiet, type Subscriber, subscribe, subscribeAs } from "./subscriber.ts";

let pair: RealPair;
let gateway: TestGateway;
let other: TestGateway;
const open: Subscriber[] = [];
beforeAll(async () => {
  pair = await realPair();
  const services = [pair.manufacturing, pair.ownership];
  gateway = await testGateway({ services });
  other = await testGateway({ services });
});
afterAll(async () => {
  for (const subscriber of open) subscriber.leave();
  await gateway.close();
  await other.close();
  await pair.close();
});

async function follow(field: string, value: string, role = "support", at = gateway) {
  const variables = { field, value };
  const subscriber = await subscribeAs(
    at,
    { roles: [role as never] },
    { query: CHANGED, variables },
  );
  open.push(subscriber);
  expect([subscriber.status, subscriber.raw()]).toEqual([200, expect.any(String)]);
  return subscriber;
}

async function record(...input: Record<string, unknown>[]) {
  const { errors } = await gateway.query(RECORD, { input }, "line");
  expect(errors).toEqual([]);
}

async function correct(serialNumber: string, expectedRevision: number, changes: object) {
  const reason = "found wrong at inspection";
  const variables = { serialNumber, expectedRevision, changes, reason };
  expect((await gateway.query(CORRECT, variables, "engineering")).errors).toEqual([]);
}

const devices = (subscriber: Subscriber) =>
  subscriber.events.map(({ data }) => data.data.deviceChanged);

describe("whoever follows a value is told of each device that", () => {
  test("is recorded with it", async () => {
    const subscriber = await follow("lotCode", "L-1");
    await record({ serialNumber: "R-1", lotCode: "L-1" }, { serialNumber: "R-2", lotCode: "L-2" });
    const [event] = await subscriber.until(1);
    expect(event).toEqual({
      id: "1",
      event: "next",
      data: {
        data: {
          deviceChanged: { serialNumber: "R-1", revision: 1, lotCode: "L-1", connhexId: null },
        },
      },
    });
    await quiet();
    expect(subscriber.events).toHaveLength(1);
    expect(subscriber.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
    expect(subscriber.headers["cache-control"]).toBe("no-store");
  });

  test("is corrected, into it and out of it: then once more, and never again", async () => {
    await record({ serialNumber: "C-1", lotCode: "L-3" });
    const subscriber = await follow("lotCode", "L-4");
    await correct("C-1", 1, { lotCode: "L-4" });
    await subscriber.until(1);
    await correct("C-1", 2, { lotCode: "L-5" });
    await subscriber.until(2);
    await correct("C-1", 3, { lotCode: "L-6" });
    await quiet();
    expect(devices(subscriber).map(({ revision, lotCode }) => [revision, lotCode])).toEqual([
      [2, "L-4"],
      [3, "L-5"],
    ]);
  });

  test("is provisioned, by its serial number and by its connhexId", async () => {
    await record({ serialNumber: "P-1" });
    const byName = await follow("serialNumber", "P-1", "owner");
    const byIdentity = await follow("connhexId", "connhex-P-1");
    const provision = `mutation { provisionDevices(input: [{ serialNumber: "P-1", connhexId: "connhex-P-1" }]) {
      verdicts { outcome code } } }`;
    const { data, errors } = await gateway.query(provision, {}, "line");
    expect([data, errors]).toMatchObject([
      { provisionDevices: { verdicts: [{ outcome: "PROVISIONED" }] } },
      [],
    ]);
    await byIdentity.until(1);
    expect(devices(byIdentity)[0]).toMatchObject({ serialNumber: "P-1", connhexId: "connhex-P-1" });
    await quiet();
    expect(byName.events).toEqual([]);
  });

  test("has it in a custom field that groups", async () => {
    const definition = { name: "boardColour", type: "TEXT", isRequired: false, isGroupable: true };
    await gateway.query(DEFINE, { input: definition }, "engineering");
    const subscriber = await follow("boardColour", "green");
    await record({ serialNumber: "B-1", attributes: { boardColour: "green" } });
    await subscriber.until(1);
    expect(devices(subscriber)[0].serialNumber).toBe("B-1");
  });
});

test("several gateways on the same databases all tell, whichever of them changed it", async () => {
  const [here, there] = [
    await follow("lotCode", "L-7"),
    await follow("lotCode", "L-7", "support", other),
  ];
  await record({ serialNumber: "G-1", lotCode: "L-7" });
  await Promise.all([here.until(1), there.until(1)]);
  expect(devices(there)).toEqual(devices(here));
});

test("a batch of a thousand devices is told whole", async () => {
  const subscriber = await follow("lotCode", "L-8");
  const rows = Array.from({ length: 1_000 }, (_, n) => ({
    serialNumber: `K-${n}`,
    lotCode: "L-8",
  }));
  await record(...rows);
  await subscriber.until(1_000);
  expect(new Set(devices(subscriber).map(({ serialNumber }) => serialNumber)).size).toBe(1_000);
}, 20_000);

test("an alias, a fragment, variables and a join of both subgraphs are as in a query", async () => {
  const query = `subscription ($value: String!, $n: Int!) {
    device: deviceChanged(field: "lotCode", value: $value) { ...Told lot { devices(first: $n) { totalCount } } }
  }
  fragment Told on Device { __typename serialNumber identity { state } }`;
  const variables = { value: "L-9", n: 1 };
  const subscriber = await subscribeAs(gateway, {}, { query, variables });
  open.push(subscriber);
  await record({ serialNumber: "A-1", lotCode: "L-9" });
  const [event] = await subscriber.until(1);
  expect(event?.data).toEqual({
    data: {
      device: {
        __typename: "Device",
        serialNumber: "A-1",
        identity: null,
        lot: { devices: { totalCount: 1 } },
      },
    },
  });
});

test("every event leaves its line in the access log before it is told", async () => {
  const subscriber = await follow("lotCode", "L-20");
  await record({ serialNumber: "Z-1", lotCode: "L-20" }, { serialNumber: "Z-2", lotCode: "L-20" });
  await subscriber.until(2);
  const lines = await gateway.database.admin(
    `SELECT operation, operation_type AS "type", devices, subject FROM access_log
     WHERE operation = 'Changed' AND devices && '{Z-1,Z-2}' ORDER BY devices`,
  );
  const line = { operation: "Changed", type: "subscription", subject: expect.any(String) };
  expect(lines).toEqual([
    { ...line, devices: ["Z-1"] },
    { ...line, devices: ["Z-2"] },
  ]);
});

describe("nobody is told more than a query would tell him", () => {
  test("a field that the role may not read is an error in the event", async () => {
    const query = `subscription { deviceChanged(field: "lotCode", value: "L-10") { serialNumber operator } }`;
    const subscriber = await subscribeAs(gateway, { roles: ["analyst"] }, { query });
    open.push(subscriber);
    await record({ serialNumber: "F-1", lotCode: "L-10", operator: "ada" });
    const [event] = await subscriber.until(1);
    expect(event?.data).toMatchObject({
      data: { deviceChanged: { serialNumber: "F-1", operator: null } },
      errors: [{ path: ["deviceChanged", "operator"], extensions: { code: "FORBIDDEN" } }],
    });
  });

  test("an owner may not follow a group, and of a device that is not his hears nothing", async () => {
    const variables = { field: "lotCode", value: "L-11" };
    const refused = await subscribeAs(gateway, { roles: ["owner"] }, { query: CHANGED, variables });
    await refused.ended;
    expect([refused.status, JSON.parse(refused.raw()).errors[0].extensions.code]).toEqual([
      403,
      "FORBIDDEN",
    ]);
    const subscriber = await follow("serialNumber", "O-1", "owner");
    await record({ serialNumber: "O-1" });
    await quiet();
    expect(subscriber.raw().replaceAll(":\n\n", "")).toBe("");
  });

  test("another tenant's devices are nobody's here", async () => {
    const variables = { field: "lotCode", value: "L-12" };
    const subscriber = await subscribeAs(
      gateway,
      { tenants: ["acme"] },
      { query: CHANGED, variables },
    );
    open.push(subscriber);
    await record({ serialNumber: "T-1", lotCode: "L-12" });
    await quiet();
    expect(subscriber.events).toEqual([]);
  });
});

describe("refused before anything is followed", () => {
  const ask = async (query: string, headers: Record<string, string> = {}) => {
    const authorization = `Bearer ${await gateway.token()}`;
    const answer = await subscribe(
      gateway.gateway.url,
      { query },
      { headers: { authorization, ...headers } },
    );
    await answer.ended;
    const { errors = [] } = JSON.parse(answer.raw() || "{}");
    return [answer.status, errors[0]?.extensions.code];
  };
  const one = (selection: string) => `subscription { ${selection} }`;
  const changed = `deviceChanged(field: "lotCode", value: "x")`;

  test.each([
    ["an ordinary query as a stream", "{ fieldDefinitions { name } }", 406, "BAD_USER_INPUT"],
    ["an unknown field", one(`${changed} { colour }`), 400, "GRAPHQL_VALIDATION_FAILED"],
    ["no document", "subscription {", 400, "GRAPHQL_PARSE_FAILED"],
    [
      "what does not group devices",
      one(`deviceChanged(field: "site", value: "x") { id }`),
      400,
      "BAD_USER_INPUT",
    ],
    [
      "two at once",
      one(`a: ${changed} { id } b: ${changed} { id }`),
      400,
      "GRAPHQL_VALIDATION_FAILED",
    ],
    ["a condition", one(`${changed} @skip(if: true) { id }`), 400, "BAD_USER_INPUT"],
    [
      "what costs too much at each event",
      one(
        `${changed} { siblings(first: 1000) { nodes { siblings(first: 1000) { totalCount } } } }`,
      ),
      400,
      "COST_TOO_HIGH",
    ],
  ])("%s", async (_, query, status, code) => {
    expect(await ask(query)).toEqual([status, code]);
  });

  test("whoever takes JSON alone is told what to accept", async () => {
    const query = one(`${changed} { id }`);
    expect(await ask(query, { accept: "application/json" })).toEqual([200, "BAD_USER_INPUT"]);
  });

  test("nobody in particular", async () => {
    const answer = await subscribe(gateway.gateway.url, { query: one(`${changed} { id }`) });
    expect(answer.status).toBe(401);
    answer.leave();
  });
});
