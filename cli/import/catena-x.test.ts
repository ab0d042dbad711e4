import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { type CatenaXPlan, planCatenaX } from "./catena-x.ts";
import type { DeviceRecord } from "./judge-row.ts";

const CONTAINER = "https://catenax.io/schema/TestDataContainer/1.0.0";

describe("a part becomes a device", () => {
  test("with what it says of itself", () => {
    const plan = planOf([part("p1", "SN-1"), { catenaXId: "b1" }]);
    expect(recordsOf(plan)).toEqual([
      {
        serialNumber: "SN-1",
        partNumber: "PN-part",
        deviceType: "Pump",
        site: "DEU",
        producedAt: "2022-02-04T14:48:54.000000Z",
        attributes: { catenaXId: "p1", manufacturerId: "BPN1" },
      },
    ]);
    expect(plan.report.twins).toMatchObject({ total: 2, devices: 1, lots: 0 });
    expect(plan.report.twins.other.entries()).toEqual([
      { reason: "neither part nor batch: no aspect", count: 1 },
    ]);
    expect(plan.report).toMatchObject({ timesAssumedUtc: 1, otherPartNumbers: 1 });
  });

  test.each([
    ["no serial number", part("p1", null), "FIELD_REQUIRED", "partInstanceId"],
    ["white space", part("p1", "SN-1 "), "INVALID_VALUE", "serialNumber"],
    [
      "no time",
      part("p1", "SN-1", [], "yesterday"),
      "INVALID_VALUE",
      "manufacturingInformation.date",
    ],
  ])("or is refused alone: %s", (_, twin, code, field) => {
    const plan = planOf([twin, part("p2", "SN-2")]);
    expect(plan.rows.map(({ judged }) => judged)).toEqual([
      expect.objectContaining({ code, field }),
      expect.objectContaining({ record: expect.objectContaining({ serialNumber: "SN-2" }) }),
    ]);
  });

  test("once: a second twin with its serial number is refused, and its edges are not used", () => {
    const plan = planOf([
      part("p1", "SN-1"),
      part("p2", "SN-1", ["b1"]),
      batch("b1", "B-1", "Glue"),
    ]);
    expect(plan.rows[1]?.judged).toEqual({
      code: "DUPLICATE_IN_FILE",
      field: "partInstanceId",
      reason: "SN-1 is the part on line 1 already",
    });
    expect(plan.report.edges.notUsed.entries()).toEqual([
      { reason: "the part is refused (DUPLICATE_IN_FILE)", count: 1 },
    ]);
  });
});

describe("the batches below a part are its lot", () => {
  const batches = [batch("b1", "B-1", "Glue"), batch("b2", "B-2", "Cathode Material ")];
  test.each<[string, string[], object]>([
    ["one batch", ["b1"], { lotCode: "B-1", glueBatch: "B-1" }],
    ["the same batch twice", ["b1", "b1"], { lotCode: "B-1", glueBatch: "B-1" }],
    ["several batches", ["b1", "b2"], { glueBatch: "B-1", cathodeMaterialBatch: "B-2" }],
    ["none", [], {}],
    ["a part below it", ["p9"], {}],
    ["what is not in the file", ["gone"], {}],
  ])("%s", (_, children, expected) => {
    const plan = planOf([part("p1", "SN-1", children), part("p9", "SN-9"), ...batches]);
    expect(lotOf(plan)).toEqual(expected);
    expect(plan.report.edges.total).toBe(children.length);
  });

  test("but not where two batches of the file have one identifier: their lots would mix", () => {
    const plan = planOf([
      part("p1", "SN-1", ["b1"]),
      batch("b1", "B-1", "Glue"),
      batch("b2", "B-1", "Paint"),
    ]);
    expect(lotOf(plan)).toEqual({});
    expect(plan.report.edges.notUsed.entries()).toEqual([
      { reason: "several batches have the same identifier", count: 1 },
    ]);
  });

  test("nor where a second batch of one material stands beside it: which one is the lot?", () => {
    const plan = planOf([
      part("p1", "SN-1", ["b1", "b2"]),
      batch("b1", "B-1", "Glue"),
      batch("b2", "B-2", "Glue"),
    ]);
    expect(lotOf(plan)).toEqual({ glueBatch: "B-1" });
    expect(plan.report.edges).toMatchObject({ used: 1 });
  });

  test("each kept in a groupable field of its material", () => {
    const plan = planOf([part("p1", "SN-1", ["b1", "b2"]), ...batches]);
    expect(plan.fields).toEqual([
      { name: "catenaXId", type: "TEXT", isGroupable: false },
      { name: "manufacturerId", type: "TEXT", isGroupable: true },
      { name: "glueBatch", type: "TEXT", isGroupable: true },
      { name: "cathodeMaterialBatch", type: "TEXT", isGroupable: true },
    ]);
  });
});

describe("what is no container is refused", () => {
  test.each<[string | null, unknown[], string]>([
    [null, [], "no Catena-X"],
    ["devices", [], "no Catena-X"],
    [CONTAINER, [], "no twins"],
    [CONTAINER, ["text"], "without a catenaXId"],
    [CONTAINER, [{ catenaXId: 5 }], "without a catenaXId"],
  ])("%p %j", (container, values, reason) => {
    const members = values.map((value, index) => ({ line: index + 1, value }));
    expect(() => planCatenaX(container, members)).toThrow(reason);
  });
});

/** Catena-X as-built test data (eclipse-tractusx/item-relationship-service, CC-BY-4.0). */
const FILE = join(import.meta.dirname, "../../../shared/data/catenax-irs/smallTestdata.json");
const describeFile = existsSync(FILE) ? describe : describe.skip;
const absent = existsSync(FILE) ? "" : " (skipped: data not present)";

