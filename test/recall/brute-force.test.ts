import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { DAY } from "../../demo/clock.ts";
import { DemoFactory } from "../../demo/factory.ts";
import { Random } from "../../demo/random.ts";
import { type LoadedDemo, loadedDemo, SEED } from "../demo/loaded-demo.ts";
import { Campaign } from "./campaign.ts";
import { RandomComponents } from "./random-components.ts";
import { type Recorded, readRecord } from "./record.ts";

/** `npm run campaign:recall` asks more, of more devices. */
const DEVICES = Number(process.env.RECALL_DEVICES ?? 2_000);
const CRITERIA = Number(process.env.RECALL_CRITERIA ?? 45);
const CAMPAIGN_SEED = process.env.RECALL_SEED ?? "recall";

const { plan } = new DemoFactory({ seed: SEED, devices: DEVICES });
const period = { from: plan.from + 30 * DAY, to: plan.present };

let demo: LoadedDemo;
let recorded: Recorded;
beforeAll(async () => {
  demo = await loadedDemo(DEVICES);
  const { manufacturing } = demo.databases;
  const { devices } = await readRecord(manufacturing);
  await new RandomComponents(new Random(SEED, "components"), period).record(devices, manufacturing);
  recorded = await readRecord(manufacturing);
}, 240_000);
afterAll(() => demo?.close());

test(`${CRITERIA} random criteria give what a walk through all revisions gives`, async () => {
  const campaign = new Campaign(demo, recorded, { seed: CAMPAIGN_SEED, period });
  for (let item = 0; item < CRITERIA; item++) {
    await campaign.ask(item);
    const asked = item + 1;
    if (asked % 100 === 0) process.stderr.write(`${asked} of ${CRITERIA} criteria\n`);
  }
  const { differences, ...result } = campaign.result;
  expect(differences.slice(0, 5)).toEqual([]);
  process.stderr.write(`recall campaign: ${JSON.stringify(result)}\n`);
  // The questions must be such that most of them are answered, and tell devices apart.
  expect(result.equal).toBeGreaterThan(CRITERIA * 0.8);
  expect(result.exports).toBeGreaterThan(CRITERIA / 5);
  expect(result.affected / result.equal).toBeGreaterThan(DEVICES / 50);
}, 7_200_000);
