import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

/** Far longer than a start takes, so that only one that hangs is given up. */
const START_MS = 60_000;

/** Sources lie in bench/, compiled code in dist/bench/: the nearest folder above has the command. */
export function findCommand(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const command = join(folder, "bin", "tracegraph.js");
    if (existsSync(command)) return command;
    if (folder === dirname(folder)) throw new Error("bin/tracegraph.js is missing");
  }
}

/** `tracegraph start <service>`: one service in a process of its own, which can be killed. */
export class ServiceProcess {
  /** What no refusal and no kill of ours explains: faults that it logged, ends of its own. */
  readonly faults: string[] = [];
  private child: ChildProcess | null = null;
  private lastLines: string[] = [];
  private readonly killAtExit = () => void this.child?.kill("SIGKILL");

  constructor(
    private readonly service: string,
    private readonly environment: Readonly<Record<string, string>>,
    /** Is told each line that it logs. */
    private readonly observe: (line: string) => void = () => undefined,
  ) {}

  get isRunning(): boolean {
    return this.child !== null;
  }

  /** Resolves when it answers requests. `more` is the environment of this one life. */
  async start(more: Readonly<Record<string, string>> = {}): Promise<void> {
    if (this.child) throw new Error(`${this.service} runs already`);
    const child = spawn(process.execPath, [findCommand(), "start", this.service, "--json"], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NODE_OPTIONS: "", ...this.environment, ...more },
    });
    this.child = child;
    process.once("exit", this.killAtExit);
    this.lastLines = [];
    child.once("exit", () => {
      if (this.child !== child) return;
      this.child = null;
      this.faults.push(`${this.service} ended by itself:\n${this.lastLines.join("\n")}`);
    });
    createInterface({ input: child.stderr }).on("line", (line) => this.read(line));
    const isUp = new Promise<boolean>((resolve) => {
      createInterface({ input: child.stdout }).once("line", () => resolve(true));
      child.once("exit", () => resolve(false));
      setTimeout(() => resolve(false), START_MS).unref();
    });
    if (await isUp) return;
    await this.kill();
    throw new Error(`${this.service} did not start:\n${this.lastLines.join("\n")}`);
  }

  /** SIGKILL: no handler runs, nothing is finished. Resolves when the process is gone. */
  async kill(): Promise<void> {
    const { child } = this;
    this.child = null;
    process.off("exit", this.killAtExit);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }

  private read(line: string): void {
    this.observe(line);
    this.lastLines = [...this.lastLines, line].slice(-20);
    if (line.includes('"event":"fault"')) this.faults.push(`${this.service}: ${line}`);
  }
}

/** A port that nobody uses now, so that a service keeps its address over all its lives. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || !address) throw new Error("no port");
  return address.port;
}
