import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { type CampaignOptions, runCampaign } from "../../bench/provisioning-kills/campaign.ts";
import { describeCampaign } from "../../bench/provisioning-kills/report.ts";
import { type FreshDatabase, freshDatabase } from "../support/postgres.ts";

let databases: { manufacturing: FreshDatabase; ownership: FreshDatabase };
beforeEach(async () => {
  databases = {
    manufacturing: await freshDatabase("manufacturing"),
    ownership: await freshDatabase("ownership"),
  };
});
afterEach(() => Promise.all(Object.values(databases).map((database) => database.drop())));

/** Does not wait for leases and back-off to pass; `npm run campaign:kills` does. */
function options(kills: number): CampaignOptions {
  const { manufacturing, ownership } = databases;
  return {
    kills,
    seed: "suite",
    databases: { manufacturing: manufacturing.appUrl, ownership: ownership.appUrl },
    isHurried: true,
  };
}

test("services killed at random moments of provisioning leave no device half linked", async () => {
  // Twelve kills: some of these moments have two.
  const campaign = await runCampaign(options(9));
  expect(campaign.rounds.flatMap(({ complaints }) => complaints)).toEqual([]);
  expect(campaign.rounds).toHaveLength(9);
  // Kills that all come before or after the work would show nothing.
  const found = new Set(campaign.rounds.flatMap((round) => round.found));
  if (found.size < 3) throw new Error(`the kills missed the work:\n${describeCampaign(campaign)}`);
  expect(campaign.rounds.some(({ linksLeft }) => linksLeft > 0)).toBe(true);
}, 300_000);

test("a service that forgets its links after a kill is found out", async () => {
  const campaign = await runCampaign({ ...options(10), forgetsLinks: true });
  const complaints = campaign.rounds.flatMap((round) => round.complaints).join("\n");
  expect(complaints).toContain("half linked");
  expect(complaints).toContain("PENDING, and no link waits for it");
}, 300_000);
