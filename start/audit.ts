import { join } from "node:path";
import { isOwnerAlone } from "../gateway/access-log/line-name.ts";
import { firstTimeOfLines } from "../gateway/ledger/line-months.store.ts";
import { BACKFILL_SOURCES as LINES } from "../gateway/ledger/lines.store.ts";
import type { NoteVerifier } from "../shared/ledger/note.ts";
import { type Policy, parsePolicy } from "../shared/ledger/policy.ts";
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
import { type AuditedRecords, auditRecords } from "./audit-records.ts";
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
  seconds: number;
  deviations: Partial<Record<AuditCode, number>>;
}

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
  const { linesSince, ...counts } = await inSnapshot(service, url, async (sql) => {
    const since = service === "gateway" ? await firstTimeOfLines(sql) : null;
    const log = {
      sql,
      sources: await auditSources(service, sql),
      pinned,
      witnesses: verifiers,
      seen,
      findings,
    };
    const expires = since === null ? {} : { isExpired: isDropped(since) };
    return { linesSince: since, ...(await auditLog({ ...log, origin, ...expires })) };
  });
  const { tenants } = counts;
  const records = logsOnly
    ? { signatures: 0, flagged: 0 }
    : await auditRecords(service, { url, tenants }, findings, limit);
  return {
    ...{ service, origin, isPinned: pinned.length > 0, witnesses: asked, linesSince },
    ...{ ...counts, ...records },
    seconds: (performance.now() - begun) / 1_000,
    deviations: Object.fromEntries(findings.counts),
  };
}

/** Whom to believe, as a policy file says it. */
export function trustOf(
  policyText: string,
  { addresses, dataFolder }: { addresses: readonly WitnessAddress[]; dataFolder: string },
): AuditTrust {
  const ownWitnesses = join(dataFolder, "witnesses");
  return { policy: parsePolicy(policyText), addresses, ownWitnesses };
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

/** Lines of months that were dropped have their entries for ever. */
function isDropped(since: string): (leaf: { id: string; entry: string }) => boolean {
  return ({ id, entry }) => {
    if (!id.startsWith("access/")) return false;
    // Canonical JSON has no text in which this could stand otherwise: quotes within texts are escaped.
    const [, at = since] = /,"at":"([^"]+)",/.exec(entry) ?? [];
    return at < since;
  };
}
