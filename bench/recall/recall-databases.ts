import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DEFAULT_TENANT } from "../../demo/run-demo.ts";
import { startEmbeddedPostgres } from "../../shared/postgres/embedded/embedded-postgres.ts";
import { openSecrets } from "../../start/data-folder-secrets.ts";
import { type Databases, migrateAll, openDatabases } from "../../start/databases.ts";
import { removeGatewayDatabase } from "../walk/fresh-gateway.store.ts";
import { loadPlanted, removeRecalls } from "./load.store.ts";

/** Planted devices on a server of their own. */
export interface RecallDatabases {
  devices: number;
  dataFolder: string;
  tenant: string;
  databases: Databases;
  /** A superuser's URL of one of its databases. */
  adminUrl(database: string): string;
  logFile: string;
  stop(): Promise<void>;
}

export interface OpenOptions {
  devices: number;
  dataFolder: string;
  keepsData: boolean;
  sharedBuffers: string;
  notice(line: string): void;
}

/** For loading: rows and indexes of a transaction that makes their tables are not logged then. */
const LOADING = {
  wal_level: "minimal",
  max_wal_senders: "0",
  max_wal_size: "2GB",
  checkpoint_timeout: "30min",
  work_mem: "128MB",
  shared_buffers: "1GB",
};

/** For asking: what PostgreSQL counts, and a log that says of each line whose it is. */
const COUNTING = {
  shared_preload_libraries: "pg_stat_statements",
  "pg_stat_statements.max": "5000",
  log_line_prefix: "%d ",
  max_wal_size: "2GB",
  autovacuum: "off",
};

/** Opens the server of a data folder, and plants the devices the first time. */
export async function openRecallDatabases(options: OpenOptions): Promise<RecallDatabases> {
  const { devices, dataFolder, sharedBuffers, notice } = options;
  await mkdir(dataFolder, { recursive: true });
  const file = join(dataFolder, "bench.json");
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) {
    notice(`planting ${devices} devices in ${dataFolder}`);
    const startedAt = performance.now();
    await load(options);
    await writeFile(file, `${JSON.stringify({ devices })}\n`);
    notice(`planted in ${Math.round((performance.now() - startedAt) / 1_000)} s`);
  } else if ((JSON.parse(text) as { devices: number }).devices !== devices) {
    throw new Error(`${dataFolder} does not hold ${devices} devices: give another --data`);
  }
  return open(options, { ...COUNTING, shared_buffers: sharedBuffers });
}

async function load(options: OpenOptions): Promise<void> {
  const { devices, tenant, databases, adminUrl, stop } = await open(
    { ...options, keepsData: true },
    LOADING,
  );
  try {
    await migrateAll(databases);
    const { notice } = options;
    await loadPlanted({ adminUrl: adminUrl("manufacturing"), tenant, devices, notice });
  } finally {
    await stop();
  }
}

async function open(
  { devices, dataFolder, keepsData, notice }: OpenOptions,
  settings: Readonly<Record<string, string>>,
): Promise<RecallDatabases> {
  const server = await startEmbeddedPostgres(dataFolder, { onNotice: notice, settings });
  try {
    const { databasePassword: password } = await openSecrets(dataFolder);
    await removeGatewayDatabase(server.adminUrl("postgres"));
    const databasePassword = async () => password;
    // The server runs already, so it is joined here, and is stopped by us alone.
    const joined = { environment: {}, dataFolder, databasePassword, notice };
    const databases = await openDatabases(joined);
    await migrateAll(databases);
    await removeRecalls(server.adminUrl("manufacturing"));
    return {
      devices,
      dataFolder,
      tenant: DEFAULT_TENANT,
      databases,
      adminUrl: server.adminUrl,
      logFile: join(dataFolder, "postgres.log"),
      async stop() {
        await server.stop();
        if (!keepsData) await rm(dataFolder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
