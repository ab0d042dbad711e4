import { createHash } from "node:crypto";
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { type ClusterRecord, UnsupportedDataFolderError } from "./data-folder.ts";
import type { PostgresBinaries } from "./postgres-binaries.ts";
import { findPostmaster, stopPostmaster } from "./postmaster.ts";
import { runProgram } from "./run-program.ts";
import { canPass, findServiceAccount, type ServiceAccount } from "./service-account.ts";
import { openSharedFolder } from "./shared-folder.ts";

/** Where a cluster lies or will lie, and whom its server runs as. */
export interface ClusterPlace {
  readonly folder: string;
  /** null: the server runs as ourselves. */
  readonly account: ServiceAccount | null;
  readonly isRelocated: boolean;
  readonly isInitialised: boolean;
}

const INITIALISING = "initialising-";

/** Finds the place of the cluster. What the record says wins, so that data never seem to vanish. */
export async function findClusterPlace(
  dataFolder: string,
  record: ClusterRecord | null,
): Promise<ClusterPlace> {
  const ownFolder = join(dataFolder, "postgres");
  const known = record?.relocatedTo ?? ownFolder;
  const account = await findServiceAccount(known);
  const isInitialised = await hasCluster(known);
  if (record && !isInitialised) {
    throw new UnsupportedDataFolderError(
      `the data of ${dataFolder} should lie in ${known}, and are not there: bring that folder ` +
        `back, or remove ${dataFolder} to begin with an empty database`,
    );
  }
  const isReachable = account === null || (await canPass(account, dataFolder));
  if (isReachable || record?.relocatedTo) {
    return { folder: known, account, isRelocated: known !== ownFolder, isInitialised };
  }
  if (isInitialised) throw new Error(unreachableText(account, known));
  const hash = createHash("sha256").update(dataFolder).digest("hex").slice(0, 16);
  const folder = join(await openSharedFolder(account), hash, "postgres");
  return { folder, account, isRelocated: true, isInitialised: await hasCluster(folder) };
}

/** Refuses files of another PostgreSQL major before the server touches them. */
export async function readClusterMajor(clusterFolder: string): Promise<number> {
  return Number.parseInt(await readFile(join(clusterFolder, "PG_VERSION"), "utf8"), 10);
}

export function assertSameMajor(dataFolder: string, found: number, ours: number): void {
  if (found === ours) return;
  throw new UnsupportedDataFolderError(
    `${dataFolder} was written by PostgreSQL ${found}, and this is PostgreSQL ${ours}: export the ` +
      "data with the release that wrote them and import them into a new data folder, or give " +
      "this release another data folder",
  );
}

/**
 * A cluster whose password is lost: the data folder was removed, and with it what opens the
 * relocated data. They are kept under another name, because nobody asked to delete them.
 */
export async function setClusterAside(
  clusterFolder: string,
  binaries: PostgresBinaries,
): Promise<string> {
  const orphan = await findPostmaster(clusterFolder);
  if (orphan) await stopPostmaster(orphan, clusterFolder, binaries);
  const aside = `${clusterFolder}-set-aside-${Date.now()}`;
  await rename(clusterFolder, aside);
  return aside;
}

/** Runs initdb in a folder beside, then renames it: a cluster is there completely or not at all. */
export async function initialiseCluster(
  place: ClusterPlace,
  binaries: PostgresBinaries,
  password: string,
): Promise<void> {
  const parent = dirname(place.folder);
  await mkdir(parent, { recursive: true });
  if (place.isRelocated) await chmod(parent, 0o755);
  await removeLeftovers(parent);
  const work = await mkdtemp(join(parent, INITIALISING));
  const cluster = join(work, "cluster");
  const passwordFile = join(work, "password");
  try {
    await mkdir(cluster, { mode: 0o700 });
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    if (place.account) {
      const { uid, gid } = place.account;
      for (const path of [passwordFile, cluster, work]) await chown(path, uid, gid);
    }
    const options = initdbOptions(cluster, passwordFile);
    await runProgram(binaries.initdb, options, place.account);
    await rename(cluster, place.folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The builtin provider sorts by code point and does not change with the system's libraries. */
function initdbOptions(cluster: string, passwordFile: string): string[] {
  return [
    `--pgdata=${cluster}`,
    "--username=postgres",
    `--pwfile=${passwordFile}`,
    "--auth-host=scram-sha-256",
    "--auth-local=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--data-checksums",
    "--no-instructions",
  ];
}

async function hasCluster(folder: string): Promise<boolean> {
  return stat(join(folder, "PG_VERSION")).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw new Error(
        `cannot look into ${folder} (${error.code}): start as the user that it belongs to, or ` +
          "give another data folder",
      );
    },
  );
}

/**
 * A starter that was killed during initdb leaves its work behind; the start lock is ours now. Its
 * initdb may still be writing there: what cannot be removed yet is removed at the next start.
 */
async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(INITIALISING)) continue;
    const removal = { recursive: true, force: true, maxRetries: 3 };
    await rm(join(parent, name), removal).catch(() => undefined);
  }
}

function unreachableText(account: ServiceAccount, folder: string): string {
  return (
    `PostgreSQL runs as ${account.name}, which cannot reach ${folder}: move the data folder to a ` +
    "place that everybody may pass, or start as the user that it belongs to"
  );
}
