import "reflect-metadata";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  type CampaignOptions,
  FAULTS,
  type FaultRound,
  plannedFaults,
  runCampaign,
  unmetFaults,
} from "./sequencing-faults/campaign.ts";
import { canInjectDiskErrors, FaultyServer } from "./sequencing-faults/faulty-server.store.ts";
import { canCutPower, cutPower } from "./sequencing-faults/power-cut.ts";

const say = (line: string) => void process.stdout.write(`${line}\n`);

/** What is wrong, and which kinds of faults could not be made. */
interface Found {
  complaints: number;
  missing: string[];
}

/**
 * Lets 100 faults happen to a log that is being written: `npm run campaign:sequencing`. Fails where
 * the log is not what it must be, and where faults of a kind could not be made, unless
 * `--allow-missing EIO,ENOSPC,POWER` names it.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "100" },
      seed: { type: "string", default: "sequencing" },
      cuts: { type: "string", default: "3" },
      tries: { type: "string", default: "5" },
      "allow-missing": { type: "string", default: "" },
    },
  });
  const faults = await letFaultsHappen({
    ...{ rounds: Number(values.rounds), tries: Number(values.tries), seed: values.seed },
  });
  const cuts = await cutPowers(Number(values.cuts));
  const allowed = values["allow-missing"].split(",");
  const missing = [...faults.missing, ...cuts.missing].filter((kind) => !allowed.includes(kind));
  if (missing.length > 0) say(`could not be made, or not often enough: ${missing.join(", ")}`);
  const isGood = faults.complaints + cuts.complaints + missing.length === 0;
  process.exitCode = isGood ? 0 : 1;
}

async function letFaultsHappen(
  asked: Pick<CampaignOptions, "rounds" | "tries" | "seed">,
): Promise<Found> {
  const hasStrace = await canInjectDiskErrors();
  if (!hasStrace) say("strace is not here, or may not look into processes: no disk errors");
  const isDiskError = (fault: string) => fault.startsWith("E");
  const faults = FAULTS.filter((fault) => hasStrace || !isDiskError(fault));
  const folder = await mkdtemp(join(tmpdir(), "tracegraph-faults-"));
  const server = await FaultyServer.start(folder);
  const observe = (round: FaultRound) => say(JSON.stringify(round));
  try {
    const done = await runCampaign({ ...asked, server, faults, observe });
    const complaints = done.reduce((sum, round) => sum + round.complaints.length, 0);
    const met = done.filter(({ isMet }) => isMet).length;
    say(`${done.length} faults, ${met} met, ${complaints} complaints`);
    const missing = [
      ...FAULTS.filter((fault) => !faults.includes(fault)),
      ...unmetFaults(plannedFaults(faults, asked.rounds), done),
    ];
    return { complaints, missing };
  } finally {
    await server.stop().catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  }
}

/** The power is cut with PostgreSQL's fsync on, and once with it off: as a control, which must lose. */
async function cutPowers(cuts: number): Promise<Found> {
  if (cuts === 0 || !(await canCutPower())) {
    say("no file can be mounted here as a disk, or none is asked for: no power is cut");
    return { complaints: 0, missing: cuts === 0 ? [] : ["POWER"] };
  }
  let complaints = 0;
  for (let cut = 0; cut < cuts; cut++) {
    const found = await cutPower({ fsync: "on" });
    complaints += found.complaints.length;
    say(`power cut: ${JSON.stringify(found)}`);
  }
  const control = await cutPower({ fsync: "off" });
  say(`power cut with fsync off: ${JSON.stringify(control)}`);
  if (control.complaints.length === 0) complaints++;
  return { complaints, missing: [] };
}

await main();
