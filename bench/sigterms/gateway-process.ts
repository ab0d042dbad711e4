import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { findCommand } from "../provisioning-kills/service-process.ts";

const START_MS = 60_000;
const STOP_MS = 30_000;
const LINES_KEPT = 20;

/** How a process ended. */
export interface End {
  code: number | null;
  signal: NodeJS.Signals | null;
  afterMs: number;
}

/** `tracegraph start` in a process of its own. */
export interface GatewayProcess {
  url: string;
  /** Sends SIGTERM; resolves when the process has ended. */
  terminate(): Promise<End>;
  /** For when the campaign itself breaks off. */
  kill(): void;
  /** Lines of its log that tell of faults. */
  faults: readonly string[];
}

export async function startGatewayProcess(
  environment: Readonly<Record<string, string>>,
): Promise<GatewayProcess> {
  const child = spawn(process.execPath, [findCommand(), "start", "--json"], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_OPTIONS: "", ...environment },
  });
  const kill = () => void child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  const faults: string[] = [];
  let lastLines: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    lastLines = [...lastLines, line].slice(-LINES_KEPT);
    if (line.includes(`"level":"ERROR"`)) faults.push(line);
  });
  const url = await urlOf(child);
  if (url === null) {
    kill();
    throw new Error(`the gateway did not start:\n${lastLines.join("\n")}`);
  }
  return { url, kill, faults, terminate: () => terminate(child) };
}

async function urlOf(child: ChildProcess): Promise<string | null> {
  const { stdout } = child;
  if (!stdout) return null;
  return new Promise((resolve) => {
    createInterface({ input: stdout }).once("line", (line) => {
      resolve((JSON.parse(line) as { url: string }).url);
    });
    child.once("exit", () => resolve(null));
    setTimeout(() => resolve(null), START_MS).unref();
  });
}

async function terminate(child: ChildProcess): Promise<End> {
  const began = performance.now();
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  const [code, signal] = (await exit) as [number | null, NodeJS.Signals | null];
  clearTimeout(late);
  return { code, signal, afterMs: performance.now() - began };
}
