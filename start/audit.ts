import { join } from "node:path";
import { isOwnerAlone } from "../gateway/access-log/line-name.ts";
import { droppedMonths, firstTimeOfLines } from "../gateway/ledger/line-months.store.ts";
import { BACKFILL_SOURCES as LINES } from "../gateway/ledger/lines.store.ts";
import type { NoteVerifier } from "../shared/ledger/note.ts";
import { isQuorum, type Policy, parsePolicy } from "../shared/ledger/policy.ts";
import { type AuditedCounts, auditLog } from "../shared/ledger-audit/audit-log.ts";
import { type AuditCode, type AuditDeviation, Findings } from "../shared/ledger-audit/findings.ts";
import type { AuditSource } from "../shared/ledger-audit/walk-rows.ts";
import { sequencerRole } from "../shared/ledger-store/ledger-tables.ts";
import { Database, type Sql } from "../shared/postgres/database.ts";
import type { WitnessAddress } from "../shared/witnessing/witness-addresses.ts";
import { BACKFILL_SOURCES as REVISIONS } from "../subgraphs/manufacturing/ledger/backfill.store.ts";
import { BACKFILL_SOURCES as OWNERSHIPS } from "../subgraphs/ownership/ledger/backfill.store.ts";
import {
  ERASURE_SOURCE,
  erasableOwnerships,
} from "../subgraphs/ownership/ledger/erasure-source.store.ts";
import { type AuditedRecords, RecordsAudit } from "./audit-records.ts";
import { type AskedWitness, askWitnesses } from "./audit-witnesses.ts";
import type { ServiceName } from "./databases.ts";

/** What of a service is entered into its log, as its database is now. */
export async function auditSources(
  service: ServiceName,
  sql: Sql,
): Promise<readonly AuditSource[]> {
  switch (service) {
    case "manufacturing":
      return REVISIONS;
    case "ownership":
      return [...OWNERSHIPS.map(await erasableOwnerships(sql)), ERASURE_SOURCE];
    case "gateway":
      return LINES.map((source) => ({ ...source, mayBeErased: isOfOwner }));
  }
}

/** Lines of owners name them by nothing that is theirs, from the beginning. */
function isOfOwner(row: object): boolean {
  return isOwnerAlone({ roles: [], ...row });
}

/** Whom an audit believes, and where it looks. */
export interface AuditTrust {
  /** Logs and witnesses; the keys that are not in it prove nothing. */
  policy: Policy;
  addresses: readonly WitnessAddress[];
  /** Where the witnesses of an embedded database keep what they saw. */
  ownWitnesses: string;
  /** Whether as many must cosign as the policy says. */
  isWitnessed: boolean;
}

export interface AuditOptions {
  trust: AuditTrust;
  /** The most deviations of one code that are told. */
  limit: number;
  /** Whether to leave out what is made of the rows: devices as they are read, signed hand-overs. */
  logsOnly: boolean;
  /** Is told each deviation when it is found. */
  onDeviation: (deviation: AuditDeviation) => void;
}

/** What an audit of one service looked at and found. */
export interface AuditedService extends AuditedCounts, AuditedRecords {
  service: ServiceName;
  origin: string | null;
  /** Whether the newest signature is by a key that the audit was given. */
  isPinned: boolean;
  witnesses: AskedWitness[];
  /** From when on lines of the access log are kept; null: all of them. */
  linesSince: string | null;
  /** Months of it that are gone, and when the log was told so. */
  droppedMonths: { month: string; at: string }[];
  seconds: number;
  deviations: Partial<Record<AuditCode, number>>;
}

/** Witnesses cosign within five seconds: a minute is enough for those that had to be asked again. */
const WITNESS_GRACE_SECONDS = 60;
/** An audit reads whole tables a page at a time. */
const STATEMENT_TIMEOUT_MS = 600_000;

