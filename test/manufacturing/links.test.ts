import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Factory, openFactory, type Variables } from "./factory.ts";

let factory: Factory;
beforeAll(async () => {
  factory = await openFactory();
  await factory.record(
    ...["L1", "L2", "L3", "L4", "L5", "L6"].map((serialNumber) => ({ serialNumber, lotCode: "A" })),
    { serialNumber: "Q1", disposition: "QUARANTINED" },
    { serialNumber: "S1", disposition: "SCRAPPED" },
  );
});
afterAll(() => factory.close());

const LINK = `mutation ($input: [CloudIdentityLinkInput!]!) {
  linkCloudIdentities(input: $input) { serialNumber connhexId linked code message } }`;

async function link(...pairs: [serialNumber: string, connhexId: string][]) {
  const input = pairs.map(([serialNumber, connhexId]) => ({ serialNumber, connhexId }));
  const { data, errors } = await factory.ask("service", LINK, { input });
  if (errors[0]) throw errors[0];
  return data.linkCloudIdentities.map((verdict: Variables) => verdict.code ?? verdict.linked);
}

async function read(serialNumber: string) {
  const { data } = await factory.ask(
    "admin",
    `query ($s: String) { device(serialNumber: $s) { connhexId revision
      history(last: 1) { nodes { connhexId actor source changed } } } }`,
    { s: serialNumber },
  );
  return data.device;
}

describe("law 4: operational systems add the link and nothing else", () => {
  test("a link is a revision that changes the connhexId alone; repeating it changes nothing", async () => {
    expect(await link(["L1", "hex-1"])).toEqual([true]);
    expect(await link(["L1", "hex-1"])).toEqual([true]);
    expect(await read("L1")).toEqual({
      connhexId: "hex-1",
      revision: 2,
      history: {
        nodes: [
          {
            connhexId: "hex-1",
            actor: "service-1",
            source: "provisioning",
            changed: ["connhexId"],
          },
        ],
      },
    });
  });

  test("neither record nor correction can make, change or remove a link", async () => {
    for (const type of ["DeviceRecordInput", "DeviceChanges"]) {
      const input = factory.service.schema.getType(type) as unknown as { getFields(): object };
      expect(Object.keys(input.getFields())).not.toContain("connhexId");
    }
  });

  test.each(["admin", "engineering", "line", "owner", "support"] as const)(
    "%s may not link",
    async (role) => {
      const input = [{ serialNumber: "L2", connhexId: "hex-x" }];
      expect((await factory.ask(role, LINK, { input })).codes).toEqual(["FORBIDDEN"]);
      expect((await read("L2")).connhexId).toBeNull();
    },
  );

  test("a device has one cloud identity, a cloud identity has one device", async () => {
    expect(await link(["L1", "hex-9"])).toEqual(["ALREADY_PROVISIONED"]);
    expect(await link(["L2", "hex-1"])).toEqual(["CONNHEX_ID_TAKEN"]);
    expect(await link(["L2", "hex-2"], ["L2", "hex-3"], ["L3", "hex-2"])).toEqual([
      true,
      "DUPLICATE_IN_BATCH",
      "DUPLICATE_IN_BATCH",
    ]);
  });

  test.each<[string, string, string]>([
    ["Q1", "hex-q", "DEVICE_QUARANTINED"],
    ["S1", "hex-s", "DEVICE_SCRAPPED"],
    ["nowhere", "hex-n", "DEVICE_NOT_RECORDED"],
    ["L3", "", "INVALID_VALUE"],
    ["L3", "nul\u0000", "INVALID_VALUE"],
    ["lone\ud800", "hex-l", "INVALID_VALUE"],
  ])("law 5: %j cannot be linked to %j: %s", async (serialNumber, connhexId, code) => {
    expect(await link([serialNumber, connhexId])).toEqual([code]);
  });

  test("a linked device that is quarantined later stays linked", async () => {
    expect(await link(["L4", "hex-4"])).toEqual([true]);
    await factory.correct("L4", 2, { disposition: "QUARANTINED" });
    expect(await link(["L4", "hex-4"])).toEqual([true]);
    expect((await read("L4")).revision).toBe(3);
  });

  test("many links of one connhexId at once give it to one device", async () => {
    const serialNumbers = Array.from({ length: 20 }, (_, index) => `R${index}`);
    await factory.record(...serialNumbers.map((serialNumber) => ({ serialNumber })));
    const verdicts = await Promise.all(serialNumbers.map((one) => link([one, "hex-race"])));
    expect(verdicts.flat().filter((one) => one === true)).toHaveLength(1);
    expect(verdicts.flat().filter((one) => one === "CONNHEX_ID_TAKEN")).toHaveLength(19);
    const revisions = await Promise.all(serialNumbers.map(read));
    expect(revisions.filter(({ connhexId }) => connhexId === "hex-race")).toHaveLength(1);
    expect(revisions.filter(({ revision }) => revision === 2)).toHaveLength(1);
  });
});

test("the gate answers for those that are recorded, by either identifier", async () => {
  const document = `{ provisioningGate(serialNumbers: ["Q1", "nowhere", "L1", "nul\\u0000"], connhexIds: ["hex-4", "hex-1"]) {
    serialNumber connhexId disposition } }`;
  const { data } = await factory.ask("service", document);
  expect(data.provisioningGate).toEqual([
    { serialNumber: "Q1", connhexId: null, disposition: "QUARANTINED" },
    { serialNumber: "L1", connhexId: "hex-1", disposition: "RELEASED" },
    { serialNumber: "L4", connhexId: "hex-4", disposition: "QUARANTINED" },
  ]);
  expect((await factory.ask("admin", document)).codes).toEqual(["FORBIDDEN"]);
});
