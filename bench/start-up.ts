import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median, printFigures } from "./measure.ts";

/** From the built command's launch to its first line, which it prints once it answers. */
const COMMAND = fileURLToPath(new URL("../cli/main.js", import.meta.url));
const ROUNDS = 5;
const AIM_SECONDS = { "new data folder, demo factory recorded": 20, "existing data folder": 5 };

async function startAndStop(dataFolder: string): Promise<{ readyMs: number; stopMs: number }> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [COMMAND, "start", "--json"], {
    env: { ...process.env, PORT: "0", DATA_DIR: dataFolder },
    stdio: ["ignore", "pipe", "ignore"],
  });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  const readyAt = performance.now();
  child.kill("SIGINT");
  await new Promise((resolve) => child.once("exit", resolve));
  return { readyMs: readyAt - startedAt, stopMs: performance.now() - readyAt };
}

const fresh: number[] = [];
const existing: number[] = [];
const stops: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const folder = await mkdtemp(join(tmpdir(), "tracegraph-bench-"));
  const first = await startAndStop(folder);
  const second = await startAndStop(folder);
  fresh.push(first.readyMs);
  existing.push(second.readyMs);
  stops.push(first.stopMs, second.stopMs);
  await rm(folder, { recursive: true, force: true });
}
const seconds = (figures: number[]) => Math.round(median(figures)) / 1_000;
const rows = Object.entries(AIM_SECONDS).map(([what, aim], index) => ({
  what,
  medianSeconds: seconds(index === 0 ? fresh : existing),
  worstSeconds: Math.round(Math.max(...(index === 0 ? fresh : existing))) / 1_000,
  aimSeconds: aim,
}));
printFigures({ rounds: ROUNDS, node: process.version, stopSeconds: seconds(stops) }, rows);
