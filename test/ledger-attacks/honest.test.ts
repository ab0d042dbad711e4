import { expect, test } from "@jest/globals";
import { Random } from "../../demo/random.ts";
import { type AuditedTown, openAuditedTown, SERVICES } from "../ledger-audit/audited-town.ts";
import { BusyTown } from "../ledger-audit/busy-town.ts";
import { campaignSize } from "../support/campaign-size.ts";

const SEED = process.env.LEDGER_ATTACKS_SEED ?? "honest histories";
const HISTORIES = Number(process.env.HONEST_HISTORIES ?? campaignSize({ suite: 3, long: 1_000 }));
/** So many go on in one town, each on what the others have left. */
const OF_ONE_TOWN = 50;
const ACTS = 8;

test(`${HISTORIES} honest histories raise nothing, while they go on and when they have ended`, async () => {
  const found: string[] = [];
  let entries = 0;
  for (let n = 0; n < HISTORIES; n += OF_ONE_TOWN) {
    const audited = await openAuditedTown();
    try {
      for (let at = n; at < Math.min(n + OF_ONE_TOWN, HISTORIES); at += 1) {
        const random = new Random(SEED, `history ${at}`);
        const busy = new BusyTown(audited, random, `H${at}`);
        const living = busy.live(ACTS);
        // An audit sees rows whose entries still wait, and a log that grows.
        found.push(...(await deviationsOf(audited, at, "while it goes on")));
        await living;
        if (random.chance(0.3)) await audited.restartLogs({ isKeyNew: random.chance(0.3) });
        if (random.chance(0.5)) await audited.caughtUp();
        found.push(...(await deviationsOf(audited, at, "in the end")));
      }
      await audited.caughtUp();
      for (const service of SERVICES) entries += (await audited.audit(service)).counts.entries;
    } finally {
      await audited.close();
    }
  }
  expect(found).toEqual([]);
  expect(entries).toBeGreaterThan(HISTORIES * ACTS);
}, 7_200_000);

async function deviationsOf(audited: AuditedTown, history: number, when: string) {
  const found: string[] = [];
  for (const service of SERVICES) {
    const { deviations } = await audited.audit(service);
    found.push(...deviations.map((one) => `${history} ${when}: ${service} ${JSON.stringify(one)}`));
  }
  return found;
}
