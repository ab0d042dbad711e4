import type { ChildProcess } from "node:child_process";
import { setPriority } from "node:os";
import { createInterface } from "node:readline";
import { log } from "../shared/log.ts";

/** Below those that answer requests. */
const PRIORITY = 10;
const LIMITS = { stopMs: 5_000, firstDelayMs: 1_000, delayMs: 300_000 } as const;

export interface KeptProcessOptions {
  /** Is given each line of its standard output; answers whether it has done something useful. */
  onLine: (line: string) => boolean;
  /** The event in the log where it has ended by itself. */
  name: string;
  /** How long to wait before the first time that it is started again: tests do not wait as long. */
  firstDelayMs?: number;
}

/**
 * A process of a low priority that is started again where it ends by itself: later each time, and
 * soon again once it has done something useful.
 */
export class KeptProcess {
  private child: ChildProcess | null = null;
  private running: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private failures = 0;
  private isStopping = false;

  constructor(
    private readonly spawnIt: () => ChildProcess,
    private readonly options: KeptProcessOptions,
  ) {
    this.start();
  }

  /** It ends with its standard input, or else is ended. */
  async close(): Promise<void> {
    this.isStopping = true;
    clearTimeout(this.timer);
    this.child?.stdin?.end();
    const late = setTimeout(() => this.child?.kill("SIGKILL"), LIMITS.stopMs);
    await this.running;
    clearTimeout(late);
  }

  private start(): void {
    this.running = this.run().then((reason) => this.ended(reason));
  }

  /** Resolves with what it ended with. */
  private run(): Promise<string> {
    return new Promise((resolve) => {
      let child: ChildProcess;
      try {
        child = this.spawnIt();
      } catch (error) {
        resolve(String(error));
        return;
      }
      this.child = child;
      child.once("error", (error) => resolve(error.message));
      child.once("close", (code, signal) => resolve(String(signal ?? code)));
      child.stdin?.on("error", () => undefined);
      if (child.pid !== undefined) lower(child.pid);
      if (!child.stdout) return;
      createInterface({ input: child.stdout }).on("line", (line) => {
        if (this.options.onLine(line)) this.failures = 0;
      });
    });
  }

  private ended(reason: string): void {
    this.child = null;
    if (this.isStopping) return;
    const { name, firstDelayMs = LIMITS.firstDelayMs } = this.options;
    const startedAgainAfterMs = Math.min(firstDelayMs * 2 ** this.failures, LIMITS.delayMs);
    this.failures++;
    log("ERROR", name, { reason, startedAgainAfterMs });
    this.timer = setTimeout(() => this.start(), startedAgainAfterMs);
  }
}

function lower(pid: number): void {
  try {
    setPriority(pid, PRIORITY);
  } catch {
    // It has ended already, which is told elsewhere.
  }
}
