import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What stations are to record: each number once, whichever station has it. */
export interface StationsJob {
  origin: string;
  token: string;
  documentId: string;
  /** Of the serial numbers. */
  prefix: string;
  stations: number;
  seconds: number;
}

export interface StationsResult {
  /** All were acknowledged as recorded; the numbers are 0 to this, without a gap. */
  records: number;
  elapsedSeconds: number;
  p50Ms: number;
  p99Ms: number;
  /** The first of those that failed, and how many did. */
  failures: readonly string[];
  failed: number;
}

/** The stations, in a process of their own. */
export class Stations {
  private readonly child: ChildProcess;

  constructor() {
    const program = fileURLToPath(new URL("./station-process.js", import.meta.url));
    this.child = fork(program, [], { serialization: "advanced", execArgv: [] });
  }

  /** Fails where any record did. */
  async run(job: StationsJob): Promise<StationsResult> {
    const result = await new Promise<StationsResult | { error: string }>((resolve, reject) => {
      const ended = () => reject(new Error("the stations' process ended"));
      this.child.once("exit", ended);
      this.child.once("message", (message) => {
        this.child.off("exit", ended);
        resolve(message as StationsResult);
      });
      this.child.send(job);
    });
    if ("error" in result) throw new Error(`the stations failed: ${result.error}`);
    if (result.failed > 0) {
      throw new Error(`${result.failed} records failed:\n${result.failures.join("\n")}`);
    }
    return result;
  }

  stop(): void {
    this.child.disconnect();
  }
}
