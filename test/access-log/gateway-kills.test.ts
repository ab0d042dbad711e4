import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Kills, type Round, runKills } from "../../bench/access-log-kills/campaign.ts";
import {
  startThrowawayServer,
  type ThrowawayServer,
} from "../../bench/provisioning-kills/throwaway-server.store.ts";
import { type SplitSystem, startSplitSystem } from "../../bench/split-system.ts";

// A few kills of one system; `npm run campaign:access-log` makes many.
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

function run(options: Pick<Kills, "kills" | "victims">): Promise<Round[]> {
  const database = server.databases.gateway;
  const killDatabase = () => server.kill("gateway");
  return runKills(system, { seed: "suite", database, killDatabase, ...options });
}

const complaintsOf = (rounds: readonly Round[]) => rounds.flatMap(({ complaints }) => complaints);

test("kill -9 of a gateway under load: every answer that a client received has its line", async () => {
  const rounds = await run({ kills: 2, victims: ["gateway"] });
  expect(complaintsOf(rounds)).toEqual([]);
  // Kills that met no work would show nothing.
  for (const { answeredBefore, cutOffRecorded, cutOffUnrecorded } of rounds) {
    expect(answeredBefore).toBeGreaterThan(50);
    expect(cutOffRecorded + cutOffUnrecorded).toBeGreaterThan(5);
  }
}, 120_000);

test("kill -9 of PostgreSQL under a gateway's load: every answer of it has its line", async () => {
  const [round] = await run({ kills: 1, victims: ["database"] });
  expect(round?.complaints).toEqual([]);
  expect(round?.answeredBefore).toBeGreaterThan(50);
}, 120_000);

// The gateway itself, but that it answers 50 ms before it records, so that under load some line is always on its way.
const ANSWERS_EARLY = `
import { AccessLog } from ${JSON.stringify(
  pathToFileURL(join(import.meta.dirname, "../../dist/gateway/access-log/access-log.js")).href,
)};
const { record } = AccessLog.prototype;
AccessLog.prototype.record = async function (line) {
  setTimeout(() => record.call(this, line).catch(() => undefined), 50);
};`;
/** A kill may meet a moment in which no line is on its way. */
const TRIES = 4;

test("control: a gateway that answers before the line is recorded loses lines by it", async () => {
  const preload = `data:text/javascript,${encodeURIComponent(ANSWERS_EARLY)}`;
  const complaints: string[] = [];
  for (let tries = 0; tries < TRIES && complaints.length === 0; tries++) {
    await system.processes.gateway.kill();
    await system.processes.gateway.start({ NODE_OPTIONS: `--import=${preload}` });
    complaints.push(...complaintsOf(await run({ kills: 1, victims: ["gateway"] })));
  }
  expect(complaints.join("\n")).toContain("was answered with 200, and has no line");
}, 180_000);
