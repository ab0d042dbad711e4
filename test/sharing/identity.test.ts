import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { Caller, CallerRole } from "../../shared/caller.ts";
import { inProcessPeer } from "../../shared/graph/in-process-executor.ts";
import type { PeerExecutor } from "../../shared/graph/subgraph-service.ts";
import type { System, Values } from "../access/world.ts";
import { systemOf } from "../access/world.ts";
import { callerOf } from "../manufacturing/factory.ts";
import { type RealPair, realPair } from "../support/real-pair.ts";
import { partnerOf, SHARE } from "./shares.ts";

/** Manufacturing as Ownership reaches it: really, not at all, or with nonsense. */
let reach: "really" | "not" | "wrongly" = "really";
const asked: { caller: Caller; variables: Values }[] = [];

let pair: RealPair;
let system: System;
beforeAll(async () => {
  const real = inProcessPeer(() => pair.manufacturing);
  const manufacturing: PeerExecutor = async (caller, document, variables) => {
    if (document.includes("sharedFields")) {
      asked.push({ caller, variables });
      if (reach === "not") throw new Error("connection refused");
      if (reach === "wrongly") return { data: { sharedFields: null } };
    }
    return real(caller, document, variables);
  };
  pair = await realPair({ manufacturing });
  system = await systemOf(pair);
  const devices = ["I1", "I2", "I3"].map((serialNumber) => ({ serialNumber, lotCode: "A" }));
  await tell(
    "line",
    `mutation ($input: [DeviceRecordInput!]!) { recordDevices(input: $input) { recorded } }`,
    { input: devices },
  );
  const identities = devices.map(({ serialNumber }) => ({
    serialNumber,
    connhexId: `hex-${serialNumber}`,
  }));
  await tell(
    "line",
    `mutation ($input: [ProvisionInput!]!) { provisionDevices(input: $input) { provisioned } }`,
    { input: identities },
  );
  const owner = { kind: "PERSON", displayName: "Lab Owner", country: "IT" };
  await tell(
    "support",
    `mutation ($input: RegisterOwnershipInput!) { registerOwnership(input: $input) { id } }`,
    {
      input: { connhexId: "hex-I1", owner },
    },
  );
  const share = { partner: "lab", reason: "an audit" };
  await tell("admin", SHARE, { input: { ...share, serialNumbers: ["I1"], fields: ["identity"] } });
  await tell("admin", SHARE, { input: { ...share, serialNumbers: ["I2"], fields: ["lotCode"] } });
}, 60_000);
afterEach(() => {
  reach = "really";
});
afterAll(async () => {
  await system?.close();
  await pair?.close();
});

async function tell(role: CallerRole, query: string, values: Values) {
  const { data, errors = [] } = await system.ask("gateway", callerOf(role), query, values);
  if (errors[0]) throw new Error(errors[0].message);
  return data;
}

const lab = partnerOf("lab");
async function ask(query: string, values: Values = {}, caller = lab) {
  const { data, errors = [] } = await system.ask("gateway", caller, query, values);
  return { data, codes: errors.map(({ extensions }) => extensions?.code) };
}

const READ = `query ($c: ID!) { device(connhexId: $c) { serialNumber
  identity { connhexId state provisionedAt } } }`;

describe("a partner sees the identity of a device", () => {
  test("where it is shared", async () => {
    const { data, codes } = await ask(READ, { c: "hex-I1" });
    expect(codes).toEqual([]);
    expect(data.device.identity).toMatchObject({ connhexId: "hex-I1", state: "ACTIVE" });
    expect(data.device.identity.provisionedAt).not.toBeNull();
  });

  test("and of one that is shared without it, that it may not; of one that is hidden, nothing", async () => {
    const shared = { device: { serialNumber: "I2", identity: null } };
    expect(await ask(READ, { c: "hex-I2" })).toEqual({ data: shared, codes: ["FORBIDDEN"] });
    expect(await ask(READ, { c: "hex-I3" })).toEqual({ data: { device: null }, codes: [] });
    expect(await ask(READ, { c: "hex-I9" })).toEqual({ data: { device: null }, codes: [] });
  });

  test("by its id as well, where it is shared", async () => {
    const document = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on CloudIdentity { connhexId } } }`;
    const ids = ["I1", "I2", "I3", "I9"].map((n) =>
      Buffer.from(`CloudIdentity:hex-${n}`).toString("base64url"),
    );
    const { data, codes } = await ask(document, { ids });
    expect([data.nodes, codes]).toEqual([[{ connhexId: "hex-I1" }, null, null, null], []]);
  });

  test("asked of the subgraph itself", async () => {
    const text = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Device { identity { state } } } }`;
    const r = ["I1", "I3"].map((n) => ({ __typename: "Device", connhexId: `hex-${n}` }));
    const { data } = await system.ask("ownership", lab, text, { r });
    expect(data._entities).toEqual([{ identity: { state: "ACTIVE" } }, { identity: null }]);
  });

  test.each(["name", "model", "isProtected", "history { kind }"])(
    "but not its %s",
    async (field) => {
      const { codes } = await ask(`{ device(connhexId: "hex-I1") { identity { ${field} } } }`);
      expect(codes).toEqual(["FORBIDDEN"]);
    },
  );

  test.each(["owner { kind }", "ownerships { from }"])("and never its %s", async (field) => {
    const { data, codes } = await ask(`{ device(connhexId: "hex-I1") { serialNumber ${field} } }`);
    expect([data.device.serialNumber, codes]).toEqual(["I1", ["FORBIDDEN"]]);
  });

  test("a list of devices is one question to Manufacturing, asked as a service", async () => {
    asked.length = 0;
    await ask(`{ sharedDevices { nodes { identity { state } } } }`);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.caller).toMatchObject({ roles: ["service"], tenant: "acme" });
    expect(asked[0]?.variables).toEqual({ partner: "lab", connhexIds: ["hex-I1", "hex-I2"] });
  });

  test("staff are answered without that question", async () => {
    asked.length = 0;
    const both = partnerOf("lab", { roles: ["partner", "support"] });
    for (const caller of [callerOf("support"), both, callerOf("regulator")]) {
      expect((await ask(READ, { c: "hex-I3" }, caller)).data.device.identity.state).toBe("ACTIVE");
    }
    expect(asked).toEqual([]);
  });
});

describe("when Manufacturing cannot be asked, a partner sees no identity", () => {
  test.each(["not", "wrongly"] as const)("reached %s", async (how) => {
    reach = how;
    for (const n of ["I1", "I2"]) {
      const { data, codes } = await ask(READ, { c: `hex-${n}` });
      expect([data.device, codes]).toEqual([
        { serialNumber: n, identity: null },
        ["SUBGRAPH_UNAVAILABLE"],
      ]);
    }
    const staff = await ask(READ, { c: "hex-I1" }, callerOf("support"));
    expect(staff.data.device.identity.state).toBe("ACTIVE");
  });
});

test("no share and no token opens the question between the services to a partner", async () => {
  const document = `{ sharedFields(partner: "lab", connhexIds: ["hex-I1"]) { fields } }`;
  for (const caller of [lab, callerOf("admin")]) {
    expect((await ask(document, {}, caller)).codes).toEqual(["GRAPHQL_VALIDATION_FAILED"]);
    const { errors } = await system.ask("manufacturing", caller, document);
    expect(errors?.[0]?.extensions?.code).toBe("FORBIDDEN");
  }
});
