import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  type CampaignOptions,
  type Round,
  runCampaign,
} from "../../bench/access-log-kills/campaign.ts";
import {
  startThrowawayServer,
  type ThrowawayServer,
} from "../../bench/provisioning-kills/throwaway-server.store.ts";

let server: ThrowawayServer;
beforeAll(async () => {
  server = await startThrowawayServer();
}, 60_000);
afterAll(() => server?.close());

function run(options: Pick<CampaignOptions, "kills" | "victims" | "gatewayEnvironment">) {
  const { databases } = server;
  const killDatabase = () => server.kill("gateway");
  return runCampaign({ seed: "suite", databases, killDatabase, ...options });
}

const complaintsOf = (rounds: readonly Round[]) => rounds.flatMap(({ complaints }) => complaints);

/** Kills that met no work would show nothing. */
function assertMetWork(rounds: readonly Round[]): void {
  const sum = (figure: (round: Round) => number) =>
    rounds.reduce((total, round) => total + figure(round), 0);
  expect(sum(({ answeredBefore }) => answeredBefore)).toBeGreaterThan(rounds.length * 50);
  expect(sum((round) => round.cutOffRecorded + round.cutOffUnrecorded)).toBeGreaterThan(
    rounds.length * 5,
  );
}

test("kill -9 of a gateway under load: every answer that a client received has its line", async () => {
  const rounds = await run({ kills: 5, victims: ["gateway"] });
  expect(complaintsOf(rounds)).toEqual([]);
  expect(rounds).toHaveLength(5);
  assertMetWork(rounds);
}, 180_000);

// The gateway itself, but for the moment in which it takes a line for recorded.
const ANSWERS_EARLY = `
import { AccessLog } from ${JSON.stringify(
  pathToFileURL(join(import.meta.dirname, "../../dist/gateway/access-log/access-log.js")).href,
)};
const { record } = AccessLog.prototype;
AccessLog.prototype.record = async function (line) {
  record.call(this, line).catch(() => undefined);
};`;

test("control: a gateway that answers before the line is recorded loses lines by it", async () => {
  const preload = `data:text/javascript,${encodeURIComponent(ANSWERS_EARLY)}`;
  const gatewayEnvironment = { NODE_OPTIONS: `--import=${preload}` };
  const rounds = await run({ kills: 5, victims: ["gateway"], gatewayEnvironment });
  expect(complaintsOf(rounds).join("\n")).toContain("was answered with 200, and has no line");
}, 180_000);

test("kill -9 of PostgreSQL under a gateway's load: every answer of it has its line", async () => {
  const rounds = await run({ kills: 2, victims: ["database"] });
  expect(complaintsOf(rounds)).toEqual([]);
  expect(rounds.map(({ answeredBefore }) => answeredBefore > 50)).toEqual([true, true]);
}, 180_000);
