import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DEFAULT_TENANT, runDemo } from "../../demo/run-demo.ts";
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from "../../shared/postgres/embedded/embedded-postgres.ts";
import { findPostmaster } from "../../shared/postgres/embedded/postmaster.ts";
import { type DataFolderSecrets, openSecrets } from "../../start/data-folder-secrets.ts";
import { type Databases, migrateAll, openDatabases } from "../../start/databases.ts";
import { removeGatewayDatabase } from "./fresh-gateway.store.ts";
import { makeOneStore } from "./one-store.store.ts";

/** The loaded databases that every variant asks, on one server. */
export interface BenchDatabases {
  dataFolder: string;
  databases: Databases;
  secrets: DataFolderSecrets;
  tenant: string;
  /** Both stores in one database, for PostGraphile; null where it was not asked for. */
  oneStoreUrl: string | null;
  /** The server's first process; all its others are below it. */
  postmasterPid: number;
  /** A superuser's login to one of its databases. */
  adminUrl(database: string): string;
  stop(): Promise<void>;
}

export interface OpenBenchOptions {
  dataFolder: string;
  devices: number;
  wantsOneStore: boolean;
  /** Is told what takes time. */
  notice: (line: string) => void;
}

/** What a data folder holds already, so that the next run need not load it again. */
interface Loaded {
  devices: number;
  hasOneStore: boolean;
}

/** Opens the databases of a data folder, and loads them the first time. */
export async function openBenchDatabases(options: OpenBenchOptions): Promise<BenchDatabases> {
  const { dataFolder, notice } = options;
  await mkdir(dataFolder, { recursive: true });
  const server = await startEmbeddedPostgres(dataFolder, { onNotice: notice });
  try {
    const secrets = await openSecrets(dataFolder);
    await removeGatewayDatabase(server.adminUrl("postgres"));
    const databasePassword = async () => secrets.databasePassword;
    // The server runs already, so it is joined here, and is stopped by us alone.
    const databases = await openDatabases({
      environment: {},
      dataFolder,
      databasePassword,
      notice,
    });
    await migrateAll(databases);
    const oneStoreUrl = await load(options, { server, databases, secrets });
    const postmaster = await findPostmaster(server.dataFolder);
    if (!postmaster) throw new Error("the server's first process was not found");
    return {
      dataFolder,
      databases,
      secrets,
      tenant: DEFAULT_TENANT,
      oneStoreUrl,
      postmasterPid: postmaster.pid,
      adminUrl: (database) => server.adminUrl(database),
      stop: () => server.stop(),
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

interface Parts {
  server: EmbeddedPostgres;
  databases: Databases;
  secrets: DataFolderSecrets;
}

async function load(
  { dataFolder, devices, wantsOneStore, notice }: OpenBenchOptions,
  { server, databases, secrets }: Parts,
): Promise<string | null> {
  const file = join(dataFolder, "bench.json");
  const save = (loaded: Loaded) => writeFile(file, `${JSON.stringify(loaded)}\n`);
  const text = await readFile(file, "utf8").catch(() => null);
  let loaded = text === null ? null : (JSON.parse(text) as Loaded);
  if (loaded && loaded.devices !== devices) {
    throw new Error(
      `${dataFolder} holds ${loaded.devices} devices, not ${devices}: give another --data`,
    );
  }
  if (!loaded) {
    notice(`loading ${devices} devices into ${dataFolder}`);
    const { seconds } = await runDemo({
      devices,
      manufacturingUrl: databases.manufacturing.ownerUrl,
      ownershipUrl: databases.ownership.ownerUrl,
      encryptionKey: secrets.encryptionKey,
      secretPepper: secrets.secretPepper,
    });
    notice(`loaded in ${seconds} s`);
    loaded = { devices, hasOneStore: false };
    await save(loaded);
  }
  if (!wantsOneStore) return null;
  if (!loaded.hasOneStore) {
    notice("copying both stores into one database");
    await makeOneStore(server, secrets.databasePassword);
    await save({ ...loaded, hasOneStore: true });
  }
  return oneStoreUrl(server, secrets.databasePassword);
}

function oneStoreUrl({ port }: EmbeddedPostgres, password: string): string {
  const login = encodeURIComponent(password);
  return `postgresql://one_store_app:${login}@127.0.0.1:${port}/one_store?sslmode=disable`;
}
