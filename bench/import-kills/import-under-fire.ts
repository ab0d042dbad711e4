import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import * as manufacturing from "../../subgraphs/manufacturing/device/consistency.store.ts";
import * as ownership from "../../subgraphs/ownership/ownership/consistency.store.ts";
import type { Evidence } from "../provisioning-kills/evidence.store.ts";
import type { SplitSystem } from "../split-system.ts";
import type { CampaignOptions } from "./campaign.ts";
import {
  csvRows,
  type ImportEnd,
  type ImportPaths,
  ImportProcess,
  settledRows,
} from "./import-process.ts";
import {
  type Complaints,
  lostRows,
  type States,
  wrongDevices,
  wrongReport,
  wrongSecrets,
  wrongSummary,
} from "./judge.ts";
import { keysInForce } from "./keys-in-force.ts";
import type { PlannedFile, PlannedImport, PlannedKill, Victim } from "./plan.ts";

/** One kill, and how far the import was. */
export interface Kill {
  victim: Victim;
  afterMs: number;
  /** Rows that the command line knew to be settled; null where the import was done already. */
  settled: number | null;
}

/** One import and what came of it. */
export interface ImportOutcome {
  name: string;
  rows: number;
  kills: Kill[];
  /** How often the command was run until it was done. */
  runs: number;
  totalMs: number;
  peakMemoryBytes: number;
  complaints: Complaints;
}

interface Parts {
  system: SplitSystem;
  evidence: Evidence;
  options: CampaignOptions;
  planned: PlannedImport;
  file: PlannedFile;
  path: string;
  undisturbedMs: number;
}

const BATCH_SIZE = 50;
const RUNS_MOST = 50;
const SETTLED_MS_MOST = 60_000;
const PROGRESS_MS_MOST = 30_000;
const RECOVERY_MS_MOST = 120_000;
const DEVIATIONS_MOST = 10;
/** The gateway or a service is away, which passes. */
const AWAY = 4;

/** Imports a file while things are killed, runs the command again until it is done, and judges. */
export class ImportUnderFire {
  private readonly complaints: Complaints = [];
  private readonly kills: Kill[] = [];
  private readonly paths: ImportPaths;
  private runs = 0;
  private isDone = false;
  private running: ImportProcess | null = null;
  private forgets: boolean;

  constructor(private readonly parts: Parts) {
    const { path, options } = parts;
    this.paths = {
      file: path,
      report: `${path}.refused.csv`,
      secrets: `${path}.secrets.csv`,
      state: `${path}.tracegraph-import.json`,
    };
    this.forgets = options.forgetsState === true;
  }

  async run(): Promise<ImportOutcome> {
    const { planned, file } = this.parts;
    const begun = performance.now();
    const done = this.importUntilDone().finally(() => {
      this.isDone = true;
    });
    // Whatever it throws is thrown below.
    done.catch(() => undefined);
    for (const kill of planned.kills) await this.strike(kill);
    const end = await done;
    const totalMs = performance.now() - begun;
    await this.judge(end);
    return {
      name: planned.name,
      rows: file.rows.length,
      kills: this.kills,
      runs: this.runs,
      totalMs,
      peakMemoryBytes: end.summary?.peakMemoryBytes ?? 0,
      complaints: this.complaints,
    };
  }

  /** Runs the same command until it ends by itself, and not because something was away. */
  private async importUntilDone(): Promise<ImportEnd> {
    const { system, planned } = this.parts;
    const token = await system.token({ roles: ["line"], subject: "line-1" });
    for (;;) {
      this.runs += 1;
      if (this.runs > RUNS_MOST)
        throw new Error(`${planned.name} was not done in ${RUNS_MOST} runs`);
      const { patienceSeconds } = planned;
      const options = { url: system.url, token, batchSize: BATCH_SIZE, patienceSeconds };
      this.running = new ImportProcess(this.paths, options);
      const end = await this.running.ended;
      if (end.exit !== null && end.exit !== AWAY) return end;
      await this.afterRun();
    }
  }

