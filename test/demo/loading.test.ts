import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { BulkLoad } from "../../demo/bulk-load.store.ts";
import { DemoFactory } from "../../demo/factory.ts";
import { MANUFACTURING_TABLES } from "../../demo/manufacturing-rows.ts";
import { plantedTruth } from "../../demo/planted-truth.ts";
import { runDemo } from "../../demo/run-demo.ts";
import * as manufacturingCheck from "../../subgraphs/manufacturing/device/consistency.store.ts";
import * as ownershipCheck from "../../subgraphs/ownership/ownership/consistency.store.ts";
import { freshDatabase } from "../support/postgres.ts";
import { type LoadedDemo, loadedDemo, patient, SEED, TENANT } from "./loaded-demo.ts";

const DEVICES = 4_000;
let demo: LoadedDemo;
beforeAll(async () => {
  demo = await loadedDemo(DEVICES);
}, 240_000);
afterAll(() => demo?.close());

/** Kinds of deviations that the check of both databases finds. */
async function deviations(tenant = TENANT): Promise<string[]> {
  const manufacturing = patient(demo.databases.manufacturing, "manufacturing");
  const ownership = patient(demo.databases.ownership, "ownership");
  try {
    const found = [
      ...(await manufacturingCheck.findDeviations(manufacturing.tenant(tenant), 100)),
      ...(await ownershipCheck.findDeviations(ownership.tenant(tenant), 100)),
    ];
    return found.map(({ kind }) => kind);
  } finally {
    await Promise.all([manufacturing.close(), ownership.close()]);
  }
}

/** What the tables' triggers refuse, as a superuser may do it. */
function withoutTriggers(table: string, change: string): string {
  const alter = (state: string) => `ALTER TABLE ${table} ${state} TRIGGER USER`;
  return [alter("DISABLE"), change, alter("ENABLE")].join("; ");
}

describe("what is loaded", () => {
  test("passes the check that holds for what the API wrote", async () => {
    expect(await deviations()).toEqual([]);
  }, 120_000);

  test("is what the generator told", async () => {
    const truth = plantedTruth({ seed: SEED, devices: DEVICES });
    expect(demo.summary).toMatchObject({ devices: DEVICES, provisioned: truth.provisioned });
    let revisions = 0;
    for (const device of new DemoFactory({ seed: SEED, devices: DEVICES }).devices()) {
      revisions += device.revisions.length;
    }
    expect(demo.summary.revisions).toBe(revisions);
  });

  // Each row: the deviation that the change makes, where, and how to undo it.
  test.each<[string, "manufacturing" | "ownership", change: string, undo: string]>([
    [
      "PROJECTION_DIFFERS",
      "manufacturing",
      "UPDATE device SET fw_version = '0.0.1' || fw_version WHERE device_id = 77",
      "UPDATE device SET fw_version = substr(fw_version, 6) WHERE device_id = 77",
    ],
    [
      "GROUPS_DIFFER",
      "manufacturing",
      "UPDATE device_group SET tenant = 'x' WHERE device_id = 77 AND field = 'capacitorBatch'",
      "UPDATE device_group SET tenant = 'demo' WHERE device_id = 77 AND field = 'capacitorBatch'",
    ],
    [
      "IDENTIFIERS_DIFFER",
      "manufacturing",
      "UPDATE device_identifier SET device_id = 78 WHERE value = (SELECT serial_number FROM device WHERE device_id = 77)",
      "UPDATE device_identifier SET device_id = 77 WHERE value = (SELECT serial_number FROM device WHERE device_id = 77)",
    ],
    [
      "IDENTITY_PROJECTION_DIFFERS",
      "ownership",
      "UPDATE cloud_identity SET revision = revision + 100 WHERE state = 'SUSPENDED'",
      "UPDATE cloud_identity SET revision = revision - 100 WHERE state = 'SUSPENDED'",
    ],
    [
      "OWNER_MISSING",
      "ownership",
      withoutTriggers("owner", "UPDATE owner SET owner_id = owner_id + 9000000 WHERE owner_id = 3"),
      withoutTriggers(
        "owner",
        "UPDATE owner SET owner_id = owner_id - 9000000 WHERE owner_id = 9000003",
      ),
    ],
  ])(
    "and a planted %s is found",
    async (kind, service, change, undo) => {
      await demo.databases[service].admin(change);
      expect(await deviations()).toContain(kind);
      await demo.databases[service].admin(undo);
      expect(await deviations()).toEqual([]);
    },
    120_000,
  );
});

