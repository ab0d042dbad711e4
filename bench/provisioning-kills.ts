import "reflect-metadata";
import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { runCampaign } from "./provisioning-kills/campaign.ts";
import { describeCampaign, describeRound } from "./provisioning-kills/report.ts";
import { startThrowawayServer } from "./provisioning-kills/throwaway-server.store.ts";

const KILLS_MOST = 10_000;

/**
 * Kills the services, and PostgreSQL, in the midst of provisioning, on a server of its own:
 * `npm run campaign:kills -- --kills 50 --seed anything`. Fails where anything is left half linked.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { kills: { type: "string", default: "50" }, seed: { type: "string" } },
  });
  const kills = Number(values.kills);
  if (!Number.isInteger(kills) || kills < 1 || kills > KILLS_MOST) {
    throw new Error(`--kills is a number from 1 to ${KILLS_MOST}, not ${values.kills}`);
  }
  const seed = values.seed ?? randomBytes(4).toString("hex");
  console.log(`${kills} kills, seed ${seed}`);
  const server = await startThrowawayServer();
  try {
    let number = 0;
    const campaign = await runCampaign({
      kills,
      seed,
      databases: server.databases,
      killDatabase: () => server.kill(),
      observe: (round) => console.log(describeRound(round, ++number)),
    });
    console.log(`\n${describeCampaign(campaign)}`);
    if (campaign.rounds.some(({ complaints }) => complaints.length > 0)) process.exitCode = 1;
  } finally {
    await server.close();
  }
}

await main();
