import { configuredSecret, readKeyText } from "../../shared/configured-key.ts";
import type { LedgerConfig } from "../../shared/ledger-store/ledger.ts";

/** What the service needs to run. */
export interface OwnershipConfig {
  /** A login that is, or may become, ownership_app and ownership_worker. */
  databaseUrl: string;
  /** Wraps each owner's own key; 32 bytes. */
  encryptionKey: Buffer;
  /** Keys the hashes of init keys and codes; 32 bytes. */
  secretPepper: Buffer;
  /** What its log is signed with; without it entries are written, and wait. */
  ledger?: LedgerConfig;
  /** Is told each SQL statement that is sent. For counting in tests. */
  observe?: (sql: string) => void;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the configuration from the environment; the only place that does. */
export function readOwnershipConfig(env: Environment): OwnershipConfig {
  const databaseUrl = secretOf(env, "OWNERSHIP_DATABASE_URL", "OWNERSHIP_DATABASE_URL_FILE");
  if (!/^postgres(ql)?:\/\//.test(databaseUrl)) {
    throw new Error("OWNERSHIP_DATABASE_URL must begin with postgres://");
  }
  return {
    databaseUrl,
    encryptionKey: keyOf(env, "OWNERSHIP_ENCRYPTION_KEY", "OWNERSHIP_ENCRYPTION_KEY_FILE"),
    secretPepper: keyOf(env, "OWNERSHIP_SECRET_PEPPER", "OWNERSHIP_SECRET_PEPPER_FILE"),
  };
}

function secretOf(env: Environment, name: string, fileName: string): string {
  const text = configuredSecret(env, name, fileName);
  if (!text) throw new Error(`${name} is not set, nor is ${fileName}`);
  return text;
}

function keyOf(env: Environment, name: string, fileName: string): Buffer {
  return readKeyText(name, secretOf(env, name, fileName));
}