describe("beside what is loaded", () => {
  test("the API writes on: nothing collides", async () => {
    const recorded = await demo.ask<{ recordDevices: { recorded: number } }>("manufacturing", {
      text: `mutation Record($input: [DeviceRecordInput!]!) { recordDevices(input: $input) { recorded verdicts { code message } } }`,
      variables: {
        input: Array.from({ length: 300 }, (_, index) => ({
          serialNumber: `NEW-${index}`,
          lotCode: "NEW",
          attributes: { boardVendor: "PIAVE_CIRCUITS" },
        })),
      },
    });
    expect(recorded.recordDevices).toMatchObject({ recorded: 300 });
    const corrected = await demo.ask<{ correctDevice: { revision: number } }>("manufacturing", {
      text: `mutation { correctDevice(serialNumber: "NEW-7", changes: { lotCode: "NEWER" }, reason: "test", expectedRevision: 1) { revision } }`,
    });
    expect(corrected.correctDevice.revision).toBe(2);
    const { unclaimed } = demo.summary.examples;
    const registered = await demo.ask<{ registerOwnership: { owner: { displayName: string } } }>(
      "ownership",
      {
        text: `mutation Register($input: RegisterOwnershipInput!) { registerOwnership(input: $input) { owner { displayName } } }`,
        variables: {
          input: { ...unclaimed, owner: { kind: "PERSON", displayName: "Nova Newcomer" } },
        },
      },
    );
    expect(registered.registerOwnership.owner.displayName).toBe("Nova Newcomer");
    expect(await deviations()).toEqual([]);
  }, 120_000);

  test("the examples lead somewhere, and an owner's data can be read", async () => {
    const { connhexId, serialNumber, lotCode, lotSiblings, ownerSubject } = demo.summary.examples;
    const { device } = await demo.ask<{ device: { revision: number; siblings: object } }>(
      "manufacturing",
      {
        text: `query Example($id: ID!) { device(connhexId: $id) { serialNumber lotCode revision siblings(first: 5) { nodes { serialNumber } } } }`,
        variables: { id: connhexId },
      },
    );
    expect(device).toMatchObject({ serialNumber, lotCode });
    expect(device.revision).toBeGreaterThan(5);
    expect(device.siblings).toEqual({
      nodes: lotSiblings.map((sibling) => ({ serialNumber: sibling })),
    });
    const { myDevices } = await demo.ask<{
      myDevices: { nodes: { connhexId: string; owner: object }[] };
    }>("ownership", {
      text: `{ myDevices { nodes { connhexId owner { displayName contact { email address } } } } }`,
      roles: ["owner"],
      subject: ownerSubject ?? "",
    });
    const mine = myDevices.nodes.find((node) => node.connhexId === connhexId);
    expect(mine?.owner).toEqual({
      displayName: expect.any(String),
      contact: {
        email: expect.stringMatching(/@example\.(com|net|org)$/),
        address: expect.any(String),
      },
    });
  });

  test("another tenant gets a demo of its own, and sees nothing of this one", async () => {
    const other = await demo.load({ devices: 150, tenant: "other" });
    expect(other.devices).toBe(150);
    expect(await deviations("other")).toEqual([]);
    const database = demo.databases.manufacturing.open();
    const [row] = await database
      .tenant("other")
      .run<{ count: number }>("SELECT count(*) FROM device");
    await database.close();
    expect(row?.count).toBe(150);
  });
});

