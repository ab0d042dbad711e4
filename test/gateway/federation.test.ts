import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { printedSchemas } from "../../gateway/schema-files.ts";
import { remotePeer } from "../../shared/graph/remote-executor.ts";
import {
  createServiceKeys,
  type KeyHolder,
  readServiceKeys,
} from "../../shared/graph/service-keys.ts";
import { serviceSigner } from "../../shared/graph/service-token.ts";
import { serveSubgraph } from "../../shared/graph/subgraph-server.ts";
import type { PeerExecutor } from "../../shared/graph/subgraph-service.ts";
import { setLogWriter } from "../../shared/log.ts";
import { type TestGateway, testGateway } from "../support/gateway.ts";
import { statements } from "../support/postgres.ts";
import { type RealPair, realPair } from "../support/real-pair.ts";

const WALK = `query Walk($id: ID!, $page: Int = 50) {
  device(connhexId: $id) {
    serialNumber partNumber fwVersion hardwareRevision lotCode attributes
    history(first: 20) { nodes { revision recordedAt effectiveAt actor reason changed } }
    lot { value deviceCount devices(first: $page) { nodes { serialNumber connhexId owner { displayName } } } }
    identity { state } owner { displayName } ownerships { from to owner { displayName } }
  }
}`;
const ONE = { id: "connhex-1" };
const RECORD = `mutation($rows: [DeviceRecordInput!]!) { recordDevices(input: $rows) { recorded refused } }`;
const PROVISION = `mutation($rows: [ProvisionInput!]!) { provisionDevices(input: $rows) { provisioned refused } }`;
const REGISTER = `mutation($id: ID!, $name: String!) {
  registerOwnership(input: { connhexId: $id, owner: { kind: PERSON, displayName: $name, email: "a@b.example" } }) {
    id device { serialNumber owner { displayName } }
  }
}`;
const DEVICES = 60;
/** Every fifth device stays without a cloud identity. */
const isProvisioned = (n: number) => n % 5 !== 0;

setLogWriter(() => undefined);

/** Records, provisions and registers through the gateway. */
async function fill({ query }: TestGateway): Promise<void> {
  const numbers = Array.from({ length: DEVICES }, (_, index) => index + 1);
  const rows = numbers.map((n) => ({ serialNumber: `SN-${n}`, lotCode: "L-1", partNumber: "P-1" }));
  const recorded = await query(RECORD, { rows }, "line");
  expect(recorded.errors).toEqual([]);
  expect(recorded.data).toEqual({ recordDevices: { recorded: DEVICES, refused: 0 } });
  const identities = numbers
    .filter(isProvisioned)
    .map((n) => ({ serialNumber: `SN-${n}`, connhexId: `connhex-${n}` }));
  const provisioned = await query(PROVISION, { rows: identities }, "line");
  expect(provisioned.errors).toEqual([]);
  expect(provisioned.data).toEqual({
    provisionDevices: { provisioned: identities.length, refused: 0 },
  });
  for (const n of [1, 2, 3]) {
    const registered = await query(REGISTER, { id: `connhex-${n}`, name: `Owner ${n}` }, "support");
    expect(registered.errors).toEqual([]);
    expect(registered.data).toMatchObject({
      registerOwnership: {
        device: { serialNumber: `SN-${n}`, owner: { displayName: `Owner ${n}` } },
      },
    });
  }
}

function expectWalk(data: unknown): void {
  expect(data).toMatchObject({
    device: {
      serialNumber: "SN-1",
      lot: { value: "L-1", deviceCount: DEVICES },
      identity: { state: "ACTIVE" },
      owner: { displayName: "Owner 1" },
      ownerships: [{ to: null, owner: { displayName: "Owner 1" } }],
    },
  });
  const { lot } = (data as { device: { lot: { devices: { nodes: object[] } } } }).device;
  expect(lot.devices.nodes).toHaveLength(50);
  expect(lot.devices.nodes[1]).toEqual({
    serialNumber: "SN-2",
    connhexId: "connhex-2",
    owner: { displayName: "Owner 2" },
  });
  expect(lot.devices.nodes[4]).toEqual({ serialNumber: "SN-5", connhexId: null, owner: null });
}

