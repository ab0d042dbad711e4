import { setTimeout as pause } from "node:timers/promises";
import { LedgerFormatError } from "../shared/ledger/strict-text.ts";
import type { AuditDeviation } from "../shared/ledger-audit/findings.ts";
import { log } from "../shared/log.ts";
import { readClusterRecord } from "../shared/postgres/embedded/data-folder.ts";
import type { AdministrationOptions } from "./administration.ts";
import { type AuditedService, type AuditTrust, auditService, trustOf } from "./audit.ts";
import { AuditAlerts } from "./audit-alerts.ts";
import {
  readAuditSettings,
  readDatabaseUrls,
  readStartConfig,
  readWitnessSettings,
} from "./config.ts";
import { openSecrets } from "./data-folder-secrets.ts";
import { type Databases, openDatabases, type ServiceName } from "./databases.ts";
import { readPolicy } from "./read-policy.ts";

export interface RunAuditOptions extends AdministrationOptions {
  services: readonly ServiceName[];
  /** The policy file's text; null: that of the data folder, with what the environment names. */
  policyText: string | null;
  limit: number;
  logsOnly: boolean;
}

/** One service's part of a report, with the same in words. */
export interface ReportedService extends AuditedService {
  verdict: string;
  /** What somebody should know who reads that nothing deviates. */
  notes: string[];
}

export interface AuditReport {
  at: string;
  seconds: number;
  deviations: number;
  services: ReportedService[];
}

/** Audits services one after the other. */
export async function runAudit({
  onDeviation,
  ...options
}: RunAuditOptions & {
  onDeviation: (deviation: AuditDeviation) => void;
}): Promise<AuditReport> {
  const { services, limit, logsOnly } = options;
  const at = new Date().toISOString();
  const begun = performance.now();
  const places = await openPlaces(options);
  try {
    const trust = await readTrust(options);
    const audited: ReportedService[] = [];
    for (const service of services) {
      const one = await auditService(service, places.urlOf(service), {
        ...{ trust, limit, logsOnly, onDeviation },
      });
      audited.push({ ...one, verdict: verdictOf(one), notes: notesOf(one) });
    }
    const deviations = audited.map(countOf).reduce((sum, count) => sum + count, 0);
    return { at, seconds: (performance.now() - begun) / 1_000, deviations, services: audited };
  } finally {
    await places.close();
  }
}

async function readTrust({ environment, policyText }: RunAuditOptions): Promise<AuditTrust> {
  const { dataFolder } = readStartConfig(environment);
  const { policy, usesOwn } = readWitnessSettings(environment);
  // Who is given a policy goes by it; a system that has no witnesses now may have had some.
  const isWitnessed = policyText !== null || policy !== null || usesOwn;
  const places = { addresses: policy?.witnesses ?? [], dataFolder, isWitnessed };
  try {
    return trustOf(policyText ?? (await readPolicy(environment)).text, places);
  } catch (error) {
    if (!(error instanceof LedgerFormatError)) throw error;
    const from = policyText === null ? `the policy of ${dataFolder}` : "the policy";
    throw new Error(`${from} cannot be read: ${error.message}`, { cause: error });
  }
}

function countOf({ deviations }: AuditedService): number {
  return Object.values(deviations).reduce((sum, count) => sum + count, 0);
}

function verdictOf(audited: AuditedService): string {
  const codes = Object.entries(audited.deviations).map(([code, count]) => `${count} ${code}`);
  return codes.length === 0 ? "everything agrees" : codes.join(", ");
}

function notesOf(audited: AuditedService): string[] {
  const { isPinned, witnesses, pending, unentered, expired, droppedMonths, flagged } = audited;
  const months = droppedMonths.map(({ month, at }) => `${month} (entered ${at.slice(0, 10)})`);
  const silent = witnesses.flatMap(({ witness, fault }) => (fault ? [`${witness}: ${fault}`] : []));
  const notes: [isSo: boolean, text: string][] = [
    [!isPinned, "no key of this log is known here: its signatures prove nothing (--trust)"],
    [
      witnesses.length === 0,
      "no witness was asked: an older backup in its place would not be seen",
    ],
    ...silent.map((text): [boolean, string] => [true, `a witness said nothing: ${text}`]),
    [pending > 0, `${pending} entries wait for their place`],
    [unentered > 0, `${unentered} rows of before the log are still to be entered`],
    [
      months.length > 0,
      `${expired} lines of the access log were dropped with their months: ${months.join(", ")}`,
    ],
    [flagged > 0, `${flagged} signed hand-overs came while their key was not valid`],
  ];
  return notes.flatMap(([isSo, text]) => (isSo ? [text] : []));
}

interface Places {
  urlOf(service: ServiceName): string;
  close(): Promise<void>;
}

/** The databases that the environment names, one by one, or those of the data folder. */
async function openPlaces(options: RunAuditOptions): Promise<Places> {
  const { environment, notice, services } = options;
  const named = new Map(
    services.map((name) => [name, readDatabaseUrls(environment, name)?.appUrl]),
  );
  const urlOf = (service: ServiceName): string => {
    const url = named.get(service);
    if (url) return url;
    throw new Error(`${service.toUpperCase()}_DATABASE_URL is not set`);
  };
  if ([...named.values()].some((url) => url !== undefined)) {
    return { urlOf, close: async () => undefined };
  }
  const { dataFolder } = readStartConfig(environment);
  if ((await readClusterRecord(dataFolder)) === null) {
    throw new Error(`DATA_DIR names ${dataFolder}, where no database is`);
  }
  const databasePassword = async () => (await openSecrets(dataFolder)).databasePassword;
  const databases: Databases = await openDatabases({
    ...{ environment, dataFolder, databasePassword, notice },
  });
  return { urlOf: (service) => databases[service].appUrl, close: () => databases.stop() };
}

export interface AuditEveryOptions extends RunAuditOptions {
  everyMs: number;
  until: AbortSignal;
  onReport: (report: AuditReport) => void;
}

/** After a start witnesses are given what was signed before a crash: nobody is to be told of that. */
const FIRST_AFTER_MS = 60_000;

/** Audits again and again, and tells of each deviation once. */
export async function auditEvery(options: AuditEveryOptions): Promise<void> {
  const { everyMs, until, onReport, environment } = options;
  const alerts = new AuditAlerts(readAuditSettings(environment), environment);
  const wait = (ms: number) => pause(ms, undefined, { signal: until }).catch(() => undefined);
  await wait(Math.min(FIRST_AFTER_MS, everyMs));
  while (!until.aborted) {
    try {
      const onDeviation = (deviation: AuditDeviation) => alerts.add(deviation);
      const report = await runAudit({ ...options, onDeviation });
      const { seconds, deviations } = report;
      log("INFO", "audit-finished", { seconds: Math.round(seconds), deviations });
      onReport(report);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log("ERROR", "audit-failed", { reason });
    }
    alerts.ended();
    await wait(everyMs);
  }
}
