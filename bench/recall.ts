import "reflect-metadata";
import { mkdir } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { printFigures } from "./measure.ts";
import { measureRecall } from "./recall/measure-recall.ts";
import { readOptions } from "./recall/options.ts";
import { openRecallDatabases, type RecallDatabases } from "./recall/recall-databases.ts";
import { aimVerdicts, answerGrowth, deviceGrowth, recallRow } from "./recall/report.ts";
import { printProfiles } from "./walk/profile-summary.ts";

const notice = (line: string) => void process.stderr.write(`${line}\n`);

/**
 * Asks recall questions of planted devices through the gateway, and repeats the statements that it
 * sent by a bare client, in turns: `npm run bench:recall -- --data <folder>`. A try takes three
 * minutes with `--devices 200000 --rounds 2`.
 */
async function main(): Promise<void> {
  const options = readOptions();
  // What was started is ended at the exit, which a signal by itself would pass by.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  for (const folder of [options.plansFolder, options.profileFolder]) {
    if (folder) await mkdir(folder, { recursive: true });
  }
  const { dataFolder, keepsData, sharedBuffers, rounds } = options;
  const databases: RecallDatabases[] = [];
  for (const devices of options.devices) {
    const folder = join(dataFolder, String(devices));
    const open = { devices, dataFolder: folder, keepsData, sharedBuffers, notice };
    databases.push(await openRecallDatabases(open));
  }
  const loadBefore = loadavg()[0] ?? 0;
  const figures = await measureRecall(databases, options, notice);
  if (options.profileFolder) await printProfiles(options.profileFolder, notice);
  const rows = figures.map(recallRow);
  const facts = {
    devices: options.devices.join(", "),
    rounds,
    node: process.version,
    cores: cpus().length,
    sharedBuffers,
    loadAverage: `${loadBefore.toFixed(1)} before, ${(loadavg()[0] ?? 0).toFixed(1)} after`,
    answers: "every one equal to what was planted",
  };
  const growth = deviceGrowth(rows);
  const byAnswer = answerGrowth(figures);
  const aims = aimVerdicts(figures);
  if (process.argv.includes("--json")) {
    printFigures({ ...facts, aims, growth, byAnswer }, rows);
    return;
  }
  printFigures(facts, rows);
  console.table(byAnswer);
  if (growth.length > 0) console.table(growth);
  for (const { aim, isMet, figures: shown } of aims) {
    process.stdout.write(`${isMet ? "met   " : "missed"}  ${aim}; ${shown.join("; ")}\n`);
  }
}

await main();
