import "reflect-metadata";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { FAULTS, type FaultRound, runCampaign } from "./sequencing-faults/campaign.ts";
import { canInjectDiskErrors, FaultyServer } from "./sequencing-faults/faulty-server.store.ts";
import { canCutPower, cutPower } from "./sequencing-faults/power-cut.ts";

const say = (line: string) => void process.stdout.write(`${line}\n`);

/** Lets 100 faults happen to a log that is being written: `npm run campaign:sequencing`. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "100" },
      seed: { type: "string", default: "sequencing" },
      cuts: { type: "string", default: "3" },
    },
  });
  const hasStrace = await canInjectDiskErrors();
  if (!hasStrace) say("strace is not here, or may not look into processes: no disk errors");
  const faults = FAULTS.filter((fault) => hasStrace || !/^E/.test(fault));
  const folder = await mkdtemp(join(tmpdir(), "tracegraph-faults-"));
  const server = await FaultyServer.start(folder);
  let complaints = 0;
  const observe = (round: FaultRound) => {
    complaints += round.complaints.length;
    say(JSON.stringify(round));
  };
  try {
    const rounds = Number(values.rounds);
    const done = await runCampaign({ server, rounds, seed: values.seed, faults, observe });
    say(
      `${done.length} faults, ${done.filter(({ isMet }) => isMet).length} met, ${complaints} complaints`,
    );
  } finally {
    await server.stop().catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  }
  if (Number(values.cuts) > 0 && (await canCutPower())) {
    for (let cut = 0; cut < Number(values.cuts); cut++) {
      const found = await cutPower({ fsync: "on" });
      complaints += found.complaints.length;
      say(`power cut: ${JSON.stringify(found)}`);
    }
    const control = await cutPower({ fsync: "off" });
    say(`power cut with fsync off: ${JSON.stringify(control)}`);
    if (control.complaints.length === 0) complaints++;
  } else say("no file can be mounted here as a disk: no power is cut");
  process.exitCode = complaints === 0 ? 0 : 1;
}

await main();
