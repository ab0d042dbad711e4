import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Caller, CallerRole } from "../../shared/caller.ts";
import type { PeerExecutor } from "../../shared/graph/subgraph-service.ts";
import { callerOf, type Factory, openFactory } from "./factory.ts";

/** A stand-in for the other service: who owns what, how it answers, and what it was asked. */
const ownership = {
  owned: new Map<string, string[]>([["owner-1", ["hex-1", "hex-2"]]]),
  answers: true as boolean | "never" | "wrong",
  asked: [] as { caller: Caller; variables: Record<string, unknown> }[],
};
const peer: PeerExecutor = async (caller, _, variables) => {
  ownership.asked.push({ caller, variables });
  if (ownership.answers === "never") return new Promise(() => undefined);
  if (ownership.answers === "wrong") return { data: { ownedBy: null } };
  if (!ownership.answers) throw new Error("connection refused");
  const owned = ownership.owned.get(String(variables.subject)) ?? [];
  const connhexIds = variables.connhexIds as string[];
  return { data: { ownedBy: connhexIds.filter((id) => owned.includes(id)) } };
};

let factory: Factory;
const ids = new Map<string, string>();
beforeAll(async () => {
  factory = await openFactory(peer);
  const serialNumbers = ["V1", "V2", "V3", "V4"];
  await factory.record(
    ...serialNumbers.map((serialNumber) => ({ serialNumber, lotCode: "A", operator: "op" })),
  );
  const input = ["1", "2", "3"].map((n) => ({ serialNumber: `V${n}`, connhexId: `hex-${n}` }));
  const document = `mutation ($input: [CloudIdentityLinkInput!]!) { linkCloudIdentities(input: $input) { linked } }`;
  await factory.ask("service", document, { input });
  for (const serialNumber of serialNumbers) {
    const { data } = await factory.ask(
      "admin",
      `query ($s: String) { device(serialNumber: $s) {
      id history { nodes { id } } } }`,
      { s: serialNumber },
    );
    ids.set(serialNumber, data.device.id);
    ids.set(`${serialNumber}.1`, data.device.history.nodes[0].id);
  }
});
afterAll(() => factory.close());

const ENTITIES = `query ($r: [_Any!]!) { _entities(representations: $r) {
  ... on Device { serialNumber } ... on DeviceRevision { revision } } }`;

/** Whether each way of asking finds the device: by connhexId, serial number, id, and as entities. */
async function finds(caller: CallerRole | Caller, serialNumber: string, connhexId: string) {
  const read = `query ($c: ID, $s: String) { device(connhexId: $c, serialNumber: $s) { serialNumber } }`;
  const entity = { __typename: "Device" };
  const answers = [
    await factory.ask(caller, read, { c: connhexId }),
    await factory.ask(caller, read, { s: serialNumber }),
    await factory.ask(caller, ENTITIES, {
      r: [{ ...entity, id: ids.get(serialNumber) ?? "none" }],
    }),
    await factory.ask(caller, ENTITIES, { r: [{ ...entity, connhexId }] }),
  ];
  return answers.map(
    ({ data, errors, codes }) =>
      (errors[0] && String(codes[0])) ?? (data?.device ?? data?._entities?.[0] ?? null) !== null,
  );
}

