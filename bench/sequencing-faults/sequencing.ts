import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const PROCESS = fileURLToPath(new URL("./sequencing-process.js", import.meta.url));
const BACK_MS = 60_000;

/** A tree that was signed and committed, as the sequencer told it. */
export interface ToldTree {
  size: number;
  root: string;
}

/** The process that writes and sequences, which may be killed, and all that it ever told. */
export class Sequencing {
  /** Ids of entries whose statement was acknowledged. */
  readonly acknowledged = new Set<string>();
  readonly trees: ToldTree[] = [];
  /** Lines that say that somebody must act. */
  readonly errors: string[] = [];
  private child: ChildProcess | null = null;
  private lives = 0;

  constructor(
    private readonly databaseUrl: () => string,
    private readonly keyLine: string,
  ) {}

  async start(): Promise<void> {
    const words = [PROCESS, this.databaseUrl(), this.keyLine, `life-${++this.lives}`];
    const child = spawn(process.execPath, words, {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    this.child = child;
    const isUp = new Promise<void>((resolve, reject) => {
      createInterface({ input: child.stdout }).on("line", (line) => {
        if (line === "UP") resolve();
        else this.hear(line);
      });
      child.once("exit", () => reject(new Error("the sequencing process ended by itself")));
    });
    await isUp;
    child.once("exit", () => {
      if (this.child === child) this.errors.push("the sequencing process ended by itself");
    });
  }

  /** SIGKILL. What it told before is still read. */
  async kill(): Promise<void> {
    const { child } = this;
    this.child = null;
    if (!child || child.exitCode !== null) return;
    const ended = once(child, "close");
    child.kill("SIGKILL");
    await ended;
  }

  /** Resolves when more than so many trees were told: it writes and signs again. */
  async signsAgain(after: number): Promise<void> {
    const lateAt = performance.now() + BACK_MS;
    while (this.trees.length <= after + 1) {
      if (performance.now() > lateAt) throw new Error("nothing is signed any more");
      await sleep(20);
    }
  }

  private hear(line: string): void {
    const [kind, ...words] = line.split(" ");
    if (kind === "A") {
      const [name = "", from = "0", count = "0"] = words;
      for (let at = 0; at < Number(count); at++)
        this.acknowledged.add(`${name}/${Number(from) + at}`);
    } else if (kind === "C") {
      this.trees.push({ size: Number(words[0]), root: words[1] ?? "" });
    } else if (line.includes('"ERROR"')) this.errors.push(line);
  }
}
