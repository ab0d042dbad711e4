import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { type CatenaXPlan, planCatenaX } from "./catena-x.ts";
import type { DeviceRecord } from "./judge-row.ts";

const CONTAINER = "https://catenax.io/schema/TestDataContainer/1.0.0";

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
      devices: recount.serialNumbers,
      components: 0,
      furtherTwins: recount.parts - recount.serialNumbers,
      lots: recount.batches,
    });
    expect(report.twins.other.total).toBe(recount.twins - recount.parts - recount.batches);
    expect(report.edges.total).toBe(recount.edges);
    expect(report.edges.notUsed.total).toBe(0);
    expect(rows.filter(({ judged }) => "code" in judged)).toEqual([]);
    expect(report.edges.installations).toBe(new Set(recount.pairs).size);
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
  const names = new Map([...parts, ...batches].map((text) => [idOf(text), serialOf(text)]));
  const pairs = parts.flatMap((text) =>
    [...text.matchAll(/"childCatenaXId":"([^"]+)"/g)].map(
      ([, child = ""]) => `${serialOf(text)} > ${names.get(child)}`,
    ),
  );
  return {
    pairs,
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

function planOf(twins: readonly unknown[]): CatenaXPlan {
  return planCatenaX(
    CONTAINER,
    twins.map((value, index) => ({ line: index + 1, value })),
  );
}