describe("who sees which devices", () => {
  test.each<[CallerRole, boolean]>([
    ["line", true],
    ["support", true],
    ["recall_manager", true],
    ["engineering", true],
    ["compliance", true],
    ["analyst", true],
    ["admin", true],
    ["regulator", true],
    ["partner", false],
  ])("%s: %s", async (role, isSeen) => {
    expect(await finds(role, "V3", "hex-3")).toEqual([isSeen, isSeen, isSeen, isSeen]);
    expect(await finds(role, "V9", "hex-9")).toEqual([false, false, false, false]);
  });

  test("an owner sees the devices that it owns now, and no other", async () => {
    expect(await finds("owner", "V1", "hex-1")).toEqual([true, true, true, true]);
    expect(await finds("owner", "V3", "hex-3")).toEqual([false, false, false, false]);
    expect(await finds(callerOf("owner", { subject: "owner-2" }), "V1", "hex-1")).not.toContain(
      true,
    );
    expect(await finds("owner", "V4", "hex-4")).not.toContain(true);
  });

  test("a caller with two roles sees what either sees", async () => {
    const both = callerOf("owner", { roles: ["owner", "support"] });
    expect(await finds(both, "V3", "hex-3")).toEqual([true, true, true, true]);
    const lesser = callerOf("owner", { roles: ["owner", "partner"] });
    expect(await finds(lesser, "V3", "hex-3")).not.toContain(true);
  });

  test("fifty devices of an owner are one question to Ownership, asked as a service", async () => {
    ownership.asked.length = 0;
    factory.database.sent.length = 0;
    const r = Array.from({ length: 50 }, (_, index) => ({
      __typename: "Device",
      connhexId: `hex-${index}`,
    }));
    const { data } = await factory.ask("owner", ENTITIES, { r });
    expect(data._entities.filter((one: unknown) => one !== null)).toHaveLength(2);
    expect(ownership.asked).toHaveLength(1);
    expect(ownership.asked[0]?.caller).toMatchObject({ roles: ["service"], tenant: "acme" });
    expect(factory.database.sent).toHaveLength(1);
  });

  test("a revision is seen by who sees its device", async () => {
    const r = [{ __typename: "DeviceRevision", id: ids.get("V3.1") ?? "" }];
    const seen = async (role: CallerRole) => {
      const { data, codes } = await factory.ask(role, ENTITIES, { r });
      return codes[0] ?? data._entities[0]?.revision ?? null;
    };
    expect(await seen("regulator")).toBe(1);
    expect(await seen("owner")).toBeNull();
    expect(await seen("partner")).toBeNull();
  });

  test("a representation that names nothing is null", async () => {
    const r = [
      { __typename: "Device", connhexId: null },
      { __typename: "Device", id: null },
      { __typename: "Device", id: "garbage" },
      { __typename: "Device", id: ids.get("V1.1") ?? "" },
      { __typename: "Device", connhexId: "nul\u0000" },
      { __typename: "DeviceRevision", id: ids.get("V1") ?? "" },
      { __typename: "DeviceRevision", id: "garbage" },
    ];
    const { data, errors } = await factory.ask("admin", ENTITIES, { r });
    expect(errors).toEqual([]);
    expect(data._entities).toEqual(r.map(() => null));
  });
});

describe("when Ownership cannot be asked, an owner sees nothing, and learns nothing", () => {
  test.each([false, "wrong"] as const)("it fails: %s", async (answers) => {
    ownership.answers = answers;
    const refused = Array(4).fill("SUBGRAPH_UNAVAILABLE");
    expect(await finds("owner", "V1", "hex-1")).toEqual(refused);
    expect(await finds("owner", "V9", "hex-9")).toEqual(refused);
    expect(await finds("support", "V1", "hex-1")).toEqual([true, true, true, true]);
    ownership.answers = true;
  });

  test("it takes too long", async () => {
    ownership.answers = "never";
    const { codes, errors } = await factory.ask("owner", `{ device(connhexId: "hex-1") { id } }`);
    expect(codes).toEqual(["SUBGRAPH_UNAVAILABLE"]);
    expect(errors[0]?.extensions).toMatchObject({ retryable: true, subgraph: "ownership" });
    ownership.answers = true;
  });
});

test("device asks for exactly one identifier", async () => {
  for (const asked of ["", `(connhexId: "a", serialNumber: "b")`, "(connhexId: null)"]) {
    const { codes } = await factory.ask("admin", `{ device${asked} { id } }`);
    expect(codes).toEqual(["BAD_USER_INPUT"]);
  }
});

test("a text that cannot be stored names no device", async () => {
  for (const value of ["nul\u0000", "\ud800", "x".repeat(10_000), ""]) {
    const document = `query ($v: String) { device(serialNumber: $v) { id } }`;
    const { data, errors } = await factory.ask("admin", document, { v: value });
    expect([data.device, errors]).toEqual([null, []]);
  }
});
