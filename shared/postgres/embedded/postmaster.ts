import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { PostgresBinaries } from "./postgres-binaries.ts";
import { commandLineOf, isAlive, type ProcessIdentity, startedAtOf } from "./process-identity.ts";
import { runProgram } from "./run-program.ts";

/** A running server: the process that PostgreSQL's own documentation calls the postmaster. */
export interface Postmaster extends ProcessIdentity {
  readonly port: number;
  /** false while it recovers from a crash or shuts down. */
  readonly isReady: boolean;
}

const POLL_MS = 20;
const CONNECT_LIMIT_MS = 5_000;
const RECOVERY_LIMIT_MS = 120_000;
const FAST_STOP_LIMIT_MS = 10_000;
const IMMEDIATE_STOP_LIMIT_MS = 5_000;

/** The live server of this cluster, or null. A postmaster.pid that names anything else is stale. */
export async function findPostmaster(clusterFolder: string): Promise<Postmaster | null> {
  // The lines of postmaster.pid: pid, folder, start, port, socket, address, shared memory, status.
  const lines = await readFile(join(clusterFolder, "postmaster.pid"), "utf8").then(
    (text) => text.split("\n"),
    () => [],
  );
  const pid = Number(lines[0]);
  const startedAt = pid > 0 ? startedAtOf(pid) : null;
  if (startedAt === null || !isServerOf(pid, clusterFolder)) return null;
  return { pid, startedAt, port: Number(lines[3]), isReady: lines[7]?.trim() === "ready" };
}

/**
 * Removes a postmaster.pid whose pid now belongs to another program: PostgreSQL would take that
 * for a running server and never start. With a dead pid it cleans up itself, and more carefully.
 */
export async function removeForeignPidFile(clusterFolder: string): Promise<void> {
  const file = join(clusterFolder, "postmaster.pid");
  const pid = Number.parseInt(await readFile(file, "utf8").catch(() => ""), 10);
  if (pid > 0 && startedAtOf(pid) !== null && !isServerOf(pid, clusterFolder)) await rm(file);
}

/** Waits for a server that somebody else started. null: there is none, or it went away meanwhile. */
export async function joinPostmaster(
  clusterFolder: string,
  password: string,
): Promise<Postmaster | null> {
  const deadline = Date.now() + RECOVERY_LIMIT_MS;
  for (;;) {
    const found = await findPostmaster(clusterFolder);
    if (found === null) return null;
    if (found.isReady && (await canConnect(found.port, password))) return found;
    if (Date.now() > deadline) {
      throw new Error(
        `the PostgreSQL of ${clusterFolder} (process ${found.pid}) runs but does not answer: ` +
          `stop it with kill -INT ${found.pid} and start again`,
      );
    }
    await sleep(POLL_MS);
  }
}

/** Whether the server accepts connections. Throws when it does, but not with our password. */
export async function canConnect(port: number, password: string): Promise<boolean> {
  const client = new pg.Client({
    host: "127.0.0.1",
    port,
    user: "postgres",
    password,
    database: "postgres",
    // Set here, so that PGSSLMODE and PGOPTIONS of the user's shell do not apply.
    ssl: false,
    options: "",
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return true;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "28P01") {
      throw new Error(
        "PostgreSQL refuses the password in credentials.json of the data folder: bring back the " +
          "file that belongs to these data",
      );
    }
    // Too many connections: it lives, and has work.
    return code === "53300";
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Fast shutdown: open transactions are rolled back. Immediate when that takes too long. */
export async function stopPostmaster(
  postmaster: ProcessIdentity,
  clusterFolder: string,
  binaries: PostgresBinaries,
): Promise<void> {
  if (process.platform === "win32") {
    const options = ["stop", "--mode=fast", "--wait", `--pgdata=${clusterFolder}`];
    return runProgram(binaries.pgCtl, options, null);
  }
  signal(postmaster, "SIGINT");
  if (await isGoneWithin(postmaster, FAST_STOP_LIMIT_MS)) return;
  signal(postmaster, "SIGQUIT");
  if (await isGoneWithin(postmaster, IMMEDIATE_STOP_LIMIT_MS)) return;
  throw new Error(`PostgreSQL (process ${postmaster.pid}) does not stop: end it with kill -QUIT`);
}

/** Does nothing when the process has gone, or its pid now belongs to another one. */
export function signal(receiver: ProcessIdentity, name: NodeJS.Signals): void {
  if (!isAlive(receiver)) return;
  try {
    process.kill(receiver.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function isGoneWithin(process: ProcessIdentity, limitMs: number): Promise<boolean> {
  const deadline = Date.now() + limitMs;
  while (isAlive(process)) {
    if (Date.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** Reads the command line, as a container's root may not read the working folder of others. */
function isServerOf(pid: number, clusterFolder: string): boolean {
  const commandLine = commandLineOf(pid);
  if (commandLine === null) return process.platform === "win32";
  const words = commandLine.split(/[\0\n]/);
  return words.includes(clusterFolder) || words.some((word) => word.includes(`${clusterFolder} `));
}
