import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { GATEWAY_LIMITS } from "../../gateway/limits.ts";
import { setLogWriter } from "../../shared/log.ts";
import { type BreakableWay, breakableWay } from "../support/breakable-way.ts";
import { type TestGateway, testGateway } from "../support/gateway.ts";
import { type ServedPair, servedPair } from "../support/served-pair.ts";

const WALK = `query Walk($id: ID!) {
  device(connhexId: $id) {
    serialNumber lotCode lot { devices { nodes { serialNumber owner { displayName } } } }
    owner { displayName } ownerships { id }
  }
}`;
const RECORD = `mutation($rows: [DeviceRecordInput!]!) { recordDevices(input: $rows) { recorded } }`;
const PROVISION = `mutation($rows: [ProvisionInput!]!) { provisionDevices(input: $rows) { provisioned } }`;
const REGISTER = `mutation($id: ID!) {
  registerOwnership(input: { connhexId: $id, owner: { kind: PERSON, displayName: "Ada", email: "a@b.example" } }) { id }
}`;
const ONE = { id: "connhex-1" };
const OUTAGE = {
  message: "the ownership subgraph cannot be asked now",
  extensions: { code: "SUBGRAPH_UNAVAILABLE", subgraph: "ownership", retryable: true },
};
/** All that Ownership does not own, and nulls in the places of what it does. */
const REST = {
  device: {
    serialNumber: "SN-1",
    lotCode: "L-1",
    lot: { devices: { nodes: [1, 2, 3].map((n) => ({ serialNumber: `SN-${n}`, owner: null })) } },
    owner: null,
    ownerships: null,
  },
};

let served: ServedPair;
let gateway: TestGateway;
let way: BreakableWay;
const lines: string[] = [];
setLogWriter((line) => void lines.push(line));
const events = () => lines.map((line) => (JSON.parse(line) as { event: string }).event);

beforeAll(async () => {
  served = await servedPair();
  way = await breakableWay(served.remote.ownershipUrl);
  gateway = await testGateway({ remote: { ...served.remote, ownershipUrl: way.url } });
  const rows = [1, 2, 3].map((n) => ({ serialNumber: `SN-${n}`, lotCode: "L-1" }));
  expect((await gateway.query(RECORD, { rows }, "line")).errors).toEqual([]);
  const identities = [
    { serialNumber: "SN-1", connhexId: "connhex-1" },
    { serialNumber: "SN-2", connhexId: "connhex-2" },
  ];
  expect((await gateway.query(PROVISION, { rows: identities }, "line")).errors).toEqual([]);
});
afterAll(async () => {
  await gateway.close();
  await way.close();
  await served.close();
});
beforeEach(async () => {
  expect((await gateway.query(WALK, ONE)).errors).toEqual([]);
  lines.length = 0;
  way.requests = 0;
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const timed = async () => {
  const began = performance.now();
  const { data, errors } = await gateway.query(WALK, ONE);
  return { data, errors, ms: performance.now() - began };
};

describe("a subgraph that stops", () => {
  beforeEach(() => served.stop("ownership"));
  afterEach(async () => {
    await served.resume("ownership");
    await pause(GATEWAY_LIMITS.circuitOpenMs);
  });

  test("takes only its own fields along, for every request, in time", async () => {
    for (let n = 0; n < 20; n++) {
      const { data, errors, ms } = await timed();
      expect({ data, errors }).toEqual({ data: REST, errors: [OUTAGE] });
      expect(ms).toBeLessThan(2_000);
    }
  });

  test("is not asked any more after some failures, and all are told so at once", async () => {
    for (let n = 0; n < GATEWAY_LIMITS.circuitFailures; n++) await timed();
    expect(events()).toContain("subgraph-circuit-opened");
    gateway.fetches.length = 0;
    const many = await Promise.all(Array.from({ length: 20 }, timed));
    for (const { data, errors } of many)
      expect({ data, errors }).toEqual({ data: REST, errors: [OUTAGE] });
    const asked = gateway.fetches.map(({ subgraph }) => subgraph);
    expect(asked.filter((name) => name === "ownership")).toEqual([]);
    expect(asked).toContain("manufacturing");
  });

  test("is asked again by one request at a time, and serves all once it has come back", async () => {
    for (let n = 0; n < GATEWAY_LIMITS.circuitFailures; n++) await timed();
    await pause(GATEWAY_LIMITS.circuitOpenMs);
    gateway.fetches.length = 0;
    await Promise.all(Array.from({ length: 20 }, timed));
    const probes = gateway.fetches.filter(({ subgraph }) => subgraph === "ownership");
    expect(probes).toHaveLength(1);
    await served.resume("ownership");
    await pause(GATEWAY_LIMITS.circuitOpenMs);
    const { errors, data } = await timed();
    expect(errors).toEqual([]);
    expect(data).toMatchObject({ device: { ownerships: [] } });
    expect(events()).toContain("subgraph-circuit-closed");
    await served.stop("ownership");
  });
});

describe("a connection that breaks before anything was answered", () => {
  test("is not noticed by a query, which is asked once more", async () => {
    way.breakNext = 1;
    const { data, errors } = await timed();
    expect(errors).toEqual([]);
    expect(data).toMatchObject({ device: { ownerships: [] } });
    expect(way.requests).toBe(2);
  });

  test("twice is an outage, and there is no third time", async () => {
    way.breakNext = 2;
    const { data, errors } = await timed();
    expect({ data, errors }).toEqual({ data: REST, errors: [OUTAGE] });
    expect(way.requests).toBe(2);
  });

  test("is an outage for a mutation, which is never asked again", async () => {
    way.breakNext = 1;
    const { data, errors } = await gateway.query(REGISTER, ONE);
    expect({ data, errors }).toEqual({ data: null, errors: [OUTAGE] });
    expect(way.requests).toBe(1);
  });
});
