import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { assertPlainText } from "../shared/text.ts";
import { judgeCorrection, judgeRecord } from "../subgraphs/manufacturing/device/device.ts";
import { readFacts } from "../subgraphs/manufacturing/device/device-facts.ts";
import { FACT_FIELDS, type KnownDevice } from "../subgraphs/manufacturing/device/device-record.ts";
import type { FieldDefinition } from "../subgraphs/manufacturing/field-definition/field-definition.ts";
import { assertSafePattern } from "../subgraphs/manufacturing/field-definition/pattern.ts";
import type { Revision } from "./device-revision.ts";
import { type DemoDevice, LINK_ACTOR } from "./device-story.ts";
import { DemoFactory } from "./factory.ts";
import { FIELD_DEFINITIONS } from "./field-definitions.ts";
import { DEFAULT_PRESENT } from "./plan.ts";

const options = { seed: "factory test", devices: 4_000 };
const factory = new DemoFactory(options);
const devices = [...factory.devices()];

describe("the same seed and number", () => {
  const digest = (all: Iterable<DemoDevice>) => {
    const hash = createHash("sha256");
    for (const device of all) hash.update(JSON.stringify(device));
    return hash.digest("hex");
  };

  test("give the same devices, byte for byte", () => {
    expect(digest(new DemoFactory(options).devices())).toBe(digest(devices));
  });

  test("give each device in any order", () => {
    for (const index of [3_999, 17, 2_500, 0]) {
      expect(factory.device(index)).toEqual(devices[index]);
    }
    expect([...factory.devices(1_000, 1_100)]).toEqual(devices.slice(1_000, 1_100));
  });

  test("another seed or number gives others", () => {
    const first = (seed: string, count: number) =>
      JSON.stringify(new DemoFactory({ seed, devices: count }).device(0));
    expect(first("other", 4_000)).not.toBe(JSON.stringify(devices[0]));
    expect(first(options.seed, 4_001)).not.toBe(JSON.stringify(devices[0]));
  });
});