describe("the wall between tenants stands for the owner of the tables", () => {
  const tables = [MANUFACTURING_TABLES.device_identifier];
  const open = (tenant: string) =>
    BulkLoad.open(demo.databases.manufacturing.ownerUrl, tenant, tables);

  test("a row of another tenant is refused, and nothing of the load stays", async () => {
    const load = await open("mine");
    await load.begin();
    const row = (tenant: string) => Buffer.from(`${tenant}\tserialNumber\tWALL-${tenant}\t1\n`);
    await load.add(MANUFACTURING_TABLES.device_identifier, row("mine"));
    await expect(load.add(MANUFACTURING_TABLES.device_identifier, row("demo"))).rejects.toThrow(
      /row-level security/,
    );
    await load.close();
    const text = "SELECT 1 FROM device_identifier WHERE value LIKE 'WALL-%'";
    expect(await demo.databases.manufacturing.admin(text)).toEqual([]);
  });

  test("tables that others filled look empty", async () => {
    const [mine, demos] = [await open("mine"), await open(TENANT)];
    expect(await mine.occupied()).toBeNull();
    expect(await demos.occupied()).toBe("device_identifier");
    await Promise.all([mine.close(), demos.close()]);
  });
});

describe("a load is refused", () => {
  test("where the tenant has devices, and changes nothing", async () => {
    const count = () =>
      demo.databases.manufacturing.admin("SELECT count(*), max(device_id) FROM device");
    const before = await count();
    await expect(demo.load({ devices: 10, tenant: TENANT, seed: "second" })).rejects.toMatchObject({
      extensions: { code: "BAD_USER_INPUT" },
      message: expect.stringMatching(/tenant demo has rows in .* already/),
    });
    expect(await count()).toEqual(before);
  });

  test.each([
    [{ devices: 10, tenant: "No Tenant" }, /no tenant's name/],
    [{ devices: 0, tenant: "empty" }, /1 to 100000000 devices, not 0/],
  ])("for %o", async (wrong, message) => {
    await expect(demo.load(wrong)).rejects.toThrow(message);
  });

  test("with a login that may not make temporary tables", async () => {
    const { manufacturing, ownership } = demo.databases;
    // As on the embedded server, whose databases belong to their services' owners.
    await manufacturing.admin(
      `GRANT TEMPORARY ON DATABASE ${manufacturing.name} TO manufacturing_owner`,
    );
    await manufacturing.admin(`REVOKE TEMPORARY ON DATABASE ${manufacturing.name} FROM PUBLIC`);
    const asApp = runDemo({
      devices: 10,
      tenant: "app",
      encryptionKey: Buffer.alloc(32),
      secretPepper: Buffer.alloc(32),
      manufacturingUrl: manufacturing.appUrl,
      ownershipUrl: ownership.ownerUrl,
    });
    await expect(asApp).rejects.toMatchObject({
      extensions: { code: "FORBIDDEN" },
      message: expect.stringContaining("the login of the tables' owner"),
    });
  });

  test("and leaves nothing behind, where Ownership cannot take it", async () => {
    const ownership = await freshDatabase("ownership");
    await ownership.admin(
      "ALTER TABLE ownership_revision ADD CONSTRAINT broken CHECK (kind <> 'TRANSFERRED')",
    );
    const broken = runDemo({
      devices: 500,
      tenant: "broken",
      encryptionKey: Buffer.alloc(32),
      secretPepper: Buffer.alloc(32),
      manufacturingUrl: demo.databases.manufacturing.ownerUrl,
      ownershipUrl: ownership.ownerUrl,
    });
    await expect(broken).rejects.toThrow(/broken/);
    const text = "SELECT count(*)::int FROM device WHERE tenant = 'broken'";
    expect(await demo.databases.manufacturing.admin(text)).toEqual([{ count: 0 }]);
    expect(await ownership.admin("SELECT count(*)::int FROM owner")).toEqual([{ count: 0 }]);
    await ownership.drop();
  });
});
