import { type ChildProcess, spawn } from "node:child_process";
import { type FileHandle, open, rename, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { canConnect, findPostmaster, type Postmaster, removeForeignPidFile } from "./postmaster.ts";
import { runAs, serverEnvironment } from "./run-program.ts";
import type { ServiceAccount } from "./service-account.ts";

export interface ServerParts {
  /** The program `postgres`. */
  readonly program: string;
  readonly account: ServiceAccount | null;
  readonly clusterFolder: string;
  readonly logFile: string;
  readonly settings: Readonly<Record<string, string>>;
}

const POLL_MS = 20;
const RETRY_LIMIT_MS = 15_000;
const RETRY_PAUSE_MS = 250;
const RECOVERY_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 10_000;
const LOG_LIMIT_BYTES = 10_000_000;
const LOG_TAIL_BYTES = 16_000;
const LOG_TAIL_LINES = 15;

/** For a developer's laptop. Statements stay out of the log: they may hold passwords. */
const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "200",
  shared_buffers: "256MB",
  // A million devices write 1 GB of log in seconds; checkpoints so often would be half the work.
  max_wal_size: "4GB",
  password_encryption: "scram-sha-256",
  timezone: "UTC",
  log_timezone: "UTC",
  log_min_error_statement: "panic",
};

/** For a machine that cannot give the memory or the semaphores of the settings above. */
const LEAN_SETTINGS = { max_connections: "50", shared_buffers: "16MB" };

/** Somebody took the port first, or the processes of a killed server have not all gone yet. */
const PASSING_TROUBLE =
  /could not create any TCP\/IP sockets|lock file "postmaster\.pid" already exists|pre-existing shared memory block/;

const SHORT_OF_MEMORY =
  /could not (map anonymous shared memory|create shared memory segment|create semaphores)/;

/** Starts the server and waits until it accepts connections, also through a crash recovery. */
export async function startPostmaster(server: ServerParts, password: string): Promise<Postmaster> {
  const deadline = Date.now() + RETRY_LIMIT_MS;
  let lean = {};
  for (;;) {
    await removeForeignPidFile(server.clusterFolder);
    const settings = { ...SETTINGS, ...lean, ...server.settings };
    const attempt = await attemptStart(server, settings, password);
    if (attempt.postmaster) return attempt.postmaster;
    const isLean = Object.keys(lean).length > 0;
    if (SHORT_OF_MEMORY.test(attempt.log) && !isLean) lean = LEAN_SETTINGS;
    else if (PASSING_TROUBLE.test(attempt.log) && Date.now() < deadline)
      await sleep(RETRY_PAUSE_MS);
    else throw new Error(failureText(server, attempt));
  }
}

interface Attempt {
  readonly postmaster: Postmaster | null;
  /** How the attempt ended, and what the server wrote in it. */
  readonly outcome: string;
  readonly log: string;
}

async function attemptStart(
  server: ServerParts,
  settings: Readonly<Record<string, string>>,
  password: string,
): Promise<Attempt> {
  await rotateLog(server.logFile);
  const log = await open(server.logFile, "a+", 0o600);
  try {
    const { size: logStart } = await log.stat();
    const port = await findFreePort();
    const child = spawnServer(server, { ...settings, port: `${port}` }, log);
    const ending = watchEnding(child);
    const ready = waitUntilReady(server, child, { password, ending });
    const postmaster = await ready.catch(async (error) => {
      await endChild(child, ending);
      throw error;
    });
    child.unref();
    return { postmaster, outcome: ending.text ?? "", log: await readTail(log, logStart) };
  } finally {
    await log.close();
  }
}

/** In a session of its own, so that Ctrl-C reaches us first and we can close our connections. */
function spawnServer(
  server: ServerParts,
  settings: Readonly<Record<string, string>>,
  log: FileHandle,
): ChildProcess {
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return spawn(server.program, ["-D", server.clusterFolder, ...flags], {
    ...runAs(server.account),
    cwd: process.platform === "win32" ? undefined : "/",
    env: serverEnvironment(),
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
    windowsHide: true,
  });
}

interface Ending {
  text: string | null;
  isOver: boolean;
}

/** Listens from the first moment: an 'error' event without a listener would end our process. */
function watchEnding(child: ChildProcess): Ending {
  const ending: Ending = { text: null, isOver: false };
  const end = (text: string): void => {
    ending.text ??= text;
    ending.isOver = true;
  };
  child.once("error", (error) => end(`could not be run: ${error.message}`));
  child.once("exit", (code, signal) => end(`ended with ${signal ?? `code ${code}`}`));
  return ending;
}

async function endChild(child: ChildProcess, ending: Ending): Promise<void> {
  const deadline = Date.now() + STOP_LIMIT_MS;
  child.kill("SIGINT");
  while (!ending.isOver && Date.now() < deadline) await sleep(POLL_MS);
  if (!ending.isOver) child.kill("SIGQUIT");
}

/** The pid file says when the server is up; connecting then proves that it is ours. */
async function waitUntilReady(
  server: ServerParts,
  child: ChildProcess,
  { password, ending }: { password: string; ending: Ending },
): Promise<Postmaster | null> {
  const deadline = Date.now() + RECOVERY_LIMIT_MS;
  while (!ending.isOver) {
    const found = await findPostmaster(server.clusterFolder);
    const isOurs = found?.pid === child.pid || process.platform === "win32";
    if (found?.isReady && isOurs && (await canConnect(found.port, password))) return found;
    if (Date.now() > deadline) {
      ending.text = `was not ready after ${RECOVERY_LIMIT_MS / 1000} s`;
      await endChild(child, ending);
      return null;
    }
    await sleep(POLL_MS);
  }
  return null;
}

/** The system may give the port to somebody else before PostgreSQL takes it: then we try again. */
function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = address !== null && typeof address === "object" ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

async function rotateLog(logFile: string): Promise<void> {
  const size = await stat(logFile).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LOG_LIMIT_BYTES) await rename(logFile, `${logFile}.1`);
}

async function readTail(log: FileHandle, start: number): Promise<string> {
  const { size } = await log.stat();
  const from = Math.max(start, size - LOG_TAIL_BYTES);
  const { buffer, bytesRead } = await log.read({
    buffer: Buffer.alloc(size - from),
    position: from,
  });
  return buffer.toString("utf8", 0, bytesRead);
}

function failureText(server: ServerParts, attempt: Attempt): string {
  const lines = attempt.log.trim().split("\n").slice(-LOG_TAIL_LINES).join("\n");
  return (
    `PostgreSQL of ${server.clusterFolder} ${attempt.outcome || "ended"}. ` +
    `Its last lines are below, all are in ${server.logFile}. When they do not say what to change, ` +
    `start with another data folder; the data stay in ${dirname(server.clusterFolder)}.\n${lines}`
  );
}