const outageOf = (subgraph: string) => ({
  message: `the ${subgraph} subgraph cannot be asked now`,
  extensions: { code: "SUBGRAPH_UNAVAILABLE", subgraph, retryable: true },
});

/** What must hold however the subgraphs are reached. */
function behavesAsOneGraph(system: () => { gateway: TestGateway; pair: RealPair }): void {
  beforeEach(() => {
    const { gateway, pair } = system();
    gateway.fetches.length = 0;
    pair.databases.manufacturing.sent.length = 0;
    pair.databases.ownership.sent.length = 0;
  });

  test("walks from a connhexId to history, lot siblings and owners, in two fetches", async () => {
    const { gateway } = system();
    const { data, errors } = await gateway.query(WALK, ONE);
    expect(errors).toEqual([]);
    expectWalk(data);
    expect(gateway.fetches.map(({ subgraph }) => subgraph)).toEqual(["manufacturing", "ownership"]);
  });

  test.each([1, 50, 500])("walks a page of %i with the same few statements", async (page) => {
    const { gateway, pair } = system();
    await gateway.query(WALK, { ...ONE, page });
    const { manufacturing, ownership } = pair.databases;
    const count = statements(manufacturing.sent).length + statements(ownership.sent).length;
    expect(count).toBe(5);
  });

  test("finds any node by its id, and nothing by another tenant's", async () => {
    const { gateway } = system();
    const found = await gateway.query(
      `query($id: ID!) { device(connhexId: $id) { id identity { id } owner { id } history { nodes { id } } ownerships { id } } }`,
      ONE,
    );
    const device = found.data?.device as Record<string, { id: string; nodes: { id: string }[] }> & {
      id: string;
    };
    const ids = [
      device.id,
      device.identity?.id,
      device.owner?.id,
      device.history?.nodes[0]?.id,
      (device.ownerships as unknown as { id: string }[])[0]?.id,
    ];
    const text = `query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }`;
    const { data, errors } = await gateway.query(text, { ids });
    expect(errors).toEqual([]);
    const types = ["Device", "CloudIdentity", "Owner", "DeviceRevision", "Ownership"];
    expect(data).toEqual({ nodes: ids.map((id, index) => ({ id, __typename: types[index] })) });
    const authorization = `Bearer ${await gateway.token({ roles: ["admin"], tenants: ["other"] })}`;
    const foreign = await gateway.send({ query: text, variables: { ids } }, { authorization });
    expect({ data: foreign.data, errors: foreign.errors }).toEqual({
      data: { nodes: ids.map(() => null) },
      errors: [],
    });
  });

  test("refuses field by field, with the code of the subgraph that refuses", async () => {
    const { gateway } = system();
    const text = `query($id: ID!) { device(connhexId: $id) { serialNumber owner { country displayName } } }`;
    const { data, errors } = await gateway.query(text, ONE, "analyst");
    expect(data).toEqual({
      device: { serialNumber: "SN-1", owner: { country: null, displayName: null } },
    });
    expect(errors).toEqual([
      {
        message: "your roles may not use Owner.displayName",
        path: ["device", "owner", "displayName"],
        extensions: { code: "FORBIDDEN", subgraph: "ownership" },
      },
    ]);
  });

  test("answers what Manufacturing knows while Ownership's database is stopped", async () => {
    const { gateway, pair } = system();
    await pair.databases.ownership.stop();
    const { status, data, errors } = await gateway.query(WALK, ONE);
    const refused = await gateway.query(REGISTER, { id: "connhex-7", name: "Nobody" });
    await pair.databases.ownership.resume();
    expect(status).toBe(200);
    expect(errors).toEqual([outageOf("ownership")]);
    expect(data).toMatchObject({
      device: { serialNumber: "SN-1", lot: { deviceCount: DEVICES }, owner: null, identity: null },
    });
    expect({ data: refused.data, errors: refused.errors }).toEqual({
      data: null,
      errors: [outageOf("ownership")],
    });
    expectWalk((await gateway.query(WALK, ONE)).data);
  });

  test("says nothing while Manufacturing's database is stopped", async () => {
    const { gateway, pair } = system();
    await pair.databases.manufacturing.stop();
    const { data, errors } = await gateway.query(WALK, ONE);
    await pair.databases.manufacturing.resume();
    expect({ data, errors }).toEqual({
      data: { device: null },
      errors: [outageOf("manufacturing")],
    });
    expectWalk((await gateway.query(WALK, ONE)).data);
  });

  test("never tells an analyst's fetch from a supporter's: nothing is shared", async () => {
    const { gateway } = system();
    const roles = Array.from({ length: 30 }, (_, n) =>
      n % 2 ? ("analyst" as const) : ("support" as const),
    );
    const text = `query($id: ID!) { device(connhexId: $id) { owner { displayName } } }`;
    const answers = await Promise.all(roles.map((role) => gateway.query(text, ONE, role)));
    for (const [index, { data }] of answers.entries()) {
      const displayName = roles[index] === "analyst" ? null : "Owner 1";
      expect(data).toEqual({ device: { owner: { displayName } } });
    }
  });
}

