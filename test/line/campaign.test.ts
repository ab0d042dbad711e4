import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Ask, runCampaign } from "../../bench/scans/campaign.ts";
import { cutStation } from "../../bench/scans/cut-station.ts";
import { judgeStates } from "../../bench/scans/judge.ts";
import { byDevice } from "../../bench/scans/model.ts";
import { planScans } from "../../bench/scans/plan.ts";
import { describeCuts, describeScans } from "../../bench/scans/report.ts";
import { type ScanRows, scanRows } from "../../bench/scans/scan-rows.store.ts";
import { MAIN } from "../cli/command-line.ts";
import { type TestGateway, testGateway } from "../support/gateway.ts";
import { type RealPair, realPair } from "../support/real-pair.ts";

let pair: RealPair;
let gateway: TestGateway;
let rows: ScanRows;
let folder: string;
let ask: Ask;
beforeAll(async () => {
  pair = await realPair();
  gateway = await testGateway({ services: [pair.manufacturing, pair.ownership] });
  rows = scanRows(pair.databases.manufacturing.appUrl, "demo");
  folder = await mkdtemp(join(tmpdir(), "tracegraph-scans-"));
  ask = async (query, variables) => {
    const answer = await gateway.query(query, variables as Record<string, unknown>, "line");
    if (answer.errors[0] || !answer.data) throw new Error(answer.text);
    return answer.data;
  };
});
afterAll(async () => {
  await rows.close();
  await gateway.close();
  await pair.close();
  await rm(folder, { recursive: true });
});

test("scans that come one to five times, in any order and up to 30 days late, count once and stand in their order", async () => {
  const plan = planScans({ scans: 2_000, seed: "suite", endMs: Date.now() });
  const result = await runCampaign(plan, { ask, rows });
  expect(result.complaints).toEqual([]);
  expect(result).toMatchObject({ scans: 2_000, devices: 500, statesAsked: 4_000 });
  // Scans that all came in order would show nothing.
  expect(result.sent).toBeGreaterThan(4_000);
  expect(result.revisions.toldAgain).toBeGreaterThan(300);
  expect(describeScans(result)).toContain("nothing lost, nothing twice");

  const [scans = []] = byDevice(plan.scans).values();
  const other = scans.map((scan, at) =>
    at === 1 ? { ...scan, record: { ...scan.record, workOrder: "WO-other" } } : scan,
  );
  const { complaints } = await judgeStates([other], ask);
  expect(complaints.length).toBeGreaterThan(0);
}, 120_000);

test("a station whose network is cut and restored loses nothing and sends nothing twice", async () => {
  const token = await gateway.token({ roles: ["line"] });
  const result = await cutStation({
    cuts: 4,
    seed: "suite",
    url: gateway.gateway.url,
    token,
    command: [process.execPath, MAIN],
    journal: join(folder, "cut.journal"),
    rows,
  });
  expect(result.complaints).toEqual([]);
  expect(result.scans).toBeGreaterThan(100);
  // A short cut is made up for without a word; of some the scans are sent again, or an answer is lost.
  expect(result.noticed + result.sentAgain + result.answersLost).toBeGreaterThan(0);
  expect(describeCuts(result)).toContain("nothing lost, nothing twice");
}, 120_000);
