import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Pool } from "undici";
import { DEFAULT_TENANT } from "../../demo/run-demo.ts";
import { openDevelopmentIssuer } from "../../gateway/identity/development-issuer.ts";
import { startGateway } from "../../gateway/server.ts";
import { setLogWriter } from "../../shared/log.ts";
import { WALK } from "../../start/greeting.ts";
import { startPair } from "../../start/pair.ts";
import { median } from "../measure.ts";
import { scratchServer } from "../scratch-server.ts";
import { cpuMsOf } from "../walk/process-usage.ts";

export interface WalkOptions {
  seconds: number;
  rounds: number;
}
/** The Walk query over HTTP with the log on or off: medians over the rounds. */
export interface WalkFigures {
  accessLog: "on" | "off";
  requestsPerSecond: number;
  p50Ms: number;
  /** Of this process: the gateway, the subgraphs, and the client that asks. */
  nodeCpuMs: number;
  postgresCpuMs: number;
}

const CLIENTS = 16;
const DEVICES = 2_000;
const AMPLE = { staff: 6_000_000, partner: 6_000_000, other: 6_000_000 };

/** Two gateways over the same subgraphs in this process, asked in turns. */
export async function walkRequests({ seconds, rounds }: WalkOptions): Promise<WalkFigures[]> {
  setLogWriter(() => undefined);
  const scratch = await scratchServer(DEVICES);
  const keys = await mkdtemp(join(tmpdir(), "tracegraph-bench-"));
  const { databases, secrets, demo } = scratch;
  const pair = await startPair({
    manufacturing: { databaseUrl: databases.manufacturing.appUrl },
    ownership: { databaseUrl: databases.ownership.appUrl, ...secrets },
  });
  const issuer = await openDevelopmentIssuer(keys);
  const token = await issuer.sign({ roles: ["support"], tenants: [DEFAULT_TENANT] });
  const open = (recordsAccess: boolean) =>
    startGateway(
      {
        host: "127.0.0.1",
        port: 0,
        issuer: { kind: "development", dataFolder: keys },
        remote: null,
        databaseUrl: databases.gateway.appUrl,
      },
      { services: [pair.manufacturing, pair.ownership], budgets: AMPLE, recordsAccess },
    );
  const gateways = { on: await open(true), off: await open(false) };
  const postmaster = Number((await readFile(scratch.postmasterFile, "utf8")).split("\n", 1)[0]);
  const asked = { token, id: demo.examples.connhexId ?? "", postmaster };
  const names = ["on", "off"] as const;
  const measured = new Map(names.map((name) => [name, [] as WalkFigures[]]));
  try {
    for (let round = -1; round < rounds; round++) {
      for (const name of round % 2 === 0 ? names : [...names].reverse()) {
        const figures = await oneRound(gateways[name].url, asked, seconds);
        if (round >= 0) measured.get(name)?.push({ accessLog: name, ...figures });
      }
    }
  } finally {
    await Promise.all(names.map((name) => gateways[name].close()));
    await pair.close();
    await scratch.remove();
    await rm(keys, { recursive: true, force: true });
  }
  return [...measured].map(([accessLog, all]) => ({ accessLog, ...middleOf(all) }));
}

type Figures = Omit<WalkFigures, "accessLog">;

async function oneRound(
  url: string,
  { token, id, postmaster }: { token: string; id: string; postmaster: number },
  seconds: number,
): Promise<Figures> {
  const pool = new Pool(url, { connections: CLIENTS });
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const body = JSON.stringify({ query: WALK, variables: { id } });
  const times: number[] = [];
  const [cpu, postgres] = [process.cpuUsage(), cpuMsOf([postmaster])];
  const began = performance.now();
  const client = async () => {
    while (performance.now() - began < seconds * 1_000) {
      const sent = performance.now();
      const answer = await pool.request({ path: "/graphql", method: "POST", headers, body });
      const text = await answer.body.text();
      if (!text.includes('"deviceCount"')) throw new Error(text.slice(0, 200));
      times.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  const took = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  await pool.close();
  return {
    requestsPerSecond: (times.length / took) * 1_000,
    p50Ms: median(times),
    nodeCpuMs: (user + system) / 1_000 / times.length,
    postgresCpuMs: (cpuMsOf([postmaster]) - postgres) / times.length,
  };
}

function middleOf(all: readonly Figures[]): Figures {
  const of = (name: keyof Figures) => Math.round(median(all.map((one) => one[name])) * 100) / 100;
  return {
    requestsPerSecond: Math.round(of("requestsPerSecond")),
    p50Ms: of("p50Ms"),
    nodeCpuMs: of("nodeCpuMs"),
    postgresCpuMs: of("postgresCpuMs"),
  };
}
