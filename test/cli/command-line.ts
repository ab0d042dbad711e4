import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Role } from "../../shared/caller.ts";
import { setLogWriter } from "../../shared/log.ts";
import type { PairConfig } from "../../start/pair.ts";
import { type TestGateway, type TestGatewayOptions, testGateway } from "../support/gateway.ts";
import { type RealPair, realPair } from "../support/real-pair.ts";

/** The built command line. */
export const MAIN =
  process.env.TRACEGRAPH_MAIN ?? join(import.meta.dirname, "../../dist/cli/main.js");

/** How a command ended, and what it wrote. */
export interface Ran {
  exit: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  input?: string | Buffer;
  environment?: Record<string, string>;
  /** The folder that it runs in. */
  folder?: string;
}

/** Runs the built command line in a process of its own, away from any data folder. */
export async function runCommand(words: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const child = spawn(process.execPath, [MAIN, ...words], {
    env: {
      PATH: process.env.PATH ?? "",
      DATA_DIR: join(tmpdir(), "no-such-data-folder"),
      ...options.environment,
    },
    stdio: ["pipe", "pipe", "pipe"],
    ...(options.folder !== undefined && { cwd: options.folder }),
  });
  const texts = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    texts.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    texts.stderr += text;
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  const exit = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { exit, ...texts };
}

/** The command line beside a gateway with both real subgraphs. */
export interface CommandLine {
  pair: RealPair;
  gateway: TestGateway;
  /** Runs a command as a caller of these roles. */
  run(role: Role, words: readonly string[], options?: RunOptions & { url?: string }): Promise<Ran>;
  /** A file of its own in a folder that goes with the test. */
  file(name: string, content: string | Buffer): Promise<string>;
  close(): Promise<void>;
}

export interface CommandLineOptions extends Pick<TestGatewayOptions, "recordsAccess" | "webhooks"> {
  peers?: PairConfig["peers"];
}

export async function startCommandLine({
  peers = {},
  ...options
}: CommandLineOptions = {}): Promise<CommandLine> {
  setLogWriter(() => undefined);
  const pair = await realPair(peers);
  const gateway = await testGateway({
    services: [pair.manufacturing, pair.ownership],
    ...options,
  });
  const folder = await mkdtemp(join(tmpdir(), "tracegraph-cli-"));
  return {
    pair,
    gateway,
    async run(role, words, { url = gateway.gateway.url, ...options } = {}) {
      const TRACEGRAPH_TOKEN = await gateway.token({ roles: [role], subject: `test:${role}` });
      const environment = { TRACEGRAPH_URL: url, TRACEGRAPH_TOKEN, ...options.environment };
      return runCommand(words, { ...options, environment });
    },
    async file(name, content) {
      const path = join(folder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
      return path;
    },
    async close() {
      await gateway.close();
      await pair.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