describeFile(`the counts of the real as-built file${absent}`, () => {
  const twins = existsSync(FILE) ? readRealTwins() : [];
  const plan = () => planOf(twins);

  test("are those of a recount by other means", () => {
    const recount = recountOf(twins);
    const { report, rows } = plan();
    expect(report.twins).toMatchObject({
      total: recount.twins,
      devices: recount.parts,
      lots: recount.batches,
    });
    expect(report.twins.other.total).toBe(recount.twins - recount.parts - recount.batches);
    expect(report.edges.total).toBe(recount.edges);
    expect(report.edges.used + report.edges.notUsed.total).toBe(recount.edges);
    const refused = rows.filter(({ judged }) => "code" in judged);
    expect(refused).toHaveLength(recount.parts - recount.serialNumbers);
    expect(Object.fromEntries(aspectCounts(plan()))).toEqual(recount.aspects);
    // The file as it is known to be.
    expect(recount).toMatchObject({ twins: 162, parts: 147, batches: 14, edges: 283 });
    expect(recount.serialNumbers).toBe(144);
  });

  test("put in the group of each batch exactly the parts that contain it", () => {
    const recount = recountOf(twins);
    const groups = new Map<string, Set<string>>();
    for (const { serialNumber, attributes = {} } of recordsOf(plan())) {
      for (const [name, value] of Object.entries(attributes)) {
        if (!name.endsWith("Batch")) continue;
        groups.set(String(value), (groups.get(String(value)) ?? new Set()).add(serialNumber));
      }
    }
    expect(groups).toEqual(recount.partsOfBatch);
    expect(groups.size).toBe(14);
  });
});

type Json = Record<string, unknown>;

function readRealTwins(): Json[] {
  return (JSON.parse(readFileSync(FILE, "utf8")) as Record<string, Json[]>)[CONTAINER] ?? [];
}

/** The same numbers straight from the text and the objects, by none of the code under test. */
function recountOf(twins: readonly Json[]) {
  const texts = twins.map((twin) => JSON.stringify(twin));
  const serialOf = (text: string) => /"value":"([^"]+)","key":"partInstanceId"/.exec(text)?.[1];
  const parts = texts.filter((text) => text.includes("#SerialPartTypization"));
  const batches = texts.filter((text) => text.includes("#Batch"));
  const idOf = (text: string) => /"catenaXId":"([^"]+)"/.exec(text)?.[1] ?? "";
  const batchById = new Map(batches.map((text) => [idOf(text), serialOf(text) ?? ""]));
  const partsOfBatch = new Map<string, Set<string>>();
  for (const text of parts) {
    for (const [, child = ""] of text.matchAll(/"childCatenaXId":"([^"]+)"/g)) {
      const batchName = batchById.get(child);
      if (batchName === undefined) continue;
      const members = partsOfBatch.get(batchName) ?? new Set();
      partsOfBatch.set(batchName, members.add(serialOf(text) ?? ""));
    }
  }
  const aspects: Record<string, number> = {};
  for (const name of twins.flatMap((twin) => Object.keys(twin))) {
    const short = name.replace("urn:bamm:io.catenax.", "");
    if (name !== "catenaXId") aspects[short] = (aspects[short] ?? 0) + 1;
  }
  return {
    twins: twins.length,
    parts: parts.length,
    batches: batches.length,
    edges: texts.join().split('"childCatenaXId"').length - 1,
    serialNumbers: new Set(parts.map(serialOf)).size,
    partsOfBatch,
    aspects,
  };
}

function aspectCounts({ report }: CatenaXPlan): [string, number][] {
  const { used, notUsed } = report.aspects;
  return [...used.entries(), ...notUsed.entries()].map(({ reason, count }) => [reason, count]);
}

function recordsOf({ rows }: CatenaXPlan): DeviceRecord[] {
  return rows.flatMap(({ judged }) => ("code" in judged ? [] : [judged.record]));
}

function lotOf(plan: CatenaXPlan): object {
  const { lotCode, attributes = {} } = recordsOf(plan)[0] ?? {};
  const { catenaXId: _, manufacturerId: __, ...batches } = attributes;
  return { ...(lotCode !== undefined && { lotCode }), ...batches };
}

function planOf(twins: readonly unknown[]): CatenaXPlan {
  return planCatenaX(
    CONTAINER,
    twins.map((value, index) => ({ line: index + 1, value })),
  );
}

function part(
  catenaXId: string,
  serialNumber: string | null,
  children: readonly string[] = [],
  date = "2022-02-04T14:48:54",
): Json {
  const childParts = children.map((childCatenaXId) => ({
    childCatenaXId,
    lifecycleContext: "AsBuilt",
  }));
  return {
    catenaXId,
    "urn:bamm:io.catenax.serial_part_typization:1.1.0#SerialPartTypization": [
      typization(serialNumber, "Pump", date),
    ],
    "urn:bamm:io.catenax.assembly_part_relationship:1.1.0#AssemblyPartRelationship": [
      { catenaXId, childParts },
    ],
  };
}

function batch(catenaXId: string, identifier: string, name: string): Json {
  return {
    catenaXId,
    "urn:bamm:io.catenax.batch:1.0.0#Batch": [typization(identifier, name, "2022-02-04T14:48:54")],
  };
}

function typization(instance: string | null, nameAtManufacturer: string, date: string): Json {
  return {
    localIdentifiers: [
      { key: "manufacturerId", value: "BPN1" },
      { key: "manufacturerPartId", value: "PN-part" },
      ...(instance === null ? [] : [{ key: "partInstanceId", value: instance }]),
    ],
    manufacturingInformation: { date, country: "DEU" },
    partTypeInformation: { manufacturerPartId: "PN-type", nameAtManufacturer },
  };
}
