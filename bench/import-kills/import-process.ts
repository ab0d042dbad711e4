import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { findCommand } from "../provisioning-kills/service-process.ts";

/** The files of one import. */
export interface ImportPaths {
  file: string;
  report: string;
  secrets: string;
  state: string;
}

/** What the command line told at its end. */
export interface ImportEnd {
  exit: number | null;
  /** Its JSON; null where it was killed or told none. */
  summary: ImportSummary | null;
  stderr: string;
}

/** The parts of the summary that must not depend on what was killed. */
export interface ImportSummary {
  complete: boolean;
  rows: number;
  recorded: number;
  revised: number;
  unchanged: number;
  refused: number;
  provisioning: { provisioned: number; pending: number; unchanged: number; refused: number };
  rowsRefused: number;
  secretsLost: number;
  peakMemoryBytes: number;
}

/** `tracegraph import` in a process of its own, which can be killed. */
export class ImportProcess {
  readonly ended: Promise<ImportEnd>;
  private readonly child: ChildProcess;

  constructor(
    { file, report, secrets }: ImportPaths,
    options: { url: string; token: string; batchSize: number; patienceSeconds: number },
  ) {
    const { url, token, batchSize, patienceSeconds } = options;
    const words = ["import", file, "--json", "--report", report, "--secrets", secrets];
    const numbers = ["--batch-size", `${batchSize}`, "--patience", `${patienceSeconds}`];
    this.child = spawn(process.execPath, [findCommand(), ...words, ...numbers], {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        NODE_OPTIONS: "",
        TRACEGRAPH_URL: url,
        TRACEGRAPH_TOKEN: token,
      },
    });
    this.ended = endOf(this.child);
  }

  /** SIGKILL. Resolves when the process is gone. */
  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended;
  }
}

async function endOf(child: ChildProcess): Promise<ImportEnd> {
  const texts = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    texts.stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    texts.stderr += text;
  });
  const exit = await new Promise<number | null>((resolve) => child.once("close", resolve));
  const summary = exit === null || texts.stdout === "" ? null : JSON.parse(texts.stdout);
  return { exit, summary, stderr: texts.stderr };
}

/** Rows that the command line knows to be settled, by what it keeps on disk. */
export async function settledRows({ state }: ImportPaths): Promise<number> {
  try {
    return JSON.parse(await readFile(state, "utf8")).progress.rows;
  } catch {
    return 0;
  }
}

/** The rows of a CSV file below its header, whose cells need no quotes but in the reasons. */
export async function csvRows(path: string): Promise<string[][]> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.split(","));
}
