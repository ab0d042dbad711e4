import { once } from "node:events";
import type { FileHandle } from "node:fs/promises";
import { rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { CliError } from "../cli-error.ts";

/** Says of a journal that a process has it, for as long as the process lives. */
export interface JournalLock {
  release(): Promise<void>;
}

/**
 * Takes a journal for this process alone. The lock is a socket's name, which the system frees when
 * the process ends, however it does: so none is left behind by a station that was killed.
 */
export async function lockJournal(path: string, handle: FileHandle): Promise<JournalLock> {
  const { dev, ino } = await handle.stat();
  const name = `tracegraph-journal-${dev}-${ino}`;
  const server = createServer((socket) => socket.destroy());
  // A name without a file, where the system knows such.
  const places: Partial<Record<NodeJS.Platform, string>> = {
    linux: `\0${name}`,
    win32: `\\\\.\\pipe\\${name}`,
  };
  const place = places[process.platform];
  const isTaken = !(await listen(server, place ?? `${path}.lock`, place === undefined));
  if (isTaken) throw new CliError("JOURNAL_IN_USE", `${path} is in use by another process`);
  server.unref();
  return {
    release: async () => {
      server.close();
      await once(server, "close");
    },
  };
}

/** Answers whether the name was free. A socket's file that nobody listens on is taken away. */
async function listen(server: Server, place: string, isFile: boolean): Promise<boolean> {
  for (;;) {
    server.listen(place);
    const failure = await Promise.race([
      once(server, "listening").then(() => null),
      once(server, "error").then(([error]) => error as NodeJS.ErrnoException),
    ]).catch((error: NodeJS.ErrnoException) => error);
    if (failure === null) return true;
    if (failure.code !== "EADDRINUSE") throw failure;
    if (!isFile || (await isAnswered(place))) return false;
    await rm(place, { force: true });
  }
}

async function isAnswered(place: string): Promise<boolean> {
  const socket = connect(place);
  return new Promise((resolve) => {
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
  }).then((answer) => {
    socket.destroy();
    return answer === true;
  });
}
