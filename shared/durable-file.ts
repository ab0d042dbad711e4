import { randomUUID } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { link, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** Writes a file's bytes to the disk. Its name is there after a power cut once its folder is synced. */
export async function writeSynced(
  path: string,
  text: string | Uint8Array,
  { mode, flags = "wx" }: { mode: number; flags?: "wx" | "w" },
): Promise<void> {
  const file = await open(path, flags, mode);
  try {
    // The umask would keep what all may read from them.
    if ((mode & 0o077) !== 0) await file.chmod(mode);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A name is durable once its folder is. Windows has no such thing, and needs none. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** The same where it can be had: some shares know no such thing, and some folders may not be read. */
export async function syncFolderIfKnown(path: string): Promise<void> {
  try {
    await syncFolder(path);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (!["EINVAL", "ENOTSUP", "EACCES"].includes(code)) throw error;
  }
}

/**
 * Replaces a file: whenever the machine stops, the former or the new one is there as a whole. `draft`
 * is what it is called meanwhile; its own name where several processes may replace it at once.
 */
export async function replaceFile(
  path: string,
  text: string | Uint8Array,
  { mode, draft = `${path}.${randomUUID()}` }: { mode: number; draft?: string },
): Promise<void> {
  try {
    await writeSynced(draft, text, { mode, flags: "w" });
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
  await syncFolderIfKnown(dirname(path));
}

/** Makes a file durably; false where it is there by now: of two writers one wins, nobody reads half of it. */
export async function createFile(
  path: string,
  text: string | Uint8Array,
  { mode }: { mode: number },
): Promise<boolean> {
  if (existsSync(path)) return false;
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeSynced(draft, text, { mode });
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
    // Also where another was first: it may not have come so far yet.
    await syncFolderIfKnown(dirname(path));
  }
}

/**
 * Refuses a file of a secret that others than its owner may read or write. Where it is somebody
 * else's, who gives it to this process by its group, that group may.
 */
export function assertPrivate(path: string): void {
  // Windows keeps who may read it elsewhere.
  if (process.platform === "win32") return;
  const { mode, uid } = statSync(path);
  const others = uid === process.getuid?.() ? 0o077 : 0o007;
  if ((mode & others) === 0) return;
  throw new Error(`${path} may be read by others: chmod 600 it`);
}
