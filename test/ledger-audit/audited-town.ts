import { type AccessLog, openAccessLog } from "../../gateway/access-log/access-log.ts";
import { BACKFILL_SOURCES as LINES } from "../../gateway/ledger/lines.store.ts";
import { verifierOf } from "../../shared/ledger/cosignature.ts";
import type { NoteSigner, NoteVerifier } from "../../shared/ledger/note.ts";
import { type AuditedCounts, auditLog } from "../../shared/ledger-audit/audit-log.ts";
import { type AuditDeviation, Findings } from "../../shared/ledger-audit/findings.ts";
import type { SeenTree } from "../../shared/ledger-audit/walk-cosignatures.ts";
import { Backfill, type BackfillSource } from "../../shared/ledger-store/backfill.store.ts";
import { sequencerRole } from "../../shared/ledger-store/ledger-tables.ts";
import type { LogKeys } from "../../shared/ledger-store/log-keys.ts";
import { PersonKeys } from "../../shared/ledger-store/person-keys.store.ts";
import { Database, type Sql } from "../../shared/postgres/database.ts";
import { auditSources, goneLines } from "../../start/audit.ts";
import { BACKFILL_SOURCES as REVISIONS } from "../../subgraphs/manufacturing/ledger/backfill.store.ts";
import { BACKFILL_SOURCES as OWNERSHIPS } from "../../subgraphs/ownership/ledger/backfill.store.ts";
import { newLogKeys, type SequencedLog, sequencedLog } from "../ledger-store/sequenced-log.ts";
import { openTown, type Town } from "../ownership/town.ts";
import { type FreshDatabase, freshDatabase } from "../support/postgres.ts";
import type { ServiceName } from "../support/service-databases.ts";

export const SERVICES = ["manufacturing", "ownership", "gateway"] as const;

const BACKFILLED: Readonly<Record<ServiceName, readonly BackfillSource[]>> = {
  manufacturing: REVISIONS,
  ownership: OWNERSHIPS,
  gateway: LINES,
};

/** What one audit found, and what it looked at. */
export interface Audited {
  deviations: AuditDeviation[];
  counts: AuditedCounts;
}

export interface AuditHow {
  /** Instead of a snapshot of its own: the transaction of somebody who changes things. */
  sql?: Sql;
  seen?: readonly SeenTree[];
  witnesses?: readonly NoteVerifier[];
  /** Whether all of them must have cosigned the newest checkpoint. */
  isWitnessed?: boolean;
  most?: number;
}

/** Three services on databases of their own, each with its log, and audits of them. */
export interface AuditedTown {
  town: Town;
  accessLog: AccessLog;
  keys: Readonly<Record<ServiceName, LogKeys>>;
  databases: Readonly<Record<ServiceName, FreshDatabase>>;
  /** Waits until every entry has its place. */
  caughtUp(): Promise<void>;
  /** Ends the sequencers: from now on the logs stay as they are. */
  stopLogs(): Promise<void>;
  /** Ends them, and starts others, which sign with the same keys or with new ones too. */
  restartLogs(how: { isKeyNew: boolean }): Promise<void>;
  audit(service: ServiceName, how?: AuditHow): Promise<Audited>;
  close(): Promise<void>;
}

export async function openAuditedTown(): Promise<AuditedTown> {
  const town = await openTown();
  const gateway = await freshDatabase("gateway");
  const databases = { manufacturing: town.factory.database, ownership: town.database, gateway };
  const gatewayDatabase = gateway.open();
  const accessLog = openAccessLog(gatewayDatabase);
  const keys: Record<ServiceName, LogKeys> = {
    manufacturing: newLogKeys("manufacturing"),
    ownership: newLogKeys("ownership"),
    gateway: newLogKeys("gateway"),
  };
  const logs = new Map<ServiceName, SequencedLog>();
  const signers: Record<ServiceName, readonly NoteSigner[]> = {
    manufacturing: keys.manufacturing.signers,
    ownership: keys.ownership.signers,
    gateway: keys.gateway.signers,
  };
  const startLogs = () => {
    for (const service of SERVICES) {
      const backfill = new Backfill(BACKFILLED[service], new PersonKeys());
      const own = {
        keys: keys[service],
        backfill: (sequencer: Database) => backfill.run(sequencer),
      };
      logs.set(service, sequencedLog(databases[service], service, own));
    }
  };
  startLogs();
  const readers = new Map(SERVICES.map((service) => [service, readerOf(service, databases)]));
  const stopLogs = async () => {
    await Promise.all([...logs.values()].map((log) => log.close()));
    logs.clear();
  };
  return {
    ...{ town, accessLog, keys, databases, stopLogs },
    async restartLogs({ isKeyNew }) {
      await stopLogs();
      if (isKeyNew)
        for (const service of SERVICES) {
          keys[service] = withNewKey(keys[service], service);
          signers[service] = [...signers[service], ...keys[service].signers.slice(0, 1)];
        }
      startLogs();
    },
    async caughtUp() {
      await Promise.all([...logs.values()].map((log) => log.caughtUp()));
    },
    async audit(service, how = {}) {
      const reader = readers.get(service) as Database;
      // A policy keeps the keys of before.
      const all = { origin: keys[service].origin, signers: signers[service] };
      if (how.sql) return auditOf(service, all, { ...how, sql: how.sql });
      const snapshot = await reader.snapshot("*");
      try {
        return await auditOf(service, all, { ...how, sql: snapshot.sql });
      } finally {
        await snapshot.end();
      }
    },
    async close() {
      await stopLogs();
      await accessLog.close();
      await gatewayDatabase.close();
      await Promise.all([...readers.values()].map((reader) => reader.close()));
      await town.close();
      await gateway.drop();
    },
  };
}

/** As when a key is replaced: the new one signs first, and the last one with it. */
function withNewKey({ origin, signers }: LogKeys, service: ServiceName): LogKeys {
  const [fresh] = newLogKeys(service).signers;
  const [last] = signers;
  return { origin, signers: fresh && last ? [fresh, last] : signers };
}

function readerOf(
  service: ServiceName,
  databases: Readonly<Record<ServiceName, FreshDatabase>>,
): Database {
  return new Database({
    url: databases[service].appUrl,
    role: sequencerRole(service),
    poolSize: 1,
    statementTimeoutMs: 60_000,
  });
}

async function auditOf(
  service: ServiceName,
  keys: LogKeys,
  { sql, seen = [], witnesses = [], isWitnessed, most = 1_000 }: AuditHow & { sql: Sql },
): Promise<Audited> {
  const deviations: AuditDeviation[] = [];
  const findings = new Findings(service, most, (deviation) => deviations.push(deviation));
  const counts = await auditLog({
    ...{
      sql,
      seen,
      findings,
      sources: await auditSources(service, sql),
      origin: keys.origin,
      isExpired: (await goneLines(service, sql)).isExpired,
      witnesses: {
        verifiers: witnesses,
        isEnough: isWitnessed ? (names) => names.size === witnesses.length : null,
        graceSeconds: 0,
      },
    },
    pinned: keys.signers.map(({ verifierKey }) => verifierOf(verifierKey)),
  });
  return { deviations, counts };
}
