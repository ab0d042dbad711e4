import "reflect-metadata";
import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { runCampaign } from "./access-log-kills/campaign.ts";
import { describeCampaign, describeRound } from "./access-log-kills/report.ts";
import { startThrowawayServer } from "./provisioning-kills/throwaway-server.store.ts";

const KILLS_MOST = 10_000;

/**
 * Kills a gateway under load, every third time its PostgreSQL instead, on a server of its own:
 * `npm run campaign:access-log -- --kills 50 --seed anything`. Fails where an answer that a client
 * received whole has no line in the access log.
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
    const rounds = await runCampaign({
      kills,
      seed,
      victims: ["gateway", "gateway", "database"],
      databases: server.databases,
      killDatabase: () => server.kill("gateway"),
      observe: (round) => console.log(describeRound(round, ++number)),
    });
    console.log(`\n${describeCampaign(rounds)}`);
    if (rounds.some(({ complaints }) => complaints.length > 0)) process.exitCode = 1;
  } finally {
    await server.close();
  }
}

await main();
