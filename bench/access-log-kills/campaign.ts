import { setTimeout as sleep } from "node:timers/promises";
import { Random } from "../../demo/random.ts";
import { type SplitSystem, type SplitSystemOptions, startSplitSystem } from "../split-system.ts";
import { Clients } from "./clients.ts";
import { judge, type Verdict } from "./judge.ts";
import { linesOf } from "./lines.store.ts";

export type Victim = "gateway" | "database";

export interface CampaignOptions extends SplitSystemOptions, Kills {}

export interface Kills {
  kills: number;
  /** The same seed plans the same moments; the machine decides what they meet. */
  seed: string;
  /** Killed in turns. */
  victims: readonly Victim[];
  /** Kills the gateway's PostgreSQL and resolves when it answers again; where it may be killed. */
  killDatabase?: () => Promise<void>;
  /** Is told each round as it ends. */
  observe?: (round: Round) => void;
}

/** One kill and what came of it. */
export interface Round extends Verdict {
  victim: Victim;
  /** When the kill came, after every client had been served. */
  killedAfterMs: number;
  /** Answers that had come by then. */
  answeredBefore: number;
  /** Until every client was served again; a gateway that was killed starts first. */
  backAfterMs: number;
}

const TENANT = "demo";
const CLIENTS = 32;
/** Kills come within this time of load. */
const WINDOW_MS = 500;
const SERVED_MS = 60_000;

/** Kills a gateway under load, or its PostgreSQL, and looks for the line of each answer that came. */
export async function runCampaign(options: CampaignOptions): Promise<Round[]> {
  const system = await startSplitSystem(options);
  try {
    return await runKills(system, { ...options, database: options.databases.gateway });
  } finally {
    await system.close();
  }
}

/** The same of a system that runs, and goes on running. */
export async function runKills(system: SplitSystem, options: KillsOfSystem): Promise<Round[]> {
  const random = new Random(options.seed, "access log kills");
  const tokens = await tokensOf(system);
  const rounds: Round[] = [];
  for (let number = 0; number < options.kills; number++) {
    const victim = options.victims[number % options.victims.length] ?? "gateway";
    const run = { system, options, tokens, victim, killedAfterMs: random.below(WINDOW_MS) };
    const round = await runRound(run);
    rounds.push(round);
    options.observe?.(round);
  }
  return rounds;
}

interface KillsOfSystem extends Kills {
  /** The gateway's own, as its application logs in. */
  database: string;
}

/** Each client is somebody else, so that nobody's budget runs out. */
function tokensOf(system: SplitSystem): Promise<string[]> {
  const subjects = Array.from({ length: CLIENTS }, (_, client) => `line-${client}`);
  return Promise.all(subjects.map((subject) => system.token({ roles: ["line"], subject })));
}

interface Run {
  system: SplitSystem;
  options: KillsOfSystem;
  tokens: readonly string[];
  victim: Victim;
  killedAfterMs: number;
}

async function runRound({ system, options, tokens, victim, killedAfterMs }: Run): Promise<Round> {
  const { gateway } = system.processes;
  const faultsBefore = gateway.faults.length;
  const clients = new Clients(system.url, tokens);
  let answeredBefore: number;
  let backAfterMs: number;
  try {
    await clients.allServed(SERVED_MS);
    await sleep(killedAfterMs);
    const killed = performance.now();
    answeredBefore = clients.asked.length;
    if (victim === "gateway") {
      await gateway.kill();
      await gateway.start();
    } else {
      await options.killDatabase?.();
    }
    await clients.allServed(SERVED_MS);
    backAfterMs = performance.now() - killed;
  } finally {
    await clients.stop();
  }
  const requestIds = clients.asked.map(({ requestId }) => requestId);
  const lines = await linesOf(options.database, TENANT, requestIds);
  const verdict = judge(clients.asked, lines);
  const faults = gateway.faults.slice(faultsBefore);
  const complaints = [...verdict.complaints, ...faults];
  return { ...verdict, complaints, victim, killedAfterMs, answeredBefore, backAfterMs };
}
