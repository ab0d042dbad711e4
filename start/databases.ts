import { gatewayDatabase } from "../gateway/database.ts";
import { startEmbeddedPostgres } from "../shared/postgres/embedded/embedded-postgres.ts";
import { migrate, pendingMigrations, type ServiceDatabase } from "../shared/postgres/migrate.ts";
import { prepareDatabase, type ServiceUrls } from "../shared/postgres/prepare-server.ts";
import { manufacturingDatabase } from "../subgraphs/manufacturing/subgraph.ts";
import { ownershipDatabase } from "../subgraphs/ownership/subgraph.ts";
import { readDatabaseUrls } from "./config.ts";

/** The services that have a database, by name. */
export const SERVICE_DATABASES = {
  manufacturing: manufacturingDatabase,
  ownership: ownershipDatabase,
  gateway: gatewayDatabase,
} as const;
export type ServiceName = keyof typeof SERVICE_DATABASES;
export const SERVICE_NAMES = Object.keys(SERVICE_DATABASES) as ServiceName[];

/** Where each service's tables are. */
export interface Databases extends Record<ServiceName, ServiceUrls> {
  /** The data folder's own server holds them all. */
  isEmbedded: boolean;
  /** A superuser of the embedded server; null where the server is somebody else's. */
  adminUrl: string | null;
  /** Stops the embedded server where this process started it. */
  stop(): Promise<void>;
}

export interface OpenOptions {
  environment: Readonly<Record<string, string | undefined>>;
  dataFolder: string;
  /** Password of the services' logins on the embedded server; asked for once that one runs. */
  databasePassword: () => Promise<string>;
  notice: (line: string) => void;
}

/**
 * Opens the databases that the environment names, or, where it names none, those of the embedded
 * server of the data folder, which is started and prepared here.
 */
export async function openDatabases(options: OpenOptions): Promise<Databases> {
  const named = SERVICE_NAMES.map((name) => readDatabaseUrls(options.environment, name));
  const [manufacturing, ownership, gateway] = named;
  if (manufacturing && ownership && gateway) {
    const stop = async () => undefined;
    return { manufacturing, ownership, gateway, isEmbedded: false, adminUrl: null, stop };
  }
  if (named.some((urls) => urls !== null)) {
    throw new Error(
      "set MANUFACTURING_DATABASE_URL, OWNERSHIP_DATABASE_URL and GATEWAY_DATABASE_URL, all or none",
    );
  }
  return openEmbedded(options);
}

async function openEmbedded(options: OpenOptions): Promise<Databases> {
  const server = await startEmbeddedPostgres(options.dataFolder, { onNotice: options.notice });
  try {
    const password = await options.databasePassword();
    const prepare = (service: ServiceDatabase) =>
      prepareDatabase(server.adminUrl("postgres"), service, { passwords: () => password });
    return {
      manufacturing: await prepare(manufacturingDatabase),
      ownership: await prepare(ownershipDatabase),
      gateway: await prepare(gatewayDatabase),
      isEmbedded: true,
      adminUrl: server.adminUrl("postgres"),
      stop: () => server.stop(),
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Brings all tables up to date. Answers the migrations that ran, by service. */
export async function migrateAll(databases: Databases): Promise<Record<ServiceName, string[]>> {
  const run = async (name: ServiceName) => {
    const { ownerUrl } = databases[name];
    const pending = await pendingMigrations(ownerUrl, SERVICE_DATABASES[name]);
    return pending.length === 0 ? [] : migrate(ownerUrl, SERVICE_DATABASES[name]);
  };
  const [manufacturing, ownership, gateway] = await Promise.all([
    run("manufacturing"),
    run("ownership"),
    run("gateway"),
  ]);
  return { manufacturing, ownership, gateway };
}
