import { describe, expect, test } from "@jest/globals";
import { type CatenaXPlan, planCatenaX } from "./catena-x.ts";
import type { ItemName } from "./installation-row.ts";
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

  test("once: a further twin of the same part adds what it tells, and is no device of its own", () => {
    const plan = planOf([
      part("p1", "SN-1", ["b1"]),
      part("p2", "SN-1", ["b1", "p3"]),
      part("p3", "SN-3"),
      batch("b1", "B-1", "Glue"),
    ]);
    expect(
      recordsOf(plan).map(({ serialNumber, attributes }) => [serialNumber, attributes]),
    ).toEqual([
      [
        "SN-1",
        { catenaXId: "p1", manufacturerId: "BPN1", otherCatenaXIds: "p2", glueBatch: "B-1" },
      ],
      ["SN-3", { catenaXId: "p3", manufacturerId: "BPN1" }],
    ]);
    expect(plan.report.twins).toMatchObject({ total: 4, devices: 2, furtherTwins: 1, lots: 1 });
    expect(edgesIn(plan)).toEqual(["SN-1 > B-1", "SN-1 > SN-3"]);
    expect(plan.report.edges.toJSON()).toMatchObject({ total: 3, installations: 2, toldAgain: 1 });
  });

  test("or a component, where another part has its serial number; without a maker it is refused", () => {
    const other = (id: string, maker: string | null) => {
      const text = JSON.stringify(part(id, "SN-1", ["p9"]));
      return JSON.parse(
        maker ? text.replaceAll("BPN1", maker) : text.replaceAll("manufacturerId", "x"),
      );
    };
    const plan = planOf([
      part("p1", "SN-1", ["p2", "p3"]),
      other("p2", "BPN2"),
      other("p3", null),
      part("p9", "SN-9"),
    ]);
    expect(
      plan.rows.map(({ judged }) => ("code" in judged ? judged : judged.record.serialNumber)),
    ).toEqual([
      "SN-1",
      {
        code: "DUPLICATE_IN_FILE",
        field: "partInstanceId",
        reason: "SN-1 is the part on line 1 already",
      },
      "SN-9",
    ]);
    expect(plan.report.twins).toMatchObject({ devices: 3, components: 1 });
    expect(edgesIn(plan)).toEqual(["SN-1 > BPN2/SN-1", "BPN2/SN-1 > SN-9"]);
    expect(plan.report.edges.notUsed.entries()).toEqual([
      { reason: "the part is refused (DUPLICATE_IN_FILE)", count: 2 },
    ]);
  });
});

describe("an edge becomes an installation", () => {
  const edge = (more: object) => {
    const parent = part("p1", "SN-1", ["b1"]);
    const [name = ""] = Object.keys(parent).filter((key) => key.includes("Relationship"));
    parent[name] = [{ childParts: [{ childCatenaXId: "b1", ...more }] }];
    return planOf([parent, batch("b1", "B-1", "Glue")]);
  };

  test.each([
    [{}, {}],
    [
      {
        quantity: { quantityNumber: "0.19", measurementUnit: { lexicalValue: "unit:kilogram" } },
        createdOn: "2022-02-03T14:48:54.709Z",
      },
      { quantity: 0.19, measure: "kilogram", installedAt: "2022-02-03T14:48:54.709000Z" },
    ],
    [
      {
        quantity: { quantityNumber: 2, measurementUnit: "unit:piece" },
        assembledOn: "2022-02-03T14:00:00",
        createdOn: "2023-01-01T00:00:00Z",
      },
      { quantity: 2, installedAt: "2022-02-03T14:00:00.000000Z" },
    ],
  ])("%j", (told, expected) => {
    const { parent, child, ...rest } = edge(told).installations[0]?.installation ?? {};
    expect(parent).toEqual({ device: "SN-1" });
    expect(child).toEqual({
      component: { supplier: "BPN1", partNumber: "PN-part", supplierLot: "B-1" },
    });
    expect(rest).toEqual(expected);
  });

  test.each([
    [{ lifecycleContext: "AsPlanned" }, "lifecycle AsPlanned, not AsBuilt"],
    [{ quantity: { quantityNumber: -1 } }, "the quantity is none"],
    [{ quantity: { quantityNumber: "many" } }, "the quantity is none"],
    [{ childCatenaXId: "gone" }, "the child is not in this file, or is neither part nor batch"],
    [{ childCatenaXId: "p1" }, "a part within itself"],
  ])("or is not used, and counted: %j", (told, reason) => {
    const { installations, report } = edge(told);
    expect(installations).toEqual([]);
    expect(report.edges.notUsed.entries()).toEqual([{ reason, count: 1 }]);
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
    expect(plan.report.lots.notGrouped.entries()).toEqual([
      { reason: "several batches have the same identifier", count: 1 },
    ]);
    expect(edgesIn(plan)).toEqual(["SN-1 > B-1"]);
  });

  test("nor where a second batch of one material stands beside it: which one is the lot?", () => {
    const plan = planOf([
      part("p1", "SN-1", ["b1", "b2"]),
      batch("b1", "B-1", "Glue"),
      batch("b2", "B-2", "Glue"),
    ]);
    expect(lotOf(plan)).toEqual({ glueBatch: "B-1" });
    expect(edgesIn(plan)).toEqual(["SN-1 > B-1", "SN-1 > B-2"]);
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

type Json = Record<string, unknown>;

/** `parent > child`, by serial number or lot; a piece's with its supplier. */
function edgesIn({ installations }: CatenaXPlan): string[] {
  const nameOf = (item: ItemName) => {
    if ("device" in item) return item.device;
    const { supplier, serialNumber, supplierLot } = item.component;
    return serialNumber === undefined ? supplierLot : `${supplier}/${serialNumber}`;
  };
  return installations.map(
    ({ installation: { parent, child } }) => `${nameOf(parent)} > ${nameOf(child)}`,
  );
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
