import { startEmbeddedPostgres } from "../shared/postgres/embedded-postgres.ts";
import { migrate, pendingMigrations, type ServiceDatabase } from "../shared/postgres/migrate.ts";
import { prepareDatabase, type ServiceUrls } from "../shared/postgres/prepare-server.ts";
import { manufacturingDatabase } from "../subgraphs/manufacturing/subgraph.ts";
import { ownershipDatabase } from "../subgraphs/ownership/subgraph.ts";
import type { DataFolderSecrets } from "./data-folder-secrets.ts";

export const SERVICE_DATABASES: readonly ServiceDatabase[] = [
  manufacturingDatabase,
  ownershipDatabase,
];
export type ServiceName = "manufacturing" | "ownership";

/** Where a service's tables are. `adminUrl` is there on the embedded server only. */
export interface OpenDatabase extends ServiceUrls {
  adminUrl: string | null;
}

export interface Databases {
  manufacturing: OpenDatabase;
  ownership: OpenDatabase;
  /** The embedded server's data are in the data folder. */
  isEmbedded: boolean;
  /** Stops the embedded server where this process started it. */
  stop(): Promise<void>;
}

interface Where {
  environment: NodeJS.ProcessEnv;
  dataFolder: string;
  secrets: DataFolderSecrets;
  notice: (line: string) => void;
}

/**
 * Opens the databases of the environment's URLs; those that have none are on the embedded
 * server of the data folder, which is started and prepared here.
 */
export async function openDatabases(where: Where): Promise<Databases> {
  const own = SERVICE_DATABASES.map(({ name }) => ownDatabase(name, where.environment));
  const isEmbedded = own.includes(null);
  const server = isEmbedded
    ? await startEmbeddedPostgres(where.dataFolder, { onNotice: where.notice })
    : null;
  try {
    const opened: OpenDatabase[] = [];
    for (const [index, service] of SERVICE_DATABASES.entries()) {
      const database = own[index];
      if (database) opened.push(database);
      else if (server) {
        const urls = await prepareDatabase(server.adminUrl("postgres"), service, {
          passwords: () => where.secrets.databasePassword,
        });
        opened.push({ ...urls, adminUrl: server.adminUrl(service.name) });
      }
    }
    const [manufacturing, ownership] = opened;
    if (!manufacturing || !ownership) throw new Error("a service has no database");
    return { manufacturing, ownership, isEmbedded, stop: async () => server?.stop() };
  } catch (error) {
    await server?.stop();
    throw error;
  }
}

/** The database that the environment names for a service, or null. */
export function ownDatabase(service: string, environment: NodeJS.ProcessEnv): OpenDatabase | null {
  const prefix = service.toUpperCase();
  const appUrl = environment[`${prefix}_DATABASE_URL`];
  if (!appUrl) return null;
  return {
    appUrl,
    ownerUrl: environment[`${prefix}_OWNER_DATABASE_URL`] ?? appUrl,
    adminUrl: null,
  };
}

/** Brings one service's tables up to date. Answers the names of the migrations that ran. */
export async function migrateDatabase(
  service: ServiceDatabase,
  { ownerUrl }: OpenDatabase,
): Promise<string[]> {
  return (await pendingMigrations(ownerUrl, service)).length > 0 ? migrate(ownerUrl, service) : [];
}
