import { setTimeout as sleep } from "node:timers/promises";
import { Random } from "../../demo/random.ts";
import * as manufacturing from "../../subgraphs/manufacturing/device/consistency.store.ts";
import * as ownership from "../../subgraphs/ownership/ownership/consistency.store.ts";
import { type DeviceState, type Stage, stageOfAll } from "./device-state.ts";
import {
  brokenAnswers,
  type Complaints,
  changedVerdicts,
  halfLinked,
  lostAnswers,
  repeatedSecrets,
} from "./judge.ts";
import {
  type PlannedBatch,
  type PlannedKill,
  planBatches,
  planKills,
  type Victim,
} from "./plan.ts";
import { type Answer, type CampaignDatabases, openSystem, type System } from "./system.ts";
import { Undisturbed } from "./undisturbed.ts";

export interface CampaignOptions {
  /** Random moments at which something is killed; some turns kill twice. */
  kills: number;
  /** The same seed plans the same batches and moments; the machine decides what they meet. */
  seed: string;
  databases: CampaignDatabases;
  /** Kills PostgreSQL and resolves when it answers again; where it may be killed. */
  killDatabase?: () => Promise<void>;
  /** Does not wait for leases and back-off to pass. */
  isHurried?: boolean;
  /**
   * Sabotage after each kill: forgets the links to replay. A campaign must notice that, and ends
   * where it does.
   */
  forgetsLinks?: boolean;
  /** Is told each round as it ends. */
  observe?: (round: Round) => void;
}

/** What a kill found of a batch; PROMISED: answered as PENDING. */
export type Found = Stage | "REFUSED" | "PROMISED" | "ANSWERED";

/** One kill and what came of it. */
export interface Round {
  victim: Victim;
  /** When the kill came, after the batches were sent. */
  killedAtMs: number;
  /** When all were answered, where that was before the kill. */
  answeredMs: number | null;
  /** What the restarted service found of each batch. */
  found: Found[];
  devices: number;
  /** Links that waited for the replay. */
  linksLeft: number;
  /** From the restart until none waited any more. */
  replayMs: number;
  complaints: Complaints;
}

export interface Campaign {
  /** How long the batches of a round took of late where nothing disturbed them. */
  undisturbedMs: number;
  rounds: Round[];
}

/** Kills come within the time that batches usually take, and a little after it. */
const WINDOW = 1.15;
const REPLAY_MS_MOST = 60_000;
/** In this time after its restart a service is killed again, while it replays. */
const REPLAY_KILL_MS = 250;
const DEVIATIONS_MOST = 10;

/** Kills services at random moments of provisioning, and judges what is left after each restart. */
export async function runCampaign(options: CampaignOptions): Promise<Campaign> {
  const random = new Random(options.seed, "provisioning kills");
  const kills = planKills(random, options.kills, options.killDatabase !== undefined);
  const system = await openSystem(options.databases);
  try {
    const undisturbed = await measure(system, random);
    const rounds: Round[] = [];
    for (const [index, kill] of kills.entries()) {
      const batches = planBatches(random, String(index));
      const run = new KillRound({ system, options, random, batches, kill });
      const round = await run.run(kill.at * undisturbed.ms * WINDOW);
      undisturbed.learn(round);
      rounds.push(round);
      options.observe?.(round);
      if (options.forgetsLinks && round.complaints.length > 0) break;
    }
    return { undisturbedMs: undisturbed.ms, rounds };
  } finally {
    await system.close();
  }
}

/** Of services that have just started, and of warm ones. */
async function measure(system: System, random: Random): Promise<Undisturbed> {
  const undisturbed = new Undisturbed();
  for (const round of ["cold", "warm", "warmer"]) {
    const batches = planBatches(random, round);
    await system.record(batches);
    const begun = performance.now();
    const answers = await Promise.all(batches.map((batch) => system.provision(batch)));
    undisturbed.note(performance.now() - begun);
    for (const { batch, verdicts } of answers) {
      const provisioned = verdicts?.filter(({ outcome }) => outcome === "PROVISIONED").length;
      if (provisioned === batch.rows.length - batch.quarantined.size) continue;
      throw new Error(`not provisioned, though nothing was killed: ${JSON.stringify(verdicts)}`);
    }
  }
  return undisturbed;
}

interface Parts {
  system: System;
  options: CampaignOptions;
  random: Random;
  batches: readonly PlannedBatch[];
  kill: PlannedKill;
}

class KillRound {
  private readonly complaints: Complaints = [];
  private readonly serialNumbers: string[];

  constructor(private readonly parts: Parts) {
    this.serialNumbers = parts.batches.flatMap(({ rows }) =>
      rows.map(({ serialNumber }) => serialNumber),
    );
  }

