import { type ChildProcess, fork } from "node:child_process";
import { DRIVER } from "./places.ts";
import type { WalkRequest } from "./variant.ts";

/** What the load generator is to do. */
export interface Job {
  origin: string;
  requests: readonly WalkRequest[];
  connections: number;
  /** null: each request once. */
  seconds: number | null;
  /** Whether the answers come back. */
  keepsAnswers: boolean;
}

export interface JobResult {
  requests: number;
  elapsedSeconds: number;
  p50Ms: number;
  p99Ms: number;
  /** The first of those that failed, and how many did. */
  failures: readonly string[];
  failed: number;
  /** Of one answer, on average. */
  bytes: number;
  answers: readonly string[];
}

/** The load generator, in a process of its own. */
export class Drive {
  private readonly child: ChildProcess;

  constructor(node: string) {
    this.child = fork(DRIVER, [], { execPath: node, serialization: "advanced" });
  }

  /** Fails where any request failed. */
  async run(job: Job): Promise<JobResult> {
    const result = await new Promise<JobResult | { error: string }>((resolve, reject) => {
      const ended = () => reject(new Error("the load generator ended"));
      this.child.once("exit", ended);
      this.child.once("message", (message) => {
        this.child.off("exit", ended);
        resolve(message as JobResult);
      });
      this.child.send(job);
    });
    if ("error" in result) throw new Error(`the load generator failed: ${result.error}`);
    if (result.failed > 0) {
      throw new Error(`${result.failed} requests failed:\n${result.failures.join("\n")}`);
    }
    return result;
  }

  stop(): void {
    this.child.disconnect();
  }
}
