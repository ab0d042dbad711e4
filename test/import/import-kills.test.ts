import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type CampaignOptions, runImports } from "../../bench/import-kills/campaign.ts";
import {
  startThrowawayServer,
  type ThrowawayServer,
} from "../../bench/provisioning-kills/throwaway-server.store.ts";
import { type SplitSystem, startSplitSystem } from "../../bench/split-system.ts";

// A few kills of one system; `npm run campaign:import-kills` makes many.
let server: ThrowawayServer;
let system: SplitSystem;
beforeAll(async () => {
  server = await startThrowawayServer();
  system = await startSplitSystem({ databases: server.databases });
}, 120_000);
afterAll(async () => {
  await system?.close();
  await server?.close();
});

function run(options: Partial<CampaignOptions>) {
  const { databases } = server;
  const killDatabase = () => server.kill("manufacturing");
  const sizes = { rowsOfAFile: 400, killsOfAnImport: 4, kills: 4 };
  const victims = ["cli", "gateway", "database", "manufacturing"] as const;
  return runImports(system, {
    seed: "suite",
    databases,
    killDatabase,
    victims,
    ...sizes,
    ...options,
  });
}

test("an import that is killed everywhere tells and leaves what an undisturbed one does", async () => {
  const { outcomes } = await run({});
  expect(outcomes.flatMap(({ complaints }) => complaints)).toEqual([]);
  expect(outcomes.flatMap(({ kills }) => kills)).toHaveLength(4);
  // The command line itself was killed, and run again.
  expect(outcomes.every(({ runs }) => runs > 1)).toBe(true);
}, 300_000);

test("a command line that forgets where it was is found out", async () => {
  const { outcomes } = await run({
    victims: ["cli"],
    kills: 1,
    seed: "forgets",
    forgetsState: true,
  });
  const complaints = outcomes.flatMap((outcome) => outcome.complaints).join("\n");
  expect(complaints).toMatch(/the summary says unchanged [1-9]/);
  expect(complaints).toContain("the file of secrets lacks");
}, 300_000);
