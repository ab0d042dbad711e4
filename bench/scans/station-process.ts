import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

/** Something that a station told: `kept`, `verdict`, `offline` … */
export interface StationEvent {
  event: string;
  sequence?: number;
  serialNumber?: string;
  arrival?: string;
  outcome?: string;
  code?: string | null;
  [more: string]: unknown;
}

export interface StationProcessOptions {
  /** What starts the command line: a program and its first words. */
  command: readonly string[];
  /** Options of `tracegraph line`. */
  words: readonly string[];
  environment: Readonly<Record<string, string>>;
}

/** `tracegraph line --json` in a process of its own, whose scanner is this program. */
export interface StationProcess {
  child: ChildProcess;
  events: readonly StationEvent[];
  errors(): string;
  scan(...codes: string[]): void;
  /** The events of this name. */
  told(event: string): StationEvent[];
  /** Waits until so much was told; fails after a while, or when the process has ended. */
  until(isThere: (station: StationProcess) => boolean, patienceMs?: number): Promise<void>;
  /** Ends the input, and waits for the exit code. */
  end(): Promise<number | null>;
  kill(signal: NodeJS.Signals): Promise<void>;
}

const PATIENCE_MS = 30_000;

export function startStation(options: StationProcessOptions): StationProcess {
  const { command, words, environment } = options;
  const [program = process.execPath, ...first] = command;
  const child = spawn(program, [...first, "line", "--json", ...words], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { PATH: process.env.PATH ?? "", ...environment },
  });
  const events: StationEvent[] = [];
  let errors = "";
  createInterface({ input: child.stdout }).on("line", (line) => events.push(JSON.parse(line)));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  child.stdin.on("error", () => undefined);
  const ended = once(child, "close");
  const station: StationProcess = {
    child,
    events,
    errors: () => errors,
    scan: (...codes) => void child.stdin.write(codes.map((code) => `${code}\n`).join("")),
    told: (event) => events.filter((one) => one.event === event),
    async until(isThere, patienceMs = PATIENCE_MS) {
      for (const began = Date.now(); !isThere(station); await sleep(10)) {
        const hasEnded = child.exitCode !== null || child.signalCode !== null;
        if (!hasEnded && Date.now() - began < patienceMs) continue;
        throw new Error(`the station ${hasEnded ? "ended" : "did not tell"}:\n${errors}`);
      }
    },
    async end() {
      child.stdin.end();
      await ended;
      return child.exitCode;
    },
    async kill(signal) {
      child.kill(signal);
      await ended;
    },
  };
  return station;
}
