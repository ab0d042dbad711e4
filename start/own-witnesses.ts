import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { log } from "../shared/log.ts";
import type { WitnessAddress, WitnessPolicy } from "../shared/witnessing/witness-addresses.ts";
import { passedEnvironment } from "./passed-environment.ts";

/** As many as make a checkpoint witnessed. */
const COUNT = 2;
const LIMITS = {
  startMs: 20_000,
  stopMs: 6_000,
  firstDelayMs: 500,
  delayMs: 30_000,
} as const;

export interface OwnWitnessesOptions {
  dataFolder: string;
  /** What their names begin with: `tracegraph.local/1a2b3c4d`. */
  prefix: string;
  /** The vkeys of the logs that they cosign. */
  logs: readonly string[];
  /** Others than the command line of this build, and a shorter wait, are for tests. */
  main?: string;
  firstDelayMs?: number;
}

/** Witnesses on this machine, each a process with a key and a folder of its own. */
export interface OwnWitnesses {
  /** Resolves when all of them answer, however often they are started until then; rejects where they are ended. */
  policy: Promise<WitnessPolicy>;
  begin(): void;
  close(): Promise<void>;
}

/** The witnesses that run beside the embedded database, once they have begun. */
export function prepareOwnWitnesses(options: OwnWitnessesOptions): OwnWitnesses {
  const processes = Array.from({ length: COUNT }, (_, index) => {
    const name = `witness-${index + 1}`;
    const dataFolder = join(options.dataFolder, name);
    return new WitnessProcess({ ...options, dataFolder, name: `${options.prefix}/${name}` });
  });
  const start = async (): Promise<WitnessPolicy> => {
    const trust = await writeTrust(options);
    const witnesses = await Promise.all(processes.map((process) => process.start(trust)));
    return { witnesses, quorum: COUNT };
  };
  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const policy = begun.then(start);
  policy.catch(() => undefined);
  return {
    policy,
    begin: () => begin(),
    async close() {
      await Promise.all(processes.map((process) => process.stop()));
    },
  };
}

/** Each log's key on a line; a witness reads it again where it has changed. */
async function writeTrust({ dataFolder, logs }: OwnWitnessesOptions): Promise<string> {
  await mkdir(dataFolder, { recursive: true });
  const path = join(dataFolder, "witnessed-logs");
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, logs.map((vkey) => `${vkey}\n`).join(""));
  await rename(draft, path);
  return path;
}

interface WitnessProcessOptions extends Pick<OwnWitnessesOptions, "main" | "firstDelayMs"> {
  name: string;
  dataFolder: string;
}

/** One witness's process, started again where it ends by itself, or cannot start. */
class WitnessProcess {
  private child: ChildProcess | null = null;
  private isStopping = false;
  private timer: NodeJS.Timeout | undefined;
  private failures = 0;
  private port = "0";
  private giveUp = (): void => undefined;

  constructor(private readonly options: WitnessProcessOptions) {}

  /** Resolves when it answers for the first time. */
  start(trust: string): Promise<WitnessAddress> {
    return new Promise((resolve, reject) => {
      const { name } = this.options;
      this.giveUp = () => reject(new Error(`the witness ${name} is not wanted any more`));
      if (this.isStopping) this.giveUp();
      else this.run(trust, resolve);
    });
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    clearTimeout(this.timer);
    this.giveUp();
    const { child } = this;
    if (!child) return;
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.stdin?.end();
    const late = setTimeout(() => child.kill("SIGKILL"), LIMITS.stopMs);
    await ended;
    clearTimeout(late);
  }

  private run(trust: string, found: (address: WitnessAddress) => void): void {
    const began = performance.now();
    let isOver = false;
    const ended = (reason: string) => {
      if (isOver) return;
      isOver = true;
      this.child = null;
      if (performance.now() - began > LIMITS.delayMs) this.failures = 0;
      this.again(reason, () => this.run(trust, found));
    };
    try {
      const child = this.spawned(trust);
      this.child = child;
      child.stdin?.on("error", () => undefined);
      // A machine that has no room for one more process says so here.
      child.once("error", (error) => ended(error.message));
      child.once("exit", (code, signal) => ended(String(signal ?? code)));
      addressOf(child).then(
        (address) => {
          this.port = new URL(address.url).port;
          found(address);
        },
        () => child.kill("SIGKILL"),
      );
    } catch (error) {
      ended(String(error));
    }
  }

  private spawned(trust: string): ChildProcess {
    const { name, dataFolder, main = MAIN } = this.options;
    // On the same port again, which is what those who ask it know.
    const place = ["--name", name, "--data", dataFolder, "--trust", trust, "--port", this.port];
    const words = [main, "witness", ...place, "--until-input-ends", "--json"];
    return spawn(process.execPath, words, {
      // It ends when its input does: also where this process is killed.
      stdio: ["pipe", "pipe", "inherit"],
      env: passedEnvironment(process.env),
    });
  }

  private again(reason: string, run: () => void): void {
    if (this.isStopping) return;
    const { name, firstDelayMs = LIMITS.firstDelayMs } = this.options;
    const startedAgainAfterMs = Math.min(firstDelayMs * 2 ** this.failures, LIMITS.delayMs);
    this.failures++;
    log("ERROR", "witness-ended", { witness: name, reason, startedAgainAfterMs });
    this.timer = setTimeout(run, startedAgainAfterMs);
  }
}

const MAIN = fileURLToPath(new URL("../cli/main.js", import.meta.url));

/** The one line that a witness prints. */
async function addressOf(child: ChildProcess): Promise<WitnessAddress> {
  const late = setTimeout(() => child.kill("SIGKILL"), LIMITS.startMs);
  try {
    if (child.stdout) {
      for await (const line of createInterface({ input: child.stdout })) {
        return JSON.parse(line) as WitnessAddress;
      }
    }
  } finally {
    clearTimeout(late);
  }
  throw new Error("a witness ended before it answered");
}
