import "reflect-metadata";
import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { scratchServer } from "./scratch-server.ts";
import { runCampaign } from "./sigterms/campaign.ts";
import { describeCampaign, describeRound } from "./sigterms/report.ts";

const TIMES_MOST = 10_000;
const DEVICES = 200;

/**
 * Sends SIGTERM to a gateway under load: `npm run campaign:sigterm -- --times 100 --seed anything`.
 * Fails where a request that the gateway had accepted is not answered.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { times: { type: "string", default: "100" }, seed: { type: "string" } },
  });
  const times = Number(values.times);
  if (!Number.isInteger(times) || times < 1 || times > TIMES_MOST) {
    throw new Error(`--times is a number from 1 to ${TIMES_MOST}, not ${values.times}`);
  }
  const seed = values.seed ?? randomBytes(4).toString("hex");
  console.log(`${times} SIGTERMs, seed ${seed}`);
  const server = await scratchServer(DEVICES);
  try {
    let number = 0;
    const rounds = await runCampaign({
      times,
      seed,
      databases: server.databases,
      observe: (round) => console.log(describeRound(round, ++number)),
    });
    console.log(`\n${describeCampaign(rounds)}`);
    if (rounds.some(({ complaints }) => complaints.length > 0)) process.exitCode = 1;
  } finally {
    await server.remove();
  }
}

await main();
