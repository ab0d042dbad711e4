import type { SubgraphService } from "../../shared/graph/subgraph-service.ts";
import { Backfill } from "../../shared/ledger-store/backfill.store.ts";
import { type Ledger, type LedgerConfig, startLedger } from "../../shared/ledger-store/ledger.ts";
import { PersonKeys } from "../../shared/ledger-store/person-keys.store.ts";
import { Database, statement } from "../../shared/postgres/database.ts";
import { BACKFILL_SOURCES } from "../ledger/lines.store.ts";
import { watchAccessLog } from "../operation/metrics.ts";
import { type AccessLog, type AccessLogOptions, openAccessLog } from "./access-log.ts";
import { createContext } from "./context.ts";
import { forgetOwner } from "./forget-owner.store.ts";
import { ACCESS_LOG } from "./limits.ts";
import { KeyNames } from "./line-name.ts";
import { accessLogSubgraph } from "./subgraph.ts";

export interface AccessLogConfig extends AccessLogOptions {
  /** A login that is, or may become, gateway_app. */
  databaseUrl: string;
  /** What the gateway's log is signed with; without it entries are written, and wait. */
  ledger?: LedgerConfig | undefined;
  /** The gateway's own: the keys of owners are kept under names that nobody can tell without it. */
  encryptionKey?: Buffer | undefined;
  /** Is told each SQL statement that is sent. For counting in tests. */
  observe?: (sql: string) => void;
}

/** The access log: for the way of a request, which records, and for those who may read it. */
export interface RunningAccessLog {
  accessLog: AccessLog;
  /** The log in which its lines are entered, where this process may sequence it. */
  ledger: Ledger | null;
  /** Destroys what an owner is named by, under this subject. May be repeated. */
  forgetOwner(tenant: string, subject: string): Promise<void>;
  /** The subgraph `access-log`, which runs in the gateway's process. */
  service: SubgraphService;
  /** Waits for the lines that were taken. */
  close(): Promise<void>;
}

const PING = statement("ping", "SELECT 1");

/** Starts the access log on a migrated database, and does not wait for it. */
export async function startAccessLog({
  databaseUrl: url,
  observe,
  ledger: config,
  encryptionKey,
  ...options
}: AccessLogConfig): Promise<RunningAccessLog> {
  const subgraph = await accessLogSubgraph();
  const database = new Database({
    url,
    role: "gateway_app",
    poolSize: ACCESS_LOG.connections,
    statementTimeoutMs: ACCESS_LOG.statementTimeoutMs,
    ...(observe && { observe }),
  });
  const people = new PersonKeys();
  const names = new KeyNames(encryptionKey);
  const accessLog = openAccessLog(database, { ...options, people, names });
  const backfill = new Backfill(BACKFILL_SOURCES, people);
  const ledger = config
    ? startLedger({
        ...{ service: "gateway", databaseUrl: url, database, ...config },
        backfill: (sequencer) => backfill.run(sequencer),
      })
    : null;
  const unwatch = watchAccessLog({ queued: () => accessLog.pending });
  const close = async () => {
    await accessLog.close();
    unwatch();
    await ledger?.close();
    await database.close();
  };
  const service: SubgraphService = {
    name: "access-log",
    ...subgraph,
    createContext: (caller, request) => createContext(database, caller, request),
    ready: async () => {
      await database.tenant("*").rows(PING);
    },
    close,
  };
  const forget = (tenant: string, subject: string) =>
    forgetOwner({ database, people, names }, tenant, subject);
  return { accessLog, ledger, service, forgetOwner: forget, close };
}
