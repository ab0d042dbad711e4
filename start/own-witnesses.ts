import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { log } from "../shared/log.ts";
import type { WitnessAddress, WitnessPolicy } from "../shared/witnessing/witness-addresses.ts";

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
}

/** Witnesses on this machine, each a process with a key and a folder of its own. */
export interface OwnWitnesses {
  /** Resolves when all of them answer; rejects where one cannot, or will not any more. */
  policy: Promise<WitnessPolicy>;
  begin(): void;
  close(): Promise<void>;
}

/** The witnesses that run beside the embedded database, once they have begun. */
export function prepareOwnWitnesses(options: OwnWitnessesOptions): OwnWitnesses {
  const processes = Array.from({ length: COUNT }, (_, index) => {
    const name = `witness-${index + 1}`;
    return new WitnessProcess(`${options.prefix}/${name}`, join(options.dataFolder, name));
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

/** One witness's process, started again where it ends by itself. */
class WitnessProcess {
  private child: ChildProcess | null = null;
  private isStopping = false;
  private timer: NodeJS.Timeout | undefined;
  private deaths = 0;
  private port = "0";

  constructor(
    private readonly name: string,
    private readonly dataFolder: string,
  ) {}

  async start(trust: string): Promise<WitnessAddress> {
    if (this.isStopping) throw new Error(`the witness ${this.name} is not wanted any more`);
    const child = spawn(process.execPath, [MAIN, ...this.words(trust)], {
      // It ends when its input does: also where this process is killed.
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    this.child = child;
    child.stdin?.on("error", () => undefined);
    child.once("exit", () => this.ended(trust));
    const address = await addressOf(child, this.name);
    this.port = new URL(address.url).port;
    return address;
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    clearTimeout(this.timer);
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.stdin?.end();
    const late = setTimeout(() => child.kill("SIGKILL"), LIMITS.stopMs);
    await ended;
    clearTimeout(late);
  }

  private words(trust: string): string[] {
    const { name, dataFolder, port } = this;
    const place = ["--name", name, "--data", dataFolder, "--trust", trust, "--port", port];
    return ["witness", ...place, "--until-input-ends", "--json"];
  }

  /** On the same port again, which is what those who ask it know. */
  private ended(trust: string): void {
    if (this.isStopping || this.port === "0") return;
    const delayMs = Math.min(LIMITS.firstDelayMs * 2 ** this.deaths, LIMITS.delayMs);
    this.deaths++;
    log("ERROR", "witness-ended", { witness: this.name, startedAgainAfterMs: delayMs });
    this.timer = setTimeout(() => {
      this.start(trust).catch(() => undefined);
    }, delayMs);
  }
}

const MAIN = fileURLToPath(new URL("../cli/main.js", import.meta.url));

/** The one line that a witness prints. */
async function addressOf(child: ChildProcess, name: string): Promise<WitnessAddress> {
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
  throw new Error(`the witness ${name} ended before it answered`);
}