  /** Where a kill ended it, everything that it knew to be settled must be there. */
  private async afterRun(): Promise<void> {
    const { file, evidence } = this.parts;
    const settled = await settledRows(this.paths);
    const states = await this.states(file.rows.slice(0, settled).map((row) => row.serialNumber));
    // A link that is under way is replayed: that is what settled means for it.
    if ((await onceAnswered(() => evidence.waitingLinks())) === 0) {
      this.complaints.push(...lostRows(file, settled, states));
    }
    if (!this.forgets || settled === 0) return;
    this.forgets = false;
    for (const path of [this.paths.state, this.paths.report, this.paths.secrets]) {
      await rm(path, { force: true });
    }
  }

  private async strike({ victim, after, waitsForProgress }: PlannedKill): Promise<void> {
    const { undisturbedMs } = this.parts;
    const afterMs = after * undisturbedMs;
    if (waitsForProgress && this.kills.length > 0) await this.untilItGoesOn();
    if (this.forgets) await this.untilSomethingIsSettled();
    else await sleep(afterMs);
    const settled = this.isDone ? null : await settledRows(this.paths);
    this.kills.push({ victim, afterMs, settled });
    await this.kill(victim);
  }

  private async kill(victim: Victim): Promise<void> {
    const { system, options } = this.parts;
    if (victim === "cli") return this.running?.kill();
    if (victim === "database") return options.killDatabase();
    await system.processes[victim].kill();
    await system.processes[victim].start();
  }

  private async untilItGoesOn(): Promise<void> {
    const settled = await settledRows(this.paths);
    const begun = performance.now();
    while (!this.isDone && (await settledRows(this.paths)) <= settled) {
      if (performance.now() - begun > PROGRESS_MS_MOST) return;
      await sleep(20);
    }
  }

  private async untilSomethingIsSettled(): Promise<void> {
    while (!this.isDone && (await settledRows(this.paths)) === 0) await sleep(5);
  }

  private async judge({ summary, stderr }: ImportEnd): Promise<void> {
    const { file, system, evidence } = this.parts;
    await this.untilLinked();
    const states = await this.states(file.rows.map(({ serialNumber }) => serialNumber));
    const secrets = await csvRows(this.paths.secrets);
    this.complaints.push(
      ...(summary ? [] : [stderr.trim()]),
      ...wrongSummary(file, summary),
      ...wrongReport(file, await csvRows(this.paths.report)),
      ...wrongSecrets(file, secrets, states),
      ...wrongDevices(file, states),
      ...(await keysInForce(system, secrets)),
    );
    const deviations = [
      ...(await manufacturing.findDeviations(evidence.manufacturing, DEVIATIONS_MOST)),
      ...(await ownership.findDeviations(evidence.ownership, DEVIATIONS_MOST)),
    ];
    this.complaints.push(...deviations.map((deviation) => JSON.stringify(deviation)));
    for (const process of Object.values(system.processes)) {
      this.complaints.push(...process.faults.splice(0));
    }
  }

  /** Until the replay has brought every link to its end. */
  private async untilLinked(): Promise<void> {
    const { evidence } = this.parts;
    const begun = performance.now();
    while ((await onceAnswered(() => evidence.waitingLinks())) > 0) {
      if (performance.now() - begun > SETTLED_MS_MOST) {
        this.complaints.push(`links wait for more than ${SETTLED_MS_MOST} ms`);
        return;
      }
      await sleep(100);
    }
  }

  private async states(serialNumbers: readonly string[]): Promise<States> {
    const { evidence } = this.parts;
    const states = await onceAnswered(() => evidence.statesOfRecorded(serialNumbers));
    return new Map(states.map((state) => [state.serialNumber, state]));
  }
}

/** PostgreSQL may be recovering, and a connection of before is of no use. */
async function onceAnswered<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  const begun = performance.now();
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() - begun > RECOVERY_MS_MOST) throw error;
      await sleep(100);
    }
  }
}
