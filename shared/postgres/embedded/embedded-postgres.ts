import { join } from "node:path";
import {
  createPassword,
  openDataFolder,
  readClusterRecord,
  readOwner,
  readPassword,
  removeOwner,
  saveClusterRecord,
  saveOwner,
  UnsupportedDataFolderError,
} from "./data-folder.ts";
import { findPostgresBinaries, type PostgresBinaries } from "./postgres-binaries.ts";
import {
  assertSameMajor,
  type ClusterPlace,
  findClusterPlace,
  initialiseCluster,
  readClusterMajor,
  setClusterAside,
} from "./postgres-cluster.ts";
import { joinPostmaster, type Postmaster, signal, stopPostmaster } from "./postmaster.ts";
import { currentProcess, isAlive } from "./process-identity.ts";
import { acquireStartLock } from "./start-lock.ts";
import { startPostmaster } from "./start-postmaster.ts";

/** A PostgreSQL server of our own, on a data folder, for machines that have nothing but Node. */
export interface EmbeddedPostgres {
  readonly port: number;
  /** Superuser URL of one database; for provisioning and tests only. It holds the password. */
  adminUrl(database: string): string;
  /**
   * true when this call started the server, or took it over from a starter that died: then
   * stop() stops it. false when another live start of ours runs it.
   */
  readonly startedHere: boolean;
  /** Where the data really lie. Not in the asked folder when PostgreSQL's account cannot reach that. */
  readonly dataFolder: string;
  /** Shuts the server down and waits for its end, when it was started here; else does nothing. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Told, in one line of text, when something does not lie where it was asked to. */
  readonly onNotice?: (line: string) => void;
  /** Server settings (-c name=value). Without effect on a server that runs already. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * Starts the server of a data folder, initialising the folder when it is new, or joins the one
 * that runs. Beside the cluster (`postgres/`) the folder holds `credentials.json`, `cluster.json`,
 * `owner.json`, `start.lock` and `postgres.log`.
 *
 * @throws UnsupportedDataFolderError when another PostgreSQL major wrote the folder.
 * @throws Error with the end of the server's log and what to do next, when it does not start.
 */
export async function startEmbeddedPostgres(
  dataFolder: string,
  options: EmbeddedPostgresOptions = {},
): Promise<EmbeddedPostgres> {
  const asked = await openDataFolder(dataFolder);
  const release = await acquireStartLock(asked);
  try {
    const cluster = await openCluster(asked, options);
    const running = await joinPostmaster(cluster.place.folder, cluster.password);
    if (running) {
      const owner = await readOwner(asked);
      if (owner && isAlive(owner)) return describeServer(cluster, running, { startedHere: false });
    }
    const postmaster = running ?? (await startServer(cluster, options.settings ?? {}));
    await saveOwner(asked, currentProcess());
    return describeServer(cluster, postmaster, { startedHere: true });
  } finally {
    await release();
  }
}

interface Cluster {
  readonly asked: string;
  readonly place: ClusterPlace;
  readonly binaries: PostgresBinaries;
  readonly password: string;
}

/** Finds the cluster of the folder, or makes it. Runs under the start lock. */
async function openCluster(asked: string, options: EmbeddedPostgresOptions): Promise<Cluster> {
  const record = await readClusterRecord(asked);
  const place = await findClusterPlace(asked, record);
  const binaries = await findPostgresBinaries(place.account);
  if (record) assertSameMajor(asked, record.major, binaries.major);
  const savedPassword = await readPassword(asked);
  const notices = relocationNotices(asked, place, binaries);
  let { isInitialised } = place;
  if (isInitialised && savedPassword === null) {
    if (record || !place.isRelocated) throw new UnsupportedDataFolderError(lostPasswordText(asked));
    const aside = await setClusterAside(place.folder, binaries);
    notices.push(`the data found there have no password in ${asked}, and were moved to ${aside}`);
    isInitialised = false;
  }
  if (notices.length > 0) options.onNotice?.(notices.join("; "));
  const password = savedPassword ?? (await createPassword(asked));
  if (!isInitialised) await initialiseCluster(place, binaries, password);
  if (!isInitialised || !record) {
    const major = await readClusterMajor(place.folder);
    assertSameMajor(asked, major, binaries.major);
    await saveClusterRecord(asked, { major, relocatedTo: place.isRelocated ? place.folder : null });
  }
  return { asked, place, binaries, password };
}

function startServer(
  { asked, place, binaries, password }: Cluster,
  settings: Readonly<Record<string, string>>,
): Promise<Postmaster> {
  const server = {
    program: binaries.postgres,
    account: place.account,
    clusterFolder: place.folder,
    logFile: join(asked, "postgres.log"),
    settings,
  };
  return startPostmaster(server, password);
}

function describeServer(
  { asked, place, binaries, password }: Cluster,
  postmaster: Postmaster,
  { startedHere }: { startedHere: boolean },
): EmbeddedPostgres {
  const stopAtExit = (): void => signal(postmaster, "SIGINT");
  // For an exit that forgets stop(). What dies by a signal is taken over by the next start.
  if (startedHere) process.once("exit", stopAtExit);
  const stopServer = async (): Promise<void> => {
    process.off("exit", stopAtExit);
    // So that nobody joins a server that is going away. Without the folder there is nobody to wait for.
    const release = await acquireStartLock(asked).catch(() => async () => undefined);
    try {
      await stopPostmaster(postmaster, place.folder, binaries);
      await removeOwner(asked);
    } finally {
      await release();
    }
  };
  let stopping: Promise<void> | null = null;
  return {
    port: postmaster.port,
    adminUrl: (database) =>
      `postgresql://postgres:${password}@127.0.0.1:${postmaster.port}/` +
      `${encodeURIComponent(database)}?sslmode=disable`,
    startedHere,
    dataFolder: place.folder,
    stop: async () => {
      if (!startedHere) return;
      stopping ??= stopServer();
      await stopping;
    },
  };
}

function lostPasswordText(asked: string): string {
  return (
    `${asked} holds data, but not the credentials.json that opens them: bring that file back, or ` +
    "remove the folder to begin with an empty database"
  );
}

function relocationNotices(
  asked: string,
  { account, folder, isRelocated }: ClusterPlace,
  { copiedTo }: PostgresBinaries,
): string[] {
  const notices: string[] = [];
  const reader = account ? `PostgreSQL runs as ${account.name}` : "the installed package is locked";
  if (isRelocated)
    notices.push(`${reader}, which cannot reach ${asked}: its data lie in ${folder}`);
  if (copiedTo) notices.push(`${reader}: its programs run from a copy in ${copiedTo}`);
  return notices;
}
