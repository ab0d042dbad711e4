import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { COMMAND, ROOT, type RunningSystem, startSystem } from "../support/running-system.ts";
import { NOTEBOOK, type Notebook, readNotebook } from "./notebook.ts";
import { cellsNotOnPage, writePage } from "./notebook-page.ts";
import { findPython, runPython } from "./python.ts";
import {
  asked,
  heldBy,
  MENDED_FIRMWARE,
  type Progress,
  type RecallAtWork,
  workOnRecall,
} from "./recall-at-work.ts";

/** What the notebook's variables hold at its end, as Python says it. */
const FACTS = `{
  "devices": len(devices),
  "lots": lots[["devices", "failed", "corrected"]].to_dict("index"),
  "standingOut": {what: list(found) for what, found in standing_out.items()},
  "progress": progress.to_dict("index"), "held": [len(held), frozen_hash],
  "place": place.value_counts().to_dict(),
  "around": {name: [one["serialNumber"] for one in found["nodes"]] for name, found in around.items()}}`;

interface Facts {
  devices: number;
  lots: Record<string, { devices: number; failed: number; corrected: number }>;
  standingOut: Record<"failed" | "corrected", string[]>;
  progress: Record<string, Progress>;
  held: [count: number, hash: string];
  place: Record<string, number>;
  around: Record<"candidates" | "departures", string[]>;
}

const DEVICES = 20_000;
/** `npm run docs:notebook` writes the page instead of comparing it. */
const isWriting = process.env.NOTEBOOK_PAGE === "write";
const modules = ["pandas", "matplotlib", "nbformat", "nbclient", "ipykernel"];
const { python, missing } = findPython(modules);
const unlessFound = python === null ? ` (skipped: ${missing} not installed)` : "";

(isWriting ? test.skip : test)("the page of the notebook shows its present text", async () => {
  const notebook = await readNotebook(NOTEBOOK);
  expect(notebook.cells.length).toBeGreaterThan(10);
  expect(await cellsNotOnPage(notebook)).toEqual([]);
  expect(notebook.cells.flatMap(({ outputs = [] }) => outputs)).toEqual([]);
});

(python === null ? describe.skip : describe)(`the notebook, executed${unlessFound}`, () => {
  let system: RunningSystem;
  let recall: RecallAtWork;
  let facts: Facts;
  let executed: Notebook;

  beforeAll(async () => {
    system = await startSystem();
    await promisify(execFile)(process.execPath, [COMMAND, "demo", "--devices", `${DEVICES}`], {
      cwd: ROOT,
      env: { ...process.env, NODE_OPTIONS: "", DATA_DIR: system.dataFolder },
    });
    recall = await workOnRecall(system);
    const output = join(system.dataFolder, "executed.ipynb");
    const { stdout } = await runPython(`${python}`, ["execute.py", NOTEBOOK, output, FACTS], {
      folder: import.meta.dirname,
      environment: {
        TRACEGRAPH_URL: system.url,
        TRACEGRAPH_TOKEN: await system.token(["analyst"]),
        RECALL: "",
      },
    });
    facts = JSON.parse(stdout);
    executed = await readNotebook(output);
    if (isWriting) await writePage(executed);
  }, 300_000);
  afterAll(() => system.stop());

  /** How many devices of each lot met criteria, as it was known at the freezing. */
  async function byLot(...more: object[]): Promise<Record<string, number>> {
    const made = { field: { name: "producedAt", from: "2000-01-01", to: "2100-01-01" } };
    const asking = `query($criteria: RecallCriteria!, $at: DateTime) { recallScope(criteria: $criteria, knownAt: $at) {
      breakdown(by: "lotCode", first: 1000) { value count } } }`;
    const variables = { criteria: { allOf: [made, ...more] }, at: recall.frozenAt };
    const { recallScope } = await asked(system, asking, variables);
    const shares: { value: string; count: number }[] = recallScope.breakdown;
    return Object.fromEntries(shares.map(({ value, count }) => [value, count]));
  }

  /** How many devices of a lot had a revision with a reason before the freezing. */
  async function correctedIn(lot: string): Promise<number> {
    const asking = `query($lot: String!, $after: String) { productionGroup(field: "lotCode", value: $lot) {
      devices(first: 500, after: $after) {
        nodes { history(first: 18) { nodes { reason recordedAt } } } pageInfo { hasNextPage endCursor }
      } } }`;
    let corrected = 0;
    for (let after: string | null = null; ; ) {
      const variables: object = { lot, after };
      const { devices } = (await asked(system, asking, variables)).productionGroup;
      for (const { history } of devices.nodes as { history: { nodes: Revision[] } }[]) {
        const isCorrected = ({ reason, recordedAt }: Revision) =>
          reason !== null && recordedAt <= recall.frozenAt;
        if (history.nodes.some(isCorrected)) corrected++;
      }
      if (!devices.pageInfo.hasNextPage) return corrected;
      after = devices.pageInfo.endCursor;
    }
  }

  test("counts each lot's devices, and those that failed, as the graph does", async () => {
    const failed = await byLot({ field: { name: "disposition", in: ["QUARANTINED", "SCRAPPED"] } });
    const devices = await byLot();
    const counted = Object.fromEntries(
      Object.entries(facts.lots).map(([lot, { devices, failed }]) => [lot, { devices, failed }]),
    );
    const expected = Object.entries(devices).map(([lot, count]) => [
      lot,
      { devices: count, failed: failed[lot] ?? 0 },
    ]);
    expect(counted).toEqual(Object.fromEntries(expected));
    expect(Object.keys(counted).length).toBeGreaterThan(20);
    expect(facts.devices).toBe(DEVICES);
  });

  test("counts corrected devices as their histories do", async () => {
    const [first = "", last = ""] = [...Object.keys(facts.lots)].sort().slice(-2);
    for (const lot of [...facts.standingOut.corrected, first, last]) {
      expect([lot, facts.lots[lot]?.corrected]).toEqual([lot, await correctedIn(lot)]);
    }
  });

  test("finds the lots with the planted capacitors, and no other", () => {
    const planted = Object.keys(recall.progress).sort();
    expect(planted).toHaveLength(3);
    expect(facts.standingOut).toEqual({ failed: [], corrected: planted });
  });

  test("holds the frozen devices, and tells what the factory has done with those of each lot", () => {
    expect(facts.held).toEqual([recall.deviceCount, recall.hash]);
    expect(facts.progress).toEqual(recall.progress);
    const { candidates, departures } = recall;
    expect(facts.around).toEqual({ candidates, departures });
  });

  test("says where the open devices are", async () => {
    const places: Record<string, number> = {};
    for (const { disposition, fwVersion, connhexId, owner } of await heldBy(system, recall.id)) {
      if (disposition !== "RELEASED" || fwVersion === MENDED_FIRMWARE) continue;
      const place = owner
        ? `owner in ${owner.country}`
        : connhexId
          ? "provisioned, no owner"
          : "with us";
      places[place] = (places[place] ?? 0) + 1;
    }
    expect(facts.place).toEqual(places);
  });

  test("draws two plots, and warns of nothing", () => {
    const outputs = executed.cells.flatMap(({ outputs = [] }) => outputs);
    expect(outputs.filter(({ data }) => data?.["image/png"])).toHaveLength(2);
    expect(outputs.filter(({ name }) => name === "stderr")).toEqual([]);
  });
});

interface Revision {
  reason: string | null;
  recordedAt: string;
}