  async run(killedAtMs: number): Promise<Round> {
    const { system, batches, kill, options } = this.parts;
    await system.record(batches);
    const begun = performance.now();
    let answeredMs: number | null = null;
    const sending = batches.flatMap((batch) => (batch.isSentTwice ? [batch, batch] : [batch]));
    const sent = Promise.all(sending.map(system.provision)).finally(() => {
      answeredMs = performance.now() - begun;
    });
    await sleep(killedAtMs);
    const answeredBeforeMs = answeredMs;
    await this.kill(kill.victim);
    const first = await sent;
    await this.quiet();
    const states = await this.states();
    this.complaints.push(...lostAnswers(first, states));
    const linksLeft = await system.evidence.waitingLinks();
    if (options.forgetsLinks) await system.evidence.forgetLinks();
    if (options.isHurried) await system.evidence.makeLinksDue();
    const restarted = performance.now();
    await this.restart(kill.victim);
    const retried = kill.isRetriedAtOnce ? batches.map(system.provision) : [];
    const answers = [...first, ...(await Promise.all(retried))];
    await this.replayed();
    const replayMs = performance.now() - restarted;
    await this.judge(answers);
    const found = batches.map((batch) => foundOf(batch, first, states));
    return {
      victim: kill.victim,
      killedAtMs,
      answeredMs: answeredBeforeMs,
      found,
      devices: this.serialNumbers.length,
      linksLeft,
      replayMs,
      complaints: this.complaints,
    };
  }

  private async kill(victim: Victim): Promise<void> {
    const { services } = this.parts.system;
    switch (victim) {
      case "ownership":
      case "replay":
        return services.ownership.kill();
      case "manufacturing":
        return services.manufacturing.kill();
      case "both":
        await Promise.all([services.ownership.kill(), services.manufacturing.kill()]);
        return;
      case "database":
        return this.parts.options.killDatabase?.();
    }
  }

  private async restart(victim: Victim): Promise<void> {
    const { services, evidence } = this.parts.system;
    switch (victim) {
      case "ownership":
        return services.ownership.start();
      case "manufacturing":
        return services.manufacturing.start();
      case "both":
        await Promise.all([services.ownership.start(), services.manufacturing.start()]);
        return;
      case "replay":
        await services.ownership.start();
        await sleep(this.parts.random.below(REPLAY_KILL_MS));
        await services.ownership.kill();
        await this.quiet();
        if (this.parts.options.isHurried) await evidence.makeLinksDue();
        return services.ownership.start();
      case "database":
        return;
    }
  }

  private async judge(answers: readonly Answer[]): Promise<void> {
    const { batches, system, options } = this.parts;
    const before = await this.states();
    this.complaints.push(...halfLinked([...before.values()]), ...brokenAnswers(answers, before));
    await this.findDeviations();
    if (options.forgetsLinks) return;
    const again = await Promise.all(batches.map(system.provision));
    const onceMore = await Promise.all(batches.map(system.provision));
    await this.replayed();
    for (const answer of [...again, ...onceMore]) {
      const earlier = [...answers, ...again].filter(({ batch }) => batch === answer.batch);
      this.complaints.push(...changedVerdicts(answer, earlier, before));
    }
    this.complaints.push(...onceMore.flatMap(repeatedSecrets));
    const after = await this.states();
    this.complaints.push(...halfLinked([...after.values()]), ...brokenAnswers(again, after));
    await this.findDeviations();
    for (const service of Object.values(system.services)) {
      this.complaints.push(...service.faults.splice(0));
      if (!service.isRunning) await service.start();
    }
  }

  private async findDeviations(): Promise<void> {
    const { evidence } = this.parts.system;
    const found = [
      ...(await manufacturing.findDeviations(evidence.manufacturing, DEVIATIONS_MOST)),
      ...(await ownership.findDeviations(evidence.ownership, DEVIATIONS_MOST)),
    ];
    this.complaints.push(...found.map((deviation) => JSON.stringify(deviation)));
  }

  private async states(): Promise<Map<string, DeviceState>> {
    const states = await this.parts.system.evidence.statesOf(this.serialNumbers);
    return new Map(states.map((state) => [state.serialNumber, state]));
  }

  /** Until the databases have ended what dead processes asked of them: twice, for what follows. */
  private async quiet(): Promise<void> {
    const { evidence } = this.parts.system;
    for (let quiet = 0; quiet < 2; await sleep(10))
      quiet = (await evidence.isQuiet()) ? quiet + 1 : 0;
  }

  private async replayed(): Promise<void> {
    const { system, options } = this.parts;
    const begun = performance.now();
    for (let round = 1; (await system.evidence.waitingLinks()) > 0; round++) {
      if (performance.now() - begun > REPLAY_MS_MOST) {
        this.complaints.push(`links wait for more than ${REPLAY_MS_MOST} ms`);
        return;
      }
      await sleep(50);
      if (options.isHurried && round % 10 === 0) await system.evidence.makeLinksDue();
    }
  }
}

function foundOf(
  batch: PlannedBatch,
  answers: readonly Answer[],
  states: ReadonlyMap<string, DeviceState>,
): Found {
  const answered = answers.flatMap((answer) =>
    answer.batch === batch && answer.verdicts ? [answer.verdicts] : [],
  );
  const outcomes = answered.flat().map(({ outcome }) => outcome);
  if (outcomes.includes("PROVISIONED")) return "ANSWERED";
  if (outcomes.includes("PENDING")) return "PROMISED";
  if (answered.length > 0) return "REFUSED";
  const due = batch.rows.filter(({ serialNumber }) => !batch.quarantined.has(serialNumber));
  return stageOfAll(due.flatMap(({ serialNumber }) => states.get(serialNumber) ?? []));
}
