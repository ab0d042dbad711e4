import { type ChildProcess, spawn } from "node:child_process";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { NODE_FLAGS } from "../../start/node-flags.ts";

/** A process that this run started, and is stopped by its id. */
export interface BenchProcess {
  pid: number;
  /** What it said it answers on. */
  url: string;
  stop(): Promise<void>;
}

export interface ProcessOptions {
  node: string;
  environment: Readonly<Record<string, string>>;
  /** Where its log goes: a log of production is written somewhere, which costs what it costs. */
  logFolder: string;
  profileFolder: string | null;
  /** Names its log and its profile. */
  name: string;
}

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 15_000;
const LOG_SHOWN = 2_000;

/** Starts a program of Node and waits for its first line, which is JSON and names its URL. */
export async function startProcess(
  program: string,
  words: readonly string[],
  options: ProcessOptions,
): Promise<BenchProcess> {
  const { node, environment, logFolder, profileFolder, name } = options;
  const logFile = join(logFolder, `${name}.log`);
  const log = await open(logFile, "w");
  const child = spawn(
    node,
    [...NODE_FLAGS, ...profileFlags(profileFolder, name), program, ...words],
    {
      env: { PATH: process.env.PATH ?? "", NODE_ENV: "production", ...environment },
      stdio: ["ignore", "pipe", log.fd],
    },
  );
  await log.close();
  const killAtExit = () => child.kill("SIGKILL");
  process.once("exit", killAtExit);
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => {
      process.off("exit", killAtExit);
      resolve();
    });
  });
  try {
    const url = await firstUrl(child, ended);
    return { pid: child.pid ?? 0, url, stop: () => stop(child, ended) };
  } catch (error) {
    await stop(child, ended);
    const told = (await readFile(logFile, "utf8")).slice(-LOG_SHOWN);
    throw new Error(`${name} did not start: ${(error as Error).message}\n${told}`);
  }
}

function profileFlags(folder: string | null, name: string): string[] {
  if (folder === null) return [];
  const file = `${name}-${Date.now()}.cpuprofile`;
  return ["--cpu-prof", `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${file}`];
}

async function firstUrl(child: ChildProcess, ended: Promise<void>): Promise<string> {
  if (!child.stdout) throw new Error("no standard output");
  const lines = createInterface({ input: child.stdout });
  const line = new Promise<string>((resolve) => lines.once("line", resolve));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no line in time")), START_LIMIT_MS);
  });
  const over = ended.then(() => Promise.reject(new Error("it ended")));
  over.catch(() => undefined);
  const text = await Promise.race([line, late, over]).finally(() => clearTimeout(timer));
  return (JSON.parse(text) as { url: string }).url;
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT_MS);
  await ended;
  clearTimeout(timer);
}
