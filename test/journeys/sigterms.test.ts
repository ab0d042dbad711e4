import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { runCampaign } from "../../bench/sigterms/campaign.ts";
import { describeCampaign } from "../../bench/sigterms/report.ts";
import { type FreshDatabase, freshDatabase } from "../support/postgres.ts";

let databases: Record<"manufacturing" | "ownership" | "gateway", FreshDatabase>;
beforeAll(async () => {
  databases = {
    manufacturing: await freshDatabase("manufacturing"),
    ownership: await freshDatabase("ownership"),
    gateway: await freshDatabase("gateway"),
  };
});
afterAll(() => Promise.all(Object.values(databases).map((database) => database.drop())));

test("a gateway under load that gets SIGTERM answers every request that it had accepted", async () => {
  const rounds = await runCampaign({ times: 3, seed: "short", databases });
  expect(rounds.flatMap(({ complaints }) => complaints)).toEqual([]);
  expect(rounds.map(({ workers }) => workers)).toEqual([1, 2, 1]);
  const table = describeCampaign(rounds);
  expect(table).toContain("| 1 | 2 |");
  for (const { answeredBefore, afterSignal, endedAfterMs } of rounds) {
    expect(answeredBefore).toBeGreaterThanOrEqual(16);
    // Something was under way when the signal came.
    expect(afterSignal.ANSWERED).toBeGreaterThan(0);
    expect(afterSignal.LOST).toBe(0);
    expect(endedAfterMs).toBeLessThan(12_000);
  }
}, 180_000);