describe("production", () => {
  test.each([
    [1, 1],
    [100, 5],
    [2_000, 8],
    [20_000, 20],
  ])("%d devices come in at least %d lots, of one work order each", (count, least) => {
    const { plan } = new DemoFactory({ seed: "lots", devices: count });
    expect(plan.lots.length).toBeGreaterThanOrEqual(least);
    expect(plan.lots.reduce((sum, { size }) => sum + size, 0)).toBe(count);
    expect(new Set(plan.lots.map(({ lotCode }) => lotCode)).size).toBe(plan.lots.length);
  });

  test("serial numbers and connhexIds are unique", () => {
    const ids = devices.flatMap(({ connhexId }) => connhexId ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(devices.map(({ serialNumber }) => serialNumber)).size).toBe(devices.length);
  });

  test("packages hold 4 to 10 devices of one lot, pallets 40 to 100", () => {
    for (const lot of factory.plan.lots) {
      const { packageSize, palletPackages } = lot.model;
      expect(packageSize).toBeGreaterThanOrEqual(4);
      expect(packageSize).toBeLessThanOrEqual(10);
      expect(packageSize * palletPackages).toBeGreaterThanOrEqual(40);
      expect(packageSize * palletPackages).toBeLessThanOrEqual(100);
    }
    const counts = new Map<string, number>();
    for (const { revisions } of devices) {
      const key = revisions.at(-1)?.record.packageId;
      if (key) counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(Math.max(...counts.values())).toBeLessThanOrEqual(10);
  });

  test("every kind of story is told, with about five revisions a device", () => {
    const revisions = devices.flatMap((device) => device.revisions);
    const reasons = revisions.filter(({ reason }) => reason !== null);
    expect(revisions.length / devices.length).toBeGreaterThan(4.8);
    expect(revisions.length / devices.length).toBeLessThan(6);
    const corrected = new Set(reasons.flatMap(({ changed }) => changed));
    for (const field of ["phase", "lotCode", "palletId", "hardwareRevision", "fwVersion"]) {
      expect(corrected).toContain(field);
    }
    expect(corrected).toContain("capacitorBatch");
    expect(corrected).toContain("disposition");
    const names = new Set(
      devices.flatMap((device) => Object.keys(lastOf(device).record.attributes)),
    );
    expect([...names].sort()).toEqual(FIELD_DEFINITIONS.map(({ name }) => name).sort());
    const isLate = (device: DemoDevice) =>
      device.revisions.some(
        ({ effectiveAt }, at) => effectiveAt < (device.revisions[at - 1]?.effectiveAt ?? ""),
      );
    expect(devices.filter(isLate).length).toBeGreaterThan(50);
  });

  test("quarantined, scrapped and fresh devices are not provisioned, most others are", () => {
    const provisioned = devices.filter(({ connhexId }) => connhexId !== null);
    expect(provisioned.every((device) => lastOf(device).record.disposition === "RELEASED")).toBe(
      true,
    );
    expect(provisioned.length / devices.length).toBeGreaterThan(0.75);
    const isFresh = (device: DemoDevice) =>
      (lastOf(device).record.producedAt ?? "") > "2025-09-04T00:00:00.000000Z";
    expect(devices.filter(isFresh).length).toBeGreaterThan(20);
    expect(devices.filter(isFresh).every(({ connhexId }) => connhexId === null)).toBe(true);
    for (const device of devices) expect(lastOf(device).record.connhexId).toBe(device.connhexId);
  });
});

describe("every revision", () => {
  test("is recorded later than the one before and not after the demo's present", () => {
    const present = new Date(DEFAULT_PRESENT).toISOString().replace("Z", "000Z");
    for (const { revisions } of devices) {
      expect(revisions.map(({ revision }) => revision)).toEqual(revisions.map((_, at) => at + 1));
      const wrong = revisions.filter(
        ({ recordedAt, effectiveAt }, at) =>
          recordedAt <= (revisions[at - 1]?.recordedAt ?? "") ||
          effectiveAt > recordedAt ||
          recordedAt > present,
      );
      expect(wrong).toEqual([]);
    }
  });

  test("is what the rules of Manufacturing would have made of it", () => {
    for (const { revisions } of devices) {
      let known: KnownDevice | null = null;
      for (const revision of revisions) {
        expect(judged(known, revision)).toEqual({
          record: revision.record,
          changed: revision.changed,
        });
        known = { ...revision.record, deviceId: 1, revision: revision.revision };
      }
    }
  });
});

test("the field definitions are ones that Manufacturing would take", () => {
  for (const { name, pattern } of FIELD_DEFINITIONS) {
    expect(assertPlainText("name", name, 128)).toBe(name);
    if (pattern !== null) expect(() => assertSafePattern(pattern)).not.toThrow();
  }
  const types = new Set(FIELD_DEFINITIONS.map(({ type }) => type));
  expect(types.size).toBe(6);
});

const definitions = FIELD_DEFINITIONS.map(
  (definition): FieldDefinition => ({
    ...definition,
    values: definition.values ? [...definition.values] : null,
    createdAt: "",
    retiredAt: null,
  }),
);
const byName = new Map(definitions.map((definition) => [definition.name, definition]));

/** Judges the revision's changes as if they came by the API. */
function judged(known: KnownDevice | null, { record, changed, reason, actor }: Revision): unknown {
  if (actor === LINK_ACTOR) {
    expect(changed).toEqual(["connhexId"]);
    expect(known?.connhexId).toBeNull();
    return {
      record: { ...known, deviceId: undefined, revision: undefined, connhexId: record.connhexId },
      changed,
    };
  }
  const isNamed = (name: string) => changed.includes(name);
  const facts = Object.fromEntries(FACT_FIELDS.filter(isNamed).map((name) => [name, record[name]]));
  const attributes = Object.fromEntries(
    Object.entries(record.attributes).filter(([name]) => isNamed(name)),
  );
  const statement = { serialNumber: record.serialNumber, ...facts, attributes };
  const read = readFacts(statement, byName, Date.now());
  if (reason === null || known === null) return judgeRecord(known, read, definitions);
  return judgeCorrection(known, read, definitions);
}

function lastOf({ revisions }: DemoDevice): Revision {
  const last = revisions.at(-1);
  if (!last) throw new Error("a device without revisions");
  return last;
}
