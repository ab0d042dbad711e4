import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DemoExamples } from "./demo/examples.ts";
import { DEFAULT_TENANT, FIRST_DEMO_DEVICES, runDemo } from "./demo/run-demo.ts";
import { readGatewaySettings } from "./gateway/config.ts";
import type { Gateway } from "./gateway/server.ts";
import { readStartConfig, readWorkers } from "./start/config.ts";
import { openSecrets, ownershipConfigOf } from "./start/data-folder-secrets.ts";
import {
  type Databases,
  migrateAll,
  openDatabases,
  SERVICE_DATABASES,
  SERVICE_NAMES,
} from "./start/databases.ts";
import { openLogKeys } from "./start/ledger-keys.ts";
import { witnessesOf } from "./start/log-witnesses.ts";
import { scheduleAudit } from "./start/scheduled-audit.ts";
import { serveSystem } from "./start/serve.ts";
import { startWorkers } from "./start/workers.ts";
import type { OwnershipConfig } from "./subgraphs/ownership/config.ts";

/** The whole system in this process. */
export interface RunningSystem {
  gateway: Gateway;
  dataFolder: string;
  /** Where to begin looking, where this data folder began with the demo factory. */
  examples: DemoExamples | null;
  /** Finishes what is in flight, then stops everything, the embedded database last. */
  close(): Promise<void>;
}

export interface StartOptions {
  environment: Readonly<Record<string, string | undefined>>;
  /** Is told, in one line each, what takes time or lies where nobody would look for it. */
  notice: (line: string) => void;
}

/** The composition root of the one-process mode: databases, both subgraphs, gateway, demo. */
export async function startSystem({ environment, notice }: StartOptions): Promise<RunningSystem> {
  const gatewaySettings = readGatewaySettings(environment);
  const workers = readWorkers(environment);
  const { dataFolder, wantsDemo } = readStartConfig(environment);
  const undo: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const stop of undo.splice(0).reverse()) await stop();
  };
  try {
    const databasePassword = async () => (await openSecrets(dataFolder)).databasePassword;
    const databases = await openDatabases({ environment, dataFolder, databasePassword, notice });
    undo.push(() => databases.stop());
    const secrets = await openSecrets(dataFolder);
    const ownership = ownershipConfigOf(environment, secrets, databases.ownership.appUrl);
    const isNew = await migrateOnStart(databases);
    const examples = await openDemo({
      databases,
      ownership,
      file: join(dataFolder, "demo.json"),
      isWanted: isNew && databases.isEmbedded && wantsDemo,
      notice,
    });
    const logKeys = await openLogKeys(environment, dataFolder, notice);
    const { isEmbedded } = databases;
    const witnesses = witnessesOf({ environment, dataFolder, logKeys, isEmbedded, notice });
    undo.push(() => witnesses.close());
    const schedule = () => {
      const audits = scheduleAudit({ ...environment, DATA_DIR: dataFolder });
      undo.push(() => audits.close());
    };
    if (workers === 1) {
      const served = await serveSystem({ environment, databases, ownership, logKeys, witnesses });
      undo.push(() => served.close());
      // Whoever waits for the system does not wait for them.
      witnesses.begin();
      schedule();
      return { gateway: served.gateway, dataFolder, examples, close };
    }
    const { host, port } = gatewaySettings;
    const urls = applicationUrls(databases);
    witnesses.begin();
    const gateway = await startWorkers({
      ...{ count: workers, work: "system", host, port },
      environment: {
        ...{ ...environment, ...urls, DATA_DIR: dataFolder },
        ...(await witnesses.environment()),
      },
    });
    undo.push(() => gateway.close());
    schedule();
    return { gateway, dataFolder, examples, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What a worker reads: it logs in as the applications do, and owns no table. */
function applicationUrls(databases: Databases): Record<string, string> {
  return Object.fromEntries(
    SERVICE_NAMES.flatMap((name) => [
      [`${name.toUpperCase()}_DATABASE_URL`, databases[name].appUrl],
      [`${name.toUpperCase()}_OWNER_DATABASE_URL`, ""],
    ]),
  );
}

/** Brings the tables up to date; true where there were none before. */
async function migrateOnStart(databases: Databases): Promise<boolean> {
  const ran = await migrateAll(databases);
  const all = SERVICE_DATABASES.manufacturing.migrations;
  return Array.isArray(all) && ran.manufacturing.length === all.length;
}

interface DemoOptions {
  databases: Databases;
  ownership: OwnershipConfig;
  /** Holds the examples; is empty from the moment a demo is wanted until it is there. */
  file: string;
  isWanted: boolean;
  notice: (line: string) => void;
}

/** Records the demo factory where it is wanted, or was when a start was cut off before its end. */
async function openDemo(options: DemoOptions): Promise<DemoExamples | null> {
  const { databases, ownership, file, isWanted, notice } = options;
  if (isWanted) await writeFile(file, "", { mode: 0o600 });
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (text === null) return null;
  if (text !== "") return JSON.parse(text) as DemoExamples;
  notice(`recording the demo factory: ${FIRST_DEMO_DEVICES} devices`);
  const { examples } = await runDemo({
    devices: FIRST_DEMO_DEVICES,
    tenant: DEFAULT_TENANT,
    manufacturingUrl: databases.manufacturing.ownerUrl,
    ownershipUrl: databases.ownership.ownerUrl,
    encryptionKey: ownership.encryptionKey,
    secretPepper: ownership.secretPepper,
  });
  await writeFile(file, `${JSON.stringify(examples, null, 2)}\n`);
  return examples;
}
