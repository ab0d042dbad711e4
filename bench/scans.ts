import "reflect-metadata";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openDevelopmentIssuer } from "../gateway/identity/development-issuer.ts";
import type { Databases } from "../start/databases.ts";
import { findCommand } from "./provisioning-kills/service-process.ts";
import { type Ask, runCampaign } from "./scans/campaign.ts";
import { cutStation } from "./scans/cut-station.ts";
import { planScans } from "./scans/plan.ts";
import { describeCuts, describeScans } from "./scans/report.ts";
import { scanRows } from "./scans/scan-rows.store.ts";
import { scratchServer } from "./scratch-server.ts";
import { type GatewayProcess, startGatewayProcess } from "./sigterms/gateway-process.ts";

const SCANS_MOST = 1_000_000;
const CUTS_MOST = 1_000;
const DEVICES = 200;
const TENANT = "scans";

/**
 * Sends scans one to five times each, in the order of bad networks and up to thirty days late, then
 * cuts the network of a station: `npm run campaign:scans -- --scans 100000 --cuts 50 --seed anything`.
 * Fails where a scan is lost, counts twice, or is not where it belongs in time.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      scans: { type: "string", default: "100000" },
      cuts: { type: "string", default: "50" },
      seed: { type: "string" },
    },
  });
  const scans = readCount("--scans", values.scans, SCANS_MOST);
  const cuts = readCount("--cuts", values.cuts, CUTS_MOST);
  const seed = values.seed ?? randomBytes(4).toString("hex");
  console.log(`${scans} scans, ${cuts} cuts, seed ${seed}`);
  const server = await scratchServer(DEVICES);
  const dataFolder = await mkdtemp(join(tmpdir(), "tracegraph-scans-"));
  const rows = scanRows(server.databases.manufacturing.appUrl, TENANT);
  let gateway: GatewayProcess | null = null;
  try {
    gateway = await startGatewayProcess({
      PORT: "0",
      DATA_DIR: dataFolder,
      ...urlsOf(server.databases),
    });
    const issuer = await openDevelopmentIssuer(dataFolder);
    const said = { roles: ["line" as const], tenants: [TENANT], lifetimeSeconds: 36_000 };
    const token = await issuer.sign(said);
    const { url } = gateway;
    const plan = planScans({ scans: scans - (scans % 4), seed, endMs: Date.now() });
    const result = await runCampaign(plan, { ask: asker(url, token), rows, observe: everyTenth });
    console.log(`\n${describeScans(result)}\n`);
    const command = [process.execPath, findCommand()];
    const journal = join(dataFolder, "cut.journal");
    const cut = await cutStation({ cuts, seed, url, token, command, journal, rows });
    console.log(describeCuts(cut));
    if (result.complaints.length + cut.complaints.length > 0) process.exitCode = 1;
  } finally {
    await rows.close();
    if (gateway) await gateway.terminate();
    await server.remove();
    await rm(dataFolder, { recursive: true, force: true });
  }
}

let tenths = 0;
function everyTenth(sent: number): void {
  if (Math.floor(sent / 10_000) === tenths) return;
  tenths = Math.floor(sent / 10_000);
  console.log(`${tenths}0,000 sent`);
}

const TRIES = 5;

/** A caller who asks again what could not be answered, as stations do. */
function asker(url: string, token: string): Ask {
  return async (query, variables) => {
    for (let tries = 1; ; tries++) {
      const response = await fetch(`${url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
        body: JSON.stringify({ query, variables }),
      });
      const answer = (await response.json()) as Answer;
      const [error] = answer.errors ?? [];
      if (!error && answer.data) return answer.data;
      if (!error?.extensions?.retryable || tries === TRIES) throw new Error(JSON.stringify(answer));
      await new Promise((resolve) => setTimeout(resolve, 1_000 * tries));
    }
  };
}

interface Answer {
  data?: Record<string, unknown>;
  errors?: { extensions?: { retryable?: boolean } }[];
}

function readCount(option: string, text: string, most: number): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 0 && count <= most) return count;
  throw new Error(`${option} is a number up to ${most}, not ${text}`);
}

function urlsOf(databases: Databases): Record<string, string> {
  return Object.fromEntries(
    (["manufacturing", "ownership", "gateway"] as const).flatMap((service) => {
      const { appUrl, ownerUrl } = databases[service];
      const prefix = service.toUpperCase();
      return [
        [`${prefix}_DATABASE_URL`, appUrl],
        [`${prefix}_OWNER_DATABASE_URL`, ownerUrl],
      ];
    }),
  );
}

await main();
