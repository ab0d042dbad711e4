import { generateKeyPairSync } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Random } from "../../demo/random.ts";
import { parseLogKeys, privateKeyLine } from "../../shared/ledger-store/log-keys.ts";
import type { FaultyServer } from "./faulty-server.store.ts";
import { complaintsOf } from "./judge.store.ts";
import { Sequencing } from "./sequencing.ts";

/** What happens: to the process that sequences, to PostgreSQL, or to its disk. */
export const FAULTS = ["SERVICE", "BACKEND", "POSTMASTER", "EIO", "ENOSPC"] as const;
export type Fault = (typeof FAULTS)[number];

export interface FaultRound {
  fault: Fault;
  afterMs: number;
  /** Whether it happened: a disk error needs somebody who writes. */
  isMet: boolean;
  acknowledged: number;
  signed: number;
  complaints: string[];
}

export interface CampaignOptions {
  server: FaultyServer;
  rounds: number;
  /** The same seed plans the same moments; the machine decides what they meet. */
  seed: string;
  faults: readonly Fault[];
  /** How often each is tried until it is met. */
  tries: number;
  observe?: (round: FaultRound) => void;
}

/** Faults come within this time of sequencing. */
const WINDOW_MS = 600;
/** A process's so-manieth wish to have its writes on the disk. */
const SYNCS_MOST = 12;

/** A log of its own on a server, and what was told of it. */
export function openSequencing(server: FaultyServer): {
  sequencing: Sequencing;
  judge: () => Promise<string[]>;
} {
  const { privateKey } = generateKeyPairSync("ed25519");
  const line = privateKeyLine("campaign.example/manufacturing", privateKey);
  const keys = parseLogKeys(line, "the campaign");
  const sequencing = new Sequencing(() => server.appUrl, line);
  return {
    sequencing,
    judge: async () => [
      ...(await complaintsOf(server.adminUrl, keys, sequencing)),
      ...sequencing.errors,
    ],
  };
}

/** So many faults, of each kind in turns. */
export function plannedFaults(faults: readonly Fault[], rounds: number): Fault[] {
  return Array.from({ length: rounds }, (_, round) => faults[round % faults.length] ?? "SERVICE");
}

/** The kinds of which fewer faults were met than planned. */
export function unmetFaults(planned: readonly Fault[], rounds: readonly FaultRound[]): Fault[] {
  const met = (fault: Fault) => rounds.filter((one) => one.fault === fault && one.isMet).length;
  return [...new Set(planned)].filter(
    (fault) => met(fault) < planned.filter((one) => one === fault).length,
  );
}

/** Lets faults happen while entries are written and sequenced, and judges the log after each. */
export async function runCampaign(options: CampaignOptions): Promise<FaultRound[]> {
  const { server, faults, observe } = options;
  const random = new Random(options.seed, "sequencing faults");
  const { sequencing, judge } = openSequencing(server);
  await sequencing.start();
  const rounds: FaultRound[] = [];
  try {
    const planned = plannedFaults(faults, options.rounds);
    let tries = 0;
    for (let at = 0; at < planned.length; ) {
      const fault = planned[at] ?? "SERVICE";
      const before = {
        acknowledged: sequencing.acknowledged.size,
        signed: sequencing.trees.length,
      };
      await sequencing.signsAgain(before.signed);
      const afterMs = random.below(WINDOW_MS);
      await sleep(afterMs);
      const isMet = await inflict(fault, { server, sequencing, random });
      await sequencing.signsAgain(sequencing.trees.length);
      const round = {
        ...{ fault, afterMs, isMet },
        acknowledged: sequencing.acknowledged.size - before.acknowledged,
        signed: sequencing.trees.length - before.signed,
        complaints: await judge(),
      };
      rounds.push(round);
      observe?.(round);
      if (round.complaints.length > 0) break;
      tries++;
      if (!isMet && tries < options.tries) continue;
      [at, tries] = [at + 1, 0];
    }
    return rounds;
  } finally {
    await sequencing.kill();
  }
}

async function inflict(
  fault: Fault,
  { server, sequencing, random }: { server: FaultyServer; sequencing: Sequencing; random: Random },
): Promise<boolean> {
  switch (fault) {
    case "SERVICE":
      await sequencing.kill();
      await sequencing.start();
      return true;
    case "BACKEND":
      await server.killBackend();
      return true;
    case "POSTMASTER":
      await server.killPostmaster();
      // It is at another port now.
      await sequencing.kill();
      await sequencing.start();
      return true;
    case "EIO":
    case "ENOSPC":
      return server.failSync(fault, 1 + random.below(SYNCS_MOST));
  }
}
