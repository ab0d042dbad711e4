import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { COMMAND } from "../walk/places.ts";
import { endedChildrenCpuMs, peakResidentMbOf, residentMbOf } from "../walk/process-usage.ts";
import { peaksOfHalves } from "./report.ts";
import { csvHeader, csvLine, recordOf } from "./rows.ts";

const SAMPLE_MS = 100;
const LINES_AT_ONCE = 500;
const TOLD_CHARACTERS = 2_000;

export interface ImportParts {
  origin: string;
  token: string;
  gatewayPid: number;
  dataFolder: string;
  profileFolder: string | null;
}

/** What one import came to, from the start of the command to its end. */
export interface ImportFigures {
  seconds: number;
  cliCpuMs: number;
  cliPeakMb: number;
  /** Of both processes, when a tenth of the time was over, and at the end: flat, or growing. */
  earlyMb: number;
  lateMb: number;
  /** The most that the gateway held in the first and in the second half of the time. */
  gatewayPeaksMb: readonly [first: number, second: number];
}

/** Imports a file of so many rows by the real command. */
export async function importFile(
  parts: ImportParts,
  prefix: string,
  rows: number,
): Promise<ImportFigures> {
  const file = join(parts.dataFolder, `${prefix}.csv`);
  await pipeline(Readable.from(csvText(prefix, rows)), createWriteStream(file));
  try {
    return await run(parts, file, rows);
  } finally {
    await rm(file);
  }
}

async function run(parts: ImportParts, file: string, rows: number): Promise<ImportFigures> {
  const { origin, token, gatewayPid, profileFolder } = parts;
  const profile = profileFolder ? ["--cpu-prof", `--cpu-prof-dir=${profileFolder}`] : [];
  const cpuBefore = endedChildrenCpuMs();
  const began = performance.now();
  const child = spawn(
    process.execPath,
    [...profile, COMMAND, "import", "--restart", file, "--url", origin, "--json"],
    {
      env: { PATH: process.env.PATH ?? "", TRACEGRAPH_TOKEN: token },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const pid = child.pid ?? 0;
  const samples: { cliPeakMb: number; bothMb: number; gatewayMb: number }[] = [];
  const sampling = setInterval(() => {
    const gatewayMb = residentMbOf([gatewayPid]);
    const bothMb = residentMbOf([pid]) + gatewayMb;
    samples.push({ cliPeakMb: peakResidentMbOf(pid), bothMb, gatewayMb });
  }, SAMPLE_MS);
  const told: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (piece: Buffer) => told.push(piece.toString()));
  }
  const [status] = (await once(child, "close")) as [number | null];
  const seconds = (performance.now() - began) / 1_000;
  clearInterval(sampling);
  if (status !== 0 || !told.join("").includes(`"recorded": ${rows}`)) {
    throw new Error(`the import ended with ${status}: ${told.join("").slice(-TOLD_CHARACTERS)}`);
  }
  return {
    seconds,
    cliCpuMs: endedChildrenCpuMs() - cpuBefore,
    cliPeakMb: Math.max(...samples.map(({ cliPeakMb }) => cliPeakMb)),
    earlyMb: samples[Math.floor(samples.length / 10)]?.bothMb ?? 0,
    lateMb: samples.at(-2)?.bothMb ?? 0,
    gatewayPeaksMb: peaksOfHalves(samples.map(({ gatewayMb }) => gatewayMb)),
  };
}

function* csvText(prefix: string, rows: number): Generator<string> {
  yield csvHeader();
  for (let from = 0; from < rows; from += LINES_AT_ONCE) {
    let text = "";
    const to = Math.min(rows, from + LINES_AT_ONCE);
    for (let number = from; number < to; number++) text += csvLine(recordOf(prefix, number));
    yield text;
  }
}
