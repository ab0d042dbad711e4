import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { openDevelopmentIssuer } from "../../gateway/identity/development-issuer.ts";
import type { Role } from "../../shared/caller.ts";

export const ROOT = join(import.meta.dirname, "../..");
/** The built command line. */
export const COMMAND = join(ROOT, "bin/tracegraph.js");

/** `tracegraph start` in a process of its own, on a data folder and a port of its own. */
export interface RunningSystem {
  url: string;
  dataFolder: string;
  process: ChildProcess;
  /** A development token for these roles in tenant `demo`. */
  token(roles: readonly Role[], more?: { subject?: string; tenant?: string }): Promise<string>;
  /** Asks one document with a token of these roles. */
  ask(roles: readonly Role[], query: string, variables?: object): Promise<Answer>;
  /** What the process wrote to standard error. */
  errors(): string;
  /** Ctrl-C, and waits for the end. Removes the data folder unless told to keep it. */
  stop(options?: { keepData?: boolean }): Promise<void>;
}

export interface Answer {
  status: number;
  // A test reads whatever its own document asked for.
  // biome-ignore lint/suspicious/noExplicitAny: the shape is the document's
  data?: any;
  errors?: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[];
}

interface StartOptions {
  dataFolder?: string;
  seed?: "demo" | "none";
  environment?: Record<string, string>;
}

/** Starts the system as a user does and waits until it answers. */
export async function startSystem(options: StartOptions = {}): Promise<RunningSystem> {
  const dataFolder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), "tracegraph-system-")));
  const child = spawn(process.execPath, [COMMAND, "start", "--json"], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      NODE_OPTIONS: "",
      PORT: "0",
      DATA_DIR: dataFolder,
      SEED: options.seed ?? "none",
      // Two processes less; a test that is about them says so.
      WITNESSES: "none",
      ...options.environment,
    },
  });
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const url = await readUrl(child, () => errors);
  const token: RunningSystem["token"] = async (roles, { subject, tenant = "demo" } = {}) => {
    const issuer = await openDevelopmentIssuer(dataFolder);
    return issuer.sign({
      subject: subject ?? `dev:${roles.join("+")}`,
      roles,
      tenants: [tenant],
      lifetimeSeconds: 3_600,
    });
  };
  return {
    url,
    dataFolder,
    process: child,
    token,
    ask: async (roles, query, variables = {}) => ask(url, await token(roles), query, variables),
    errors: () => errors,
    stop: async ({ keepData = false } = {}) => {
      await ended(child, "SIGINT");
      if (!keepData) await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

/** Posts one document to a gateway. */
export async function ask(
  url: string,
  token: string | null,
  query: string,
  variables: object = {},
): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token !== null && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, ...((await response.json()) as object) };
}

/** Sends a signal and waits until the process has ended. */
export async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.kill(signal);
  });
}

/** The `url` of the first line on standard output. */
async function readUrl(child: ChildProcess, errors: () => string): Promise<string> {
  if (!child.stdout) throw new Error("standard output is not read");
  for await (const line of createInterface({ input: child.stdout })) {
    const { url } = JSON.parse(line) as { url: string };
    child.stdout.resume();
    return url;
  }
  throw new Error(`the system did not start:\n${errors()}`);
}
