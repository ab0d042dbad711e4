import type { LedgerConfig } from "../../shared/ledger-store/ledger.ts";

/** What the service needs to run. */
export interface ManufacturingConfig {
  /** A login that is, or may become, manufacturing_app. */
  databaseUrl: string;
  /** Whether single records that come at once share a transaction; they do unless told otherwise. */
  coalesces?: boolean;
  /** What its log is signed with; without it entries are written, and wait. */
  ledger?: LedgerConfig;
  /** How many witnesses make a checkpoint witnessed; two unless told otherwise. */
  witnessQuorum?: number;
  /** Whether revisions are entered into the log. Only a benchmark turns it off. */
  isEntered?: boolean;
  /** Is told each SQL statement that is sent. For counting in tests. */
  observe?: (sql: string) => void;
}

/** Reads the configuration from the environment; the only place that does. */
export function readManufacturingConfig(
  env: Readonly<Record<string, string | undefined>>,
): ManufacturingConfig {
  const databaseUrl = env.MANUFACTURING_DATABASE_URL;
  if (!databaseUrl) {
    throw new Error("MANUFACTURING_DATABASE_URL is not set: give a postgres:// URL");
  }
  if (!/^postgres(ql)?:\/\//.test(databaseUrl)) {
    throw new Error("MANUFACTURING_DATABASE_URL must begin with postgres://");
  }
  return { databaseUrl, coalesces: readCoalescing(env) };
}

/** Only a benchmark turns it off, to tell what coalescing gains. */
export function readCoalescing(env: Readonly<Record<string, string | undefined>>): boolean {
  const word = env.COALESCING || "on";
  if (word !== "on" && word !== "off") throw new Error(`COALESCING must be on or off, not ${word}`);
  return word === "on";
}