test("the checked-in schemas are those of the code", async () => {
  const root = join(import.meta.dirname, "../..");
  for (const { path, text } of await printedSchemas()) {
    const kept = await readFile(join(root, path), "utf8").catch(() => "");
    expect({ path, isFresh: kept === text }).toEqual({ path, isFresh: true });
  }
});

describe("one process", () => {
  let pair: RealPair;
  let gateway: TestGateway;
  beforeAll(async () => {
    pair = await realPair();
    gateway = await testGateway({ services: [pair.manufacturing, pair.ownership] });
    await fill(gateway);
  });
  afterAll(async () => {
    await gateway?.close();
    await pair?.close();
  });
  behavesAsOneGraph(() => ({ gateway, pair }));
});

describe("services of their own", () => {
  let pair: RealPair;
  let gateway: TestGateway;
  const closers: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    const keysFolder = await mkdtemp(join(tmpdir(), "tracegraph-keys-"));
    closers.push(() => rm(keysFolder, { recursive: true }));
    await createServiceKeys(keysFolder);
    const urls: Partial<Record<KeyHolder, string>> = {};
    // The services start before either one's address is known.
    const peer = (from: KeyHolder, to: KeyHolder): PeerExecutor => {
      let opened: Promise<ReturnType<typeof remotePeer>> | undefined;
      const open = async () => {
        const sign = serviceSigner(from, (await readServiceKeys(keysFolder, from)).privateKey);
        const made = remotePeer({ subgraph: to, url: urls[to] ?? "", sign });
        closers.push(() => made.close());
        return made;
      };
      return async (...question) => {
        opened ??= open();
        return (await opened)(...question);
      };
    };
    pair = await realPair({
      manufacturing: peer("ownership", "manufacturing"),
      ownership: peer("manufacturing", "ownership"),
    });
    closers.unshift(() => pair.close());
    for (const name of ["manufacturing", "ownership"] as const) {
      const { trustedKeys } = await readServiceKeys(keysFolder, name);
      const server = await serveSubgraph(pair[name], { port: 0, host: "127.0.0.1", trustedKeys });
      urls[name] = server.url;
      closers.unshift(() => server.close());
    }
    const { manufacturing: manufacturingUrl = "", ownership: ownershipUrl = "" } = urls;
    gateway = await testGateway({ remote: { manufacturingUrl, ownershipUrl, keysFolder } });
    closers.unshift(() => gateway.close());
    await fill(gateway);
  });
  afterAll(async () => {
    for (const close of closers) await close();
  });
  behavesAsOneGraph(() => ({ gateway, pair }));
});
