import { once } from "node:events";
import { type FileHandle, open, rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { dirname, join } from "node:path";
import { CliError } from "../cli-error.ts";

/** Says of a journal that a process has it, for as long as the process lives. */
export interface JournalLock {
  release(): Promise<void>;
}

/**
 * Takes a journal for this process alone. The lock is a socket's name, which the system frees when
 * the process ends, however it does: so a station that was killed leaves none behind. Linux has such
 * names without a file, but each container has its own: there a socket beside the journal, which all
 * containers of a machine share, is taken too.
 */
export async function lockJournal(path: string, handle: FileHandle): Promise<JournalLock> {
  const { dev, ino } = await handle.stat();
  const name = `tracegraph-journal-${dev}-${ino}`;
  const taken: JournalLock[] = [];
  const take = async (lock: Promise<JournalLock | null>) => {
    const one = await lock;
    if (one) taken.push(one);
    return one !== null;
  };
  const release = async () => {
    for (const one of taken.reverse()) await one.release();
  };
  const isFree = async () => {
    if (process.platform === "win32") return take(bind(`\\\\.\\pipe\\${name}`));
    if (process.platform === "linux" && !(await take(bind(`\0${name}`)))) return false;
    return take(bindFile(dirname(path), `.${ino}.lock`));
  };
  let hasIt = false;
  try {
    hasIt = await isFree();
  } finally {
    if (!hasIt) await release();
  }
  if (hasIt) return { release };
  throw new CliError("JOURNAL_IN_USE", `${path} is in use by another process`);
}

/** Takes a name; null where another process has it. */
async function bind(place: string): Promise<JournalLock | null> {
  const server = createServer((socket) => socket.destroy());
  const failure = await failureOf(server, place);
  if (failure?.code === "EADDRINUSE") return null;
  if (failure) throw failure;
  server.unref();
  return {
    release: async () => {
      server.close();
      await once(server, "close");
    },
  };
}

async function failureOf(server: Server, place: string): Promise<NodeJS.ErrnoException | null> {
  server.listen(place);
  return Promise.race([
    once(server, "listening").then(() => null),
    once(server, "error").then(([error]) => error as NodeJS.ErrnoException),
  ]).catch((error: NodeJS.ErrnoException) => error);
}

/** A disk that knows no sockets, or a folder that nothing may be added to. */
const NO_SOCKETS = ["EPERM", "EACCES", "EROFS", "ENOTSUP", "EOPNOTSUPP"];

async function bindFile(folder: string, file: string): Promise<JournalLock | null> {
  try {
    return await bindIn(folder, file);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    // Then the name without a file, and the journal's own end, must do.
    const isKnown = process.platform === "linux" && NO_SOCKETS.includes(code);
    if (isKnown) return { release: async () => undefined };
    throw error;
  }
}

/** Takes a socket's file; one that nobody listens on was left by a process that was killed. */
async function bindIn(folder: string, file: string): Promise<JournalLock | null> {
  const place = await shortPlace(folder, file);
  let lock: JournalLock | null = null;
  try {
    lock = await bind(place.path);
    while (!lock && !(await isAnswered(place.path))) {
      await rm(place.path, { force: true });
      lock = await bind(place.path);
    }
  } finally {
    if (!lock) await place.close();
  }
  const taken = lock;
  return taken && { release: () => taken.release().finally(place.close) };
}

/** A socket's path has about a hundred bytes; on Linux a folder that is open has a short one. */
async function shortPlace(folder: string, file: string) {
  const none = async () => undefined;
  if (process.platform !== "linux") return { path: join(folder, file), close: none };
  const handle = await open(folder, "r");
  return { path: `/proc/self/fd/${handle.fd}/${file}`, close: () => handle.close() };
}

/** A socket that we may not ask is somebody's too. */
async function isAnswered(place: string): Promise<boolean> {
  const socket = connect(place);
  return new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true));
    socket.once("error", ({ code }: NodeJS.ErrnoException) =>
      resolve(code !== "ECONNREFUSED" && code !== "ENOENT"),
    );
  }).finally(() => socket.destroy());
}
