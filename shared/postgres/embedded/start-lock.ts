import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { currentProcess, isAlive, type ProcessIdentity } from "./process-identity.ts";

const WAIT_LIMIT_MS = 120_000;
const POLL_MS = 20;

/**
 * Waits until nobody else is starting the server of this folder, then keeps others out until the
 * returned function is called. A lock whose holder is dead is taken away.
 */
export async function acquireStartLock(dataFolder: string): Promise<() => Promise<void>> {
  const lockFile = join(dataFolder, "start.lock");
  const deadline = Date.now() + WAIT_LIMIT_MS;
  while (!(await tryCreate(lockFile))) {
    const holder = await readHolder(lockFile);
    if (holder && !isAlive(holder)) await removeStale(lockFile, holder);
    else if (Date.now() > deadline) throw new Error(stuckText(lockFile, holder));
    else await sleep(POLL_MS);
  }
  return () => rm(lockFile, { force: true });
}

/** A hard link appears at once and with its content, so nobody ever reads half a lock. */
async function tryCreate(lockFile: string): Promise<boolean> {
  const draft = uniqueName(lockFile);
  await writeFile(draft, JSON.stringify(currentProcess()));
  try {
    await link(draft, lockFile);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * Two waiters may find the same stale lock, and the slower one would remove the faster one's new
 * lock: so look at what was really taken away, and put it back when it was not the stale one.
 */
async function removeStale(lockFile: string, stale: ProcessIdentity): Promise<void> {
  const taken = uniqueName(lockFile);
  try {
    await rename(lockFile, taken);
  } catch {
    return;
  }
  const holder = await readHolder(taken);
  const wasStale = holder?.pid === stale.pid && holder.startedAt === stale.startedAt;
  if (!wasStale) await link(taken, lockFile).catch(() => undefined);
  await rm(taken, { force: true });
}

async function readHolder(lockFile: string): Promise<ProcessIdentity | null> {
  try {
    return JSON.parse(await readFile(lockFile, "utf8")) as ProcessIdentity;
  } catch {
    return null;
  }
}

let drafts = 0;

function uniqueName(lockFile: string): string {
  drafts += 1;
  return `${lockFile}.${process.pid}-${drafts}-${Date.now()}`;
}

function stuckText(lockFile: string, holder: ProcessIdentity | null): string {
  const who = holder ? `process ${holder.pid} has` : "another process has";
  const waited = `${WAIT_LIMIT_MS / 1000} s`;
  return `${who} been starting PostgreSQL for more than ${waited}: stop it, or remove ${lockFile}`;
}
