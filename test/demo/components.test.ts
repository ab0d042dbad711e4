import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { plantedTruth } from "../../demo/planted-truth.ts";
import { devicesContaining } from "../../subgraphs/manufacturing/component/component-sets.store.ts";
import { findDeviations } from "../../subgraphs/manufacturing/device/consistency.store.ts";
import { type LoadedDemo, loadedDemo, patient, SEED, TENANT } from "./loaded-demo.ts";

const DEVICES = 5_000;
let demo: LoadedDemo;
beforeAll(async () => {
  demo = await loadedDemo(DEVICES);
}, 120_000);
afterAll(() => demo?.close());

async function deviations(): Promise<string[]> {
  const database = patient(demo.databases.manufacturing, "manufacturing");
  const found = await findDeviations(database.tenant(TENANT), 100);
  await database.close();
  return found.map(({ kind }) => kind);
}

/** What no role may: a superuser who turns the triggers off. */
const plant = (change: string) => `SET session_replication_role = replica; ${change}`;
const ONE_INSTALLATION = `installation_id = (SELECT min(i.installation_id) FROM installation i
  WHERE i.installation_id > 0 AND NOT EXISTS (SELECT FROM removal r
    WHERE r.installation_id = i.installation_id))`;

describe("what is installed", () => {
  test("passes the check that holds for what the API wrote", async () => {
    expect(await deviations()).toEqual([]);
  });

  // Each row: the deviation that the change makes, and how to undo it.
  test.each<[string, change: string, undo: string]>([
    [
      "ITEM_MISSING",
      plant(`UPDATE installation SET child_id = child_id + 9000000 WHERE ${ONE_INSTALLATION}`),
      plant(`UPDATE installation SET child_id = child_id - 9000000 WHERE ${ONE_INSTALLATION}`),
    ],
    [
      "REMOVAL_DIFFERS",
      plant("UPDATE removal SET removed_at = removed_at - interval '9 years'"),
      plant("UPDATE removal SET removed_at = removed_at + interval '9 years'"),
    ],
    [
      "INSTALLATIONS_OVERLAP",
      plant(`INSERT INTO installation SELECT tenant, -1, parent_id, child_id, position, 2, quantity, measure,
        installed_at, recorded_at, actor, source FROM installation WHERE ${ONE_INSTALLATION}`),
      plant("DELETE FROM installation WHERE installation_id = -1"),
    ],
    [
      "COMPONENT_IDENTIFIERS_DIFFER",
      plant("UPDATE component SET supplier = supplier || 'x' WHERE part_number = 'CR-2450'"),
      plant("UPDATE component SET supplier = 'DANUBE_CELLS' WHERE part_number = 'CR-2450'"),
    ],
    [
      "IN_TWO_PLACES",
      `INSERT INTO installation SELECT 'demo', -n, 100 + n, 77, '', 1, 1, NULL, now(), now(), 'x', NULL
        FROM generate_series(1, 2) n`,
      plant("DELETE FROM installation WHERE installation_id < 0"),
    ],
  ])("and a planted %s is found", async (kind, change, undo) => {
    await demo.databases.manufacturing.admin(change);
    expect(await deviations()).toContain(kind);
    await demo.databases.manufacturing.admin(undo);
    expect(await deviations()).toEqual([]);
  });
});

describe("the planted lot of a supplier", () => {
  const { supplier, supplierLot, current, ever } = plantedTruth({
    ...{ seed: SEED, devices: DEVICES },
  }).supplierLot;

  test.each([
    ["CURRENT", current],
    ["EVER", ever],
  ] as const)("is used in exactly the devices of the truth: %s", async (membership, expected) => {
    const found: string[] = [];
    for (let after: string | null = null; ; ) {
      const { whereUsed }: Used = await demo.ask<Used>("manufacturing", {
        text: `query Used($supplier: String, $lot: String, $membership: Membership!, $after: String) {
          whereUsed(supplier: $supplier, supplierLot: $lot, membership: $membership, first: 1000, after: $after) {
            isComplete nodes { level item { device { serialNumber } } }
            pageInfo { hasNextPage endCursor } } }`,
        variables: { supplier, lot: supplierLot, membership, after },
      });
      expect(whereUsed.isComplete).toBe(true);
      found.push(...whereUsed.nodes.map(({ item }) => item.device?.serialNumber ?? "none"));
      if (!whereUsed.pageInfo.hasNextPage) break;
      after = whereUsed.pageInfo.endCursor;
    }
    expect(found.sort()).toEqual([...expected].sort());
  });

  test("and so by the set that recall criteria are made of", async () => {
    const sql = patient(demo.databases.manufacturing, "manufacturing");
    for (const [membership, expected] of [
      ["CURRENT", current],
      ["EVER", ever],
    ] as const) {
      const criterion = { supplier, supplierLot, partNumber: null, serialNumber: null, membership };
      const { text, parameters } = devicesContaining(criterion, {
        knownAt: null,
        firstParameter: 2,
      });
      const rows = await sql
        .tenant(TENANT)
        .run<{ name: string }>(
          `SELECT serial_number AS name FROM device WHERE device_id IN (${text})`,
          [TENANT, ...parameters],
        );
      expect(rows.map(({ name }) => name).sort()).toEqual([...expected].sort());
    }
    await sql.close();
  });
});

interface Used {
  whereUsed: {
    isComplete: boolean;
    nodes: { level: number; item: { device: { serialNumber: string } | null } }[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
}
