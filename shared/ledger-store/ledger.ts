import { DomainError } from "../domain-error.ts";
import { Database } from "../postgres/database.ts";
import { sequencerRole } from "./ledger-tables.ts";
import { LEDGER_LIMITS } from "./limits.ts";
import type { LogKeys } from "./log-keys.ts";
import { LogReader, type PublishedCheckpoint } from "./log-reader.store.ts";
import { watchLedger } from "./metrics.ts";
import { SequencerStore } from "./sequencer.store.ts";
import { type BeforeFirstSignature, Sequencer, type SequencerOptions } from "./sequencer.ts";

/** What a service needs to keep its log. */
export interface LedgerConfig {
  keys: LogKeys;
  /** Rejects where nothing may be signed: see the sequencer. */
  beforeFirstSignature?: BeforeFirstSignature;
  /** Is told each checkpoint once it is committed. */
  onCheckpoint?: SequencerOptions["onCheckpoint"];
  /** Other limits: tests do not wait as long. */
  limits?: SequencerOptions["limits"];
}

/** A log as anybody may read it. */
export interface PublishedLog {
  /** Its name. */
  readonly origin: string;
  /** The newest checkpoint with its cosignatures; null where the log is empty. */
  checkpoint(): Promise<PublishedCheckpoint | null>;
  tile(name: { level: number; n: bigint; width: number }): Promise<Buffer | null>;
  /** Entries, for a caller of this tenant: whole, or FOREIGN where others' are among them. */
  bundle(tenant: string, n: bigint, width: number): Promise<Buffer | "FOREIGN" | null>;
  /** The keys that have signed for it, as verifiers read them, the oldest first. */
  verifierKeys(): Promise<string[]>;
}

export interface LedgerParts extends LedgerConfig {
  service: string;
  /** A login that is, or may become, the sequencer's role. */
  databaseUrl: string;
  /** The application's connections: whoever reads the log reads it with them. */
  database: Database;
  backfill?: (sequencer: Database) => Promise<boolean>;
}

/** A service's log in this process: the sequencer, which may be leading here or elsewhere. */
export interface Ledger {
  log: PublishedLog;
  /** Rejects where entries wait for too long. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** Begins to sequence a service's entries. The database must be migrated; nobody waits for it. */
export function startLedger(parts: LedgerParts): Ledger {
  const { service, databaseUrl, database, keys, backfill } = parts;
  const connections = new Database({
    url: databaseUrl,
    role: sequencerRole(service),
    poolSize: 2,
    statementTimeoutMs: LEDGER_LIMITS.statementTimeoutMs,
  });
  const sql = connections.tenant("*");
  const store = new SequencerStore(sql);
  const sequencer = new Sequencer({
    ...{ sql, keys, limits: parts.limits },
    ...(parts.beforeFirstSignature && { beforeFirstSignature: parts.beforeFirstSignature }),
    ...(parts.onCheckpoint && { onCheckpoint: parts.onCheckpoint }),
    ...(backfill && { backfill: () => backfill(connections) }),
  });
  const unwatch = watchLedger(service, { store, isLeading: () => sequencer.isLeading });
  sequencer.start();
  return {
    log: publishedLog(keys.origin, database),
    async ready() {
      const { lagSeconds } = await store.lag();
      if (lagSeconds <= LEDGER_LIMITS.lagSeconds) return;
      const text = `entries of ${service} have waited for ${Math.round(lagSeconds)} s`;
      throw new DomainError("DATABASE_UNAVAILABLE", text);
    },
    async close() {
      await sequencer.stop();
      unwatch();
      await connections.close();
    },
  };
}

/** The log's tables have no tenant but for the entries. */
const READER = "*";

function publishedLog(origin: string, database: Database): PublishedLog {
  const reader = (tenant = READER) => new LogReader(database.tenant(tenant), tenant);
  return {
    origin,
    checkpoint: () => reader().latest(),
    tile: (name) => reader().tile(name),
    bundle: (tenant, n, width) => reader(tenant).bundle(n, width),
    verifierKeys: async () => (await reader().keys()).map(({ verifierKey }) => verifierKey),
  };
}
