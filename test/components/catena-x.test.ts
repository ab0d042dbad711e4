import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type CatenaXPlan, planCatenaX } from "../../cli/import/catena-x.ts";
import { type Factory, openFactory, RECORD } from "../manufacturing/factory.ts";
import { INSTALL } from "./parts.ts";

/** Catena-X as-built test data (eclipse-tractusx/item-relationship-service, CC-BY-4.0). */
const FILE = join(import.meta.dirname, "../../../shared/data/catenax-irs/smallTestdata.json");
const describeFile = existsSync(FILE) ? describe : describe.skip;
const absent = existsSync(FILE) ? "" : " (skipped: data not present)";

type Json = Record<string, unknown>;

describeFile(`the parts and batches of the real as-built file${absent}`, () => {
  let factory: Factory;
  const file = existsSync(FILE) ? readFile() : { edges: [], names: new Map<string, string>() };
  beforeAll(async () => {
    factory = await openFactory();
    await load(factory, plan());
  });
  afterAll(() => factory?.close());

  test("are as many, with as many different edges, as the raw file has", async () => {
    const sql = factory.database.open().tenant("acme");
    const count = async (text: string) => (await sql.run<{ n: number }>(text))[0]?.n;
    const names = new Set(file.names.values());
    expect(file.names.size).toBe(161);
    expect(file.edges).toHaveLength(283);
    const items = "(SELECT device_id FROM device UNION ALL SELECT component_id FROM component)";
    expect(await count(`SELECT count(*) n FROM ${items} i`)).toBe(names.size);
    const edges = new Set(file.edges.map(([parent, child]) => `${parent} > ${child}`));
    expect(await count("SELECT count(*) n FROM installation")).toBe(edges.size);
  });

  test("lead down and up to exactly what the raw file leads to", async () => {
    const down = closure(file.edges);
    const up = closure(file.edges.map(([parent, child]) => [child, parent]));
    const answered = await traces(factory);
    expect([...answered.keys()].sort()).toEqual([...new Set(file.names.values())].sort());
    for (const [name, { below, above }] of answered) {
      expect({ name, below }).toEqual({ name, below: [...(down.get(name) ?? [])].sort() });
      expect({ name, above }).toEqual({ name, above: [...(up.get(name) ?? [])].sort() });
    }
    // The deepest: a vehicle, its battery, a module, a cell, a batch of cathode material.
    expect(Math.max(...[...answered.values()].map(({ levels }) => levels))).toBe(4);
  });

  test("keep the amount of each edge", async () => {
    const sql = factory.database.open().tenant("acme");
    const kilograms = await sql.run<{ quantity: number }>(
      "SELECT quantity FROM installation WHERE measure = 'kilogram'",
    );
    const compact = JSON.stringify(JSON.parse(readFileSync(FILE, "utf8")));
    // An edge says its amount as quantityNumber, text or number; nothing else in the file does so.
    const told = compact.matchAll(/"quantityNumber":"?([0-9.]+)"?,[^}]*"unit:kilogram"/g);
    const amounts = [...told].map(([, amount]) => Number(amount));
    expect(amounts).toHaveLength(18);
    expect(kilograms.map(({ quantity }) => quantity).sort()).toEqual(amounts.sort());
    expect(
      await sql.run("SELECT 1 FROM installation WHERE measure IS NULL AND quantity <> 1"),
    ).toEqual([]);
  });
});

function plan(): CatenaXPlan {
  const [[container, twins] = ["", []]] = Object.entries(
    JSON.parse(readFileSync(FILE, "utf8")) as Record<string, unknown[]>,
  );
  return planCatenaX(
    container,
    twins.map((value, index) => ({ line: index + 1, value })),
  );
}

async function load(factory: Factory, { fields, rows, installations }: CatenaXPlan): Promise<void> {
  for (const field of fields) await factory.define({ ...field });
  const input = rows.flatMap(({ judged }) => ("code" in judged ? [] : [judged.record]));
  const recorded = await factory.ask("line", RECORD, { input });
  expect(recorded.data.recordDevices.refused).toBe(0);
  const installed = await factory.ask("line", INSTALL, {
    input: installations.map(({ installation }) => installation),
  });
  expect(installed.data.installComponents.refused).toBe(0);
}

