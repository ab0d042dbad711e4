import { randomBytes } from "node:crypto";
import {
  chmod,
  mkdir,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { join, resolve } from "node:path";
import type { ProcessIdentity } from "./process-identity.ts";

/** The data folder was written by another PostgreSQL, or its data are not where they were left. */
export class UnsupportedDataFolderError extends Error {
  override name = "UnsupportedDataFolderError";
}

/** What a data folder says about its cluster; written once the cluster is initialised. */
export interface ClusterRecord {
  /** PostgreSQL major version: 18 cannot read the files of 17, nor 17 those of 18. */
  readonly major: number;
  /** Folder of the cluster when it could not lie in the data folder itself, else null. */
  readonly relocatedTo: string | null;
}

/**
 * Creates the folder when there is none. Returns its absolute path without symbolic links.
 * A root's new folder is opened for passing, as mkdtemp and a strict umask close it to the account
 * that PostgreSQL runs as; what is secret in it is closed by itself.
 */
export async function openDataFolder(dataFolder: string): Promise<string> {
  const absolute = resolve(dataFolder);
  try {
    await mkdir(absolute, { recursive: true });
    const isNew = (await readdir(absolute)).length === 0;
    const { mode } = await stat(absolute);
    if (isNew && process.geteuid?.() === 0) await chmod(absolute, mode | 0o011);
    return await realpath(absolute);
  } catch (error) {
    throw new Error(`cannot use the data folder ${absolute}: ${(error as Error).message}`);
  }
}

export async function readClusterRecord(dataFolder: string): Promise<ClusterRecord | null> {
  return readJson<ClusterRecord>(join(dataFolder, "cluster.json"));
}

export async function saveClusterRecord(dataFolder: string, record: ClusterRecord): Promise<void> {
  await saveJson(join(dataFolder, "cluster.json"), record, 0o644);
}

/** The superuser's password, or null when the folder has none yet. */
export async function readPassword(dataFolder: string): Promise<string | null> {
  const saved = await readJson<{ password: string }>(join(dataFolder, "credentials.json"));
  return saved?.password ?? null;
}

/** Makes and saves a password before initdb uses it, so that a crash in between loses nothing. */
export async function createPassword(dataFolder: string): Promise<string> {
  const password = randomBytes(24).toString("base64url");
  await saveJson(join(dataFolder, "credentials.json"), { user: "postgres", password }, 0o600);
  return password;
}

/** The process that has to stop the server, or null. */
export async function readOwner(dataFolder: string): Promise<ProcessIdentity | null> {
  return readJson<ProcessIdentity>(join(dataFolder, "owner.json"));
}

export async function saveOwner(dataFolder: string, owner: ProcessIdentity): Promise<void> {
  await saveJson(join(dataFolder, "owner.json"), owner, 0o644);
}

export async function removeOwner(dataFolder: string): Promise<void> {
  await rm(join(dataFolder, "owner.json"), { force: true });
}

async function readJson<T>(file: string): Promise<T | null> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    // A SyntaxError would quote the content, which may be the password.
    const reason = error instanceof SyntaxError ? "it is not JSON" : (error as Error).message;
    throw new Error(`cannot read ${file}: ${reason}`);
  }
}

/** Readers see the old file or the new one, never a part. */
async function saveJson(file: string, value: object, mode: number): Promise<void> {
  const draft = `${file}.${process.pid}`;
  await rm(draft, { force: true });
  await writeFile(draft, `${JSON.stringify(value, null, 2)}\n`, { mode, flag: "wx" });
  await rename(draft, file);
}