/** Audits the log of one service, the rows that are entered in it, and what is made of them. */
export async function auditService(
  service: ServiceName,
  url: string,
  options: AuditOptions,
): Promise<AuditedService> {
  const begun = performance.now();
  const { trust, limit, logsOnly, onDeviation } = options;
  const findings = new Findings(service, limit, onDeviation);
  const pinned = logsOf(trust.policy, service);
  const origin = pinned[0]?.name ?? null;
  const verifiers = [...trust.policy.witnesses.values()].map(({ verifier }) => verifier);
  const places = { addresses: trust.addresses, ownFolder: trust.ownWitnesses, verifiers };
  // Before the snapshot: what they have seen then must be in it.
  const { seen, asked } = origin ? await askWitnesses(origin, places) : { seen: [], asked: [] };
  const isEnough = trust.isWitnessed && origin ? enoughFor(trust.policy) : null;
  const records = new RecordsAudit(service, url, findings, limit);
  try {
    const { gone, ...counts } = await inSnapshot(service, url, async (sql) => {
      const months = await goneLines(service, sql);
      const log = {
        sql,
        sources: await auditSources(service, sql),
        pinned,
        witnesses: { verifiers, isEnough, graceSeconds: WITNESS_GRACE_SECONDS },
        seen,
        findings,
        // PostgreSQL compares what is read while the log and its rows are walked over.
        onTenant: (tenant: string) => (logsOnly ? undefined : records.begin(tenant)),
      };
      const { isExpired } = months;
      return { gone: months, ...(await auditLog({ ...log, origin, isExpired })) };
    });
    return {
      ...{ service, origin, isPinned: pinned.length > 0, witnesses: asked },
      ...{ linesSince: gone.linesSince, droppedMonths: gone.droppedMonths },
      ...{ ...counts, ...(await records.finish()) },
      seconds: (performance.now() - begun) / 1_000,
      deviations: Object.fromEntries(findings.counts),
    };
  } finally {
    await records.close();
  }
}

/** Whom to believe, as a policy file says it. */
export function trustOf(
  policyText: string,
  {
    addresses,
    dataFolder,
    isWitnessed,
  }: { addresses: readonly WitnessAddress[]; dataFolder: string; isWitnessed: boolean },
): AuditTrust {
  const policy = parsePolicy(policyText);
  const ownWitnesses = join(dataFolder, "witnesses");
  const known = new Set(addresses.map(({ name }) => name));
  // Where the policy says itself where a witness is, nobody else need.
  const named = [...policy.witnesses.values()].flatMap(({ verifier: { name }, vkey, url }) =>
    url === null || known.has(name) ? [] : [{ name, vkey, url: url.replace(/\/+$/, "") }],
  );
  return { policy, addresses: [...addresses, ...named], ownWitnesses, isWitnessed };
}

/** Whether witnesses, by the names of their keys, are as many as a policy asks for. */
function enoughFor(policy: Policy): ((names: ReadonlySet<string>) => boolean) | null {
  if (policy.quorum === null) return null;
  const witnesses = [...policy.witnesses];
  return (names) => {
    const own = witnesses.filter(([, { verifier }]) => names.has(verifier.name));
    return isQuorum(policy, new Set(own.map(([name]) => name)));
  };
}

/** The keys of a service's log: those of the name that the last one has. */
function logsOf({ logs }: Policy, service: ServiceName): NoteVerifier[] {
  const own = logs
    .map(({ verifier }) => verifier)
    .filter(({ name }) => name.endsWith(`/${service}`));
  return own.filter(({ name }) => name === own.at(-1)?.name);
}

async function inSnapshot<T>(
  service: ServiceName,
  url: string,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  const role = sequencerRole(service);
  const database = new Database({
    url,
    role,
    poolSize: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  try {
    const snapshot = await database.snapshot("*");
    try {
      return await work(snapshot.sql);
    } finally {
      await snapshot.end();
    }
  } finally {
    await database.close();
  }
}

/** What of the access log may be gone, and since when the rest is kept. */
interface GoneLines extends Pick<AuditedService, "linesSince" | "droppedMonths"> {
  /** Lines of months that were dropped have their entries for ever. */
  isExpired: (leaf: { id: string; entry: string }) => boolean;
}

/** The log itself must say of a month that it was dropped: the catalog is whoever's who has the database. */
export async function goneLines(service: ServiceName, sql: Sql): Promise<GoneLines> {
  if (service !== "gateway") {
    return { linesSince: null, droppedMonths: [], isExpired: () => false };
  }
  const dropped = await droppedMonths(sql);
  return {
    linesSince: await firstTimeOfLines(sql),
    droppedMonths: [...dropped].map(([month, at]) => ({ month, at })),
    isExpired({ id, entry }) {
      if (dropped.size === 0 || !id.startsWith("access/")) return false;
      // Canonical JSON has no text in which this could stand otherwise: quotes within texts are escaped.
      const [, month = ""] = /,"at":"([0-9]{4}-[0-9]{2})-[^"]+",/.exec(entry) ?? [];
      return dropped.has(month);
    },
  };
}