/** Straight from the raw objects, by none of the code under test: what is what, and within what. */
function readFile(): { names: Map<string, string>; edges: [parent: string, child: string][] } {
  const [twins = []] = Object.values(
    JSON.parse(readFileSync(FILE, "utf8")) as Record<string, Json[]>,
  );
  const names = new Map<string, string>();
  const edges: [string, string][] = [];
  for (const twin of twins) {
    for (const [aspect, values] of Object.entries(twin)) {
      if (!/#(SerialPartTypization|Batch)$/.test(aspect)) continue;
      const text = JSON.stringify(values);
      const local = (key: string) => new RegExp(`"value":"([^"]+)","key":"${key}"`).exec(text)?.[1];
      const identity = ["manufacturerId", "manufacturerPartId", "partInstanceId"].map(local);
      names.set(String(twin.catenaXId), identity.join("|"));
    }
  }
  for (const twin of twins) {
    for (const [, child = ""] of JSON.stringify(twin).matchAll(/"childCatenaXId":"([^"]+)"/g)) {
      const [parent, within] = [names.get(String(twin.catenaXId)), names.get(child)];
      if (parent === undefined || within === undefined) throw new Error("an edge leads nowhere");
      edges.push([parent, within]);
    }
  }
  return { names, edges };
}

function closure(edges: readonly (readonly [string, string])[]): Map<string, Set<string>> {
  const reached = new Map<string, Set<string>>();
  const reach = (from: string): Set<string> => {
    const known = reached.get(from);
    if (known) return known;
    const all = new Set<string>();
    for (const [near, far] of edges) {
      if (near !== from) continue;
      all.add(far);
      for (const beyond of reach(far)) all.add(beyond);
    }
    reached.set(from, all);
    return all;
  };
  for (const [near] of edges) reach(near);
  return reached;
}

const ITEM = `item { device { serialNumber partNumber attributes }
  component { supplier partNumber serialNumber supplierLot } }`;
const TRACES = `billOfMaterials(first: 1000) { nodes { level ${ITEM} } }
  whereUsed(first: 1000) { nodes { level ${ITEM} } }`;

interface Named {
  item: {
    device: { serialNumber: string; partNumber: string; attributes: Json } | null;
    component: { supplier: string; partNumber: string; supplierLot: string } | null;
  };
}

function nameOf({ item: { device, component } }: Named): string {
  if (device) {
    return `${device.attributes.manufacturerId}|${device.partNumber}|${device.serialNumber}`;
  }
  return `${component?.supplier}|${component?.partNumber}|${component?.supplierLot}`;
}

/** What every item of the database is answered to contain and to be contained in. */
async function traces(factory: Factory) {
  const sql = factory.database.open().tenant("acme");
  const answered = new Map<string, { below: string[]; above: string[]; levels: number }>();
  const add = (
    item: Named["item"],
    found: Record<string, { nodes: (Named & { level: number })[] }>,
  ) => {
    const names = (nodes: Named[] = []) => [...new Set(nodes.map(nameOf))].sort();
    const below = found.billOfMaterials?.nodes ?? [];
    const above = names(found.whereUsed?.nodes);
    const levels = Math.max(0, ...below.map(({ level }) => level));
    answered.set(nameOf({ item }), { below: names(below), above, levels });
  };
  const devices = await sql.run<{ serial_number: string }>("SELECT serial_number FROM device");
  for (const { serial_number: serialNumber } of devices) {
    const { data, errors } = await factory.ask(
      "support",
      `query ($n: String!) { device(serialNumber: $n) {
        serialNumber partNumber attributes ${TRACES} } }`,
      { n: serialNumber },
    );
    expect(errors).toEqual([]);
    add({ device: data.device, component: null }, data.device);
  }
  const components = await sql.run<Json>("SELECT * FROM component");
  for (const { supplier, part_number: partNumber, supplier_lot: supplierLot } of components) {
    const { data, errors } = await factory.ask(
      "support",
      `query ($s: String!, $p: String!, $l: String!) {
        component(supplier: $s, partNumber: $p, supplierLot: $l) {
          supplier partNumber supplierLot ${TRACES} } }`,
      { s: supplier, p: partNumber, l: supplierLot },
    );
    expect(errors).toEqual([]);
    add({ device: null, component: data.component }, data.component);
  }
  return answered;
}
