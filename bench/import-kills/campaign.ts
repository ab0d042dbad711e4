import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Random } from "../../demo/random.ts";
import { Evidence } from "../provisioning-kills/evidence.store.ts";
import { type SplitSystem, type SplitSystemOptions, startSplitSystem } from "../split-system.ts";
import { type ImportOutcome, ImportUnderFire, type Kill } from "./import-under-fire.ts";
import { type PlannedImport, planFile, planImports, type Victim, victimsInTurns } from "./plan.ts";

export interface CampaignOptions {
  /** SIGKILLs at random moments of imports. */
  kills: number;
  /** The same seed plans the same files and moments; the machine decides what they meet. */
  seed: string;
  victims: readonly Victim[];
  databases: SplitSystemOptions["databases"];
  /** Kills PostgreSQL and resolves when it answers again. */
  killDatabase: () => Promise<void>;
  rowsOfAFile: number;
  killsOfAnImport: number;
  /** How often the kills that came too late, when their import was done, are made again; 0 if not set. */
  repeats?: number;
  /**
   * Sabotage: after its first kill the command line forgets where it was and begins anew. A
   * campaign must notice that.
   */
  forgetsState?: boolean;
  observe?: (outcome: ImportOutcome) => void;
}

export interface Campaign {
  /** How long an import of such a file takes where nothing is killed. */
  undisturbedMs: number;
  outcomes: ImportOutcome[];
}

const FEW_KILLS = 10;

/** Imports files under fire, and judges each by what an undisturbed import of it must tell. */
export async function runCampaign(options: CampaignOptions): Promise<Campaign> {
  const system = await startSplitSystem(options);
  try {
    return await runImports(system, options);
  } finally {
    await system.close();
  }
}

/** The same on a system that runs, and goes on running. */
export async function runImports(system: SplitSystem, options: CampaignOptions): Promise<Campaign> {
  const { seed, databases, rowsOfAFile } = options;
  const random = new Random(seed, "import kills");
  const folder = await mkdtemp(join(tmpdir(), "tracegraph-import-kills-"));
  const evidence = new Evidence(databases, "demo");
  try {
    const run = async (planned: PlannedImport, undisturbedMs: number) => {
      // The same database may have seen another campaign.
      const file = planFile(random, `${seed}-${planned.name}`, rowsOfAFile);
      const path = join(folder, `${planned.name}.csv`);
      await writeFile(path, file.text);
      const parts = { system, evidence, options, planned, file, path, undisturbedMs };
      return new ImportUnderFire(parts).run();
    };
    // The first import is of services that have just started.
    const names = options.kills > FEW_KILLS ? ["cold", "warm"] : ["cold"];
    const undisturbedMs = await measure(names, (name) =>
      run({ name, kills: [], patienceSeconds: 120 }, 0),
    );
    const outcomes: ImportOutcome[] = [];
    let victims = victimsInTurns(options.victims, options.kills);
    for (let repeat = 0; victims.length > 0 && repeat <= (options.repeats ?? 0); repeat++) {
      const { killsOfAnImport } = options;
      const sizes = { killsOfAnImport, firstNumber: outcomes.length };
      const late: Victim[] = [];
      for (const planned of planImports(random, victims, sizes)) {
        const outcome = await run(planned, undisturbedMs);
        outcomes.push(outcome);
        options.observe?.(outcome);
        late.push(...outcome.kills.filter(isLate).map(({ victim }) => victim));
        await sleep(0);
      }
      victims = late;
    }
    return { undisturbedMs, outcomes };
  } finally {
    await evidence.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** How many kills met an import that was not done yet. */
export function metKills(outcomes: readonly Pick<ImportOutcome, "kills">[]): number {
  return outcomes.flatMap(({ kills }) => kills).filter((kill) => !isLate(kill)).length;
}

function isLate({ settled }: Kill): boolean {
  return settled === null;
}

/** How long the last one of some imports takes. That nothing is wrong with them is the measure itself. */
async function measure(
  names: readonly string[],
  run: (name: string) => Promise<ImportOutcome>,
): Promise<number> {
  let ms = 0;
  for (const name of names) {
    const { complaints, totalMs } = await run(name);
    if (complaints.length > 0) {
      throw new Error(`wrong, though nothing was killed:\n${complaints.slice(0, 20).join("\n")}`);
    }
    ms = totalMs;
  }
  return ms;
}
