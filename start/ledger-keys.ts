import { join } from "node:path";
import {
  addLogKey,
  createLogKeys,
  dropOldLogKeys,
  type LogKeys,
  type LogService,
  logKeyFile,
  readLogKeys,
} from "../shared/ledger-store/log-keys.ts";
import { readLedgerSettings, readStartConfig } from "./config.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What each service's log is signed with. */
export type AllLogKeys = Record<LogService, LogKeys>;

/**
 * The keys of all logs where all services run in one process: those of LEDGER_KEYS_DIR, or else of
 * the data folder, where they are made the first time.
 */
export async function openLogKeys(
  environment: Environment,
  dataFolder: string,
  notice: (line: string) => void = () => undefined,
): Promise<AllLogKeys> {
  const { name, keysFolder } = readLedgerSettings(environment);
  const folder = keysFolder ?? join(dataFolder, "ledger");
  if (keysFolder === null) {
    const made = await createLogKeys(folder, name);
    if (made.length > 0) {
      notice(`made the keys that sign the logs ${made.join(", ")} in ${folder}`);
      notice("whoever has them can sign another history: keep them as you keep passwords");
    }
  }
  const keys = (service: LogService) =>
    readLogKeys(logKeyFile(folder, service), name && `${name}/${service}`);
  return {
    manufacturing: keys("manufacturing"),
    ownership: keys("ownership"),
    gateway: keys("gateway"),
  };
}

/** The key of one service's log where it runs alone: LEDGER_KEY_FILE, or that of SERVICE_KEYS_DIR. */
export function readLogKeysOf(
  environment: Environment,
  service: LogService,
  keysFolder: string,
): LogKeys {
  const { name, keyFile } = readLedgerSettings(environment);
  const path = keyFile ?? logKeyFile(keysFolder, service);
  return readLogKeys(path, name && `${name}/${service}`);
}

/** Gives a service's log a new key, beside those that it has. Answers what verifies it. */
export async function rotateLogKey(environment: Environment, service: LogService): Promise<string> {
  return (await addLogKey(keysFolderOf(environment), service)).verifierKey;
}

/** Takes all keys of a service's log away but the newest. Answers how many. */
export function dropOldKeys(environment: Environment, service: LogService): Promise<number> {
  return dropOldLogKeys(keysFolderOf(environment), service);
}

function keysFolderOf(environment: Environment): string {
  const { keysFolder } = readLedgerSettings(environment);
  return keysFolder ?? join(readStartConfig(environment).dataFolder, "ledger");
}
