import { runDemo } from "../demo/run-demo.ts";
import { type DroppedMonth, dropMonths } from "../gateway/access-log/months.store.ts";
import { Database } from "../shared/postgres/database.ts";
import { readClusterRecord } from "../shared/postgres/embedded/data-folder.ts";
import { findDeviations as inManufacturing } from "../subgraphs/manufacturing/device/consistency.store.ts";
import { findRecallDeviations as inRecalls } from "../subgraphs/manufacturing/recall/consistency.store.ts";
import { findDeviations as inOwnership } from "../subgraphs/ownership/ownership/consistency.store.ts";
import { readDatabaseUrls, readStartConfig } from "./config.ts";
import { type DataFolderSecrets, openSecrets, ownershipConfigOf } from "./data-folder-secrets.ts";
import { type Databases, migrateAll, openDatabases, SERVICE_NAMES } from "./databases.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface AdministrationOptions {
  environment: Environment;
  notice: (line: string) => void;
}

/** Work of the administrator, on the databases themselves; the system may run meanwhile. */
async function withDatabases<T>(
  { environment, notice }: AdministrationOptions,
  work: (databases: Databases, secrets: () => Promise<DataFolderSecrets>) => Promise<T>,
): Promise<T> {
  const { dataFolder } = readStartConfig(environment);
  const secrets = () => openSecrets(dataFolder);
  const databasePassword = async () => (await secrets()).databasePassword;
  const databases = await openDatabases({ environment, dataFolder, databasePassword, notice });
  try {
    return await work(databases, secrets);
  } finally {
    await databases.stop();
  }
}

/** The same for what has a meaning only where there is a record: it never makes a database. */
export async function withExistingDatabases<T>(
  options: AdministrationOptions,
  work: (databases: Databases) => Promise<T>,
): Promise<T> {
  const { environment } = options;
  const { dataFolder } = readStartConfig(environment);
  const isEmbedded = SERVICE_NAMES.every((name) => readDatabaseUrls(environment, name) === null);
  if (isEmbedded && (await readClusterRecord(dataFolder)) === null) {
    throw new Error(`DATA_DIR names ${dataFolder}, where no database is`);
  }
  return withDatabases(options, work);
}

/** A check reads whole tables: ten minutes a statement are enough for tens of millions of rows. */
const CHECK_TIMEOUT_MS = 600_000;

/** Brings every service's tables up to date. Answers the migrations that ran, by service. */
export function runMigrations(options: AdministrationOptions): Promise<Record<string, string[]>> {
  return withDatabases(options, migrateAll);
}

/** Drops what the access log holds of the months before this one, of every tenant. */
export function runDropMonths({
  before,
  ...options
}: AdministrationOptions & { before: string }): Promise<DroppedMonth[]> {
  return withExistingDatabases(options, async ({ gateway }) => {
    // As whoever logs in: the tables' owner.
    const owner = new Database({
      url: gateway.ownerUrl,
      role: "none",
      poolSize: 1,
      statementTimeoutMs: CHECK_TIMEOUT_MS,
    });
    try {
      return await dropMonths(owner.tenant("*"), before);
    } finally {
      await owner.close();
    }
  });
}

/** One place where the record contradicts itself. */
export interface FoundDeviation {
  service: "manufacturing" | "ownership";
  kind: string;
  /** The serial number or connhexId of the device. */
  device: string | null;
  revision: number | null;
  detail: string;
}

export interface CheckOptions extends AdministrationOptions {
  tenant: string;
  /** The most deviations of one kind that are told. */
  limit: number;
}

/** Compares every projection of a tenant with the revisions that it is made of. */
export function runCheck({ tenant, limit, ...options }: CheckOptions): Promise<FoundDeviation[]> {
  return withExistingDatabases(options, async (databases) => {
    const open = (name: "manufacturing" | "ownership") =>
      new Database({
        url: databases[name].appUrl,
        role: `${name}_app`,
        poolSize: 1,
        statementTimeoutMs: CHECK_TIMEOUT_MS,
      });
    const [manufacturing, ownership] = [open("manufacturing"), open("ownership")];
    try {
      const devices = [
        ...(await inManufacturing(manufacturing.tenant(tenant), limit)),
        ...(await inRecalls(manufacturing.tenant(tenant), limit)),
      ];
      const identities = await inOwnership(ownership.tenant(tenant), limit);
      return [
        ...devices.map(({ serialNumber: device, ...deviation }) => ({
          service: "manufacturing" as const,
          ...deviation,
          device,
        })),
        ...identities.map(({ connhexId: device, ...deviation }) => ({
          service: "ownership" as const,
          ...deviation,
          device,
        })),
      ];
    } finally {
      await Promise.all([manufacturing.close(), ownership.close()]);
    }
  });
}

export interface DemoOptions extends AdministrationOptions {
  devices: number;
  seed?: string;
  tenant: string;
  onProgress: (done: number, all: number) => void;
}

/** Loads a demo factory into an empty tenant, on tables that are brought up to date first. */
export function loadDemoFactory({ environment, notice, ...demo }: DemoOptions) {
  return withDatabases({ environment, notice }, async (databases, secrets) => {
    await migrateAll(databases);
    const { appUrl } = databases.ownership;
    const { encryptionKey, secretPepper } = ownershipConfigOf(environment, await secrets(), appUrl);
    return runDemo({
      ...demo,
      manufacturingUrl: databases.manufacturing.ownerUrl,
      ownershipUrl: databases.ownership.ownerUrl,
      encryptionKey,
      secretPepper,
    });
  });
}
