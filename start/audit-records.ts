import { setTimeout as pause } from "node:timers/promises";
import type { Findings } from "../shared/ledger-audit/findings.ts";
import { readAhead } from "../shared/ledger-audit/read-ahead.ts";
import { NO_TENANT } from "../shared/ledger-store/log-key-entry.ts";
import { Database, type Sql } from "../shared/postgres/database.ts";
import { appRole } from "../shared/postgres/migrate.ts";
import { findDeviations as inDevices } from "../subgraphs/manufacturing/device/consistency.store.ts";
import { findRecallDeviations as inRecalls } from "../subgraphs/manufacturing/recall/consistency.store.ts";
import type { SignatureFinding } from "../subgraphs/manufacturing/signed-hand-over/audit-signature.ts";
import { auditHandOverSignatures } from "../subgraphs/manufacturing/signed-hand-over/signature-audit.store.ts";
import { findDeviations as inOwnerships } from "../subgraphs/ownership/ownership/consistency.store.ts";
import type { ServiceName } from "./databases.ts";

/** Something that was seen of what is read, which is made of the rows that are entered. */
interface Contradiction {
  kind: string;
  serialNumber?: string | null;
  connhexId?: string | null;
  revision: number | null;
  detail: string;
}

type Check = (sql: Sql, limit: number) => Promise<readonly Contradiction[]>;

const CHECKS: Readonly<Record<ServiceName, readonly Check[]>> = {
  manufacturing: [inDevices, inRecalls],
  ownership: [inOwnerships],
  gateway: [],
};

/** A statement that compares whole tables. */
const STATEMENT_TIMEOUT_MS = 600_000;
/** Somebody may write between two statements: only what is still so afterwards is told. */
const LOOK_AGAIN_AFTER_MS = 2_000;

export interface AuditedRecords {
  /** Signed hand-overs whose signatures were checked. */
  signatures: number;
  /** Of these, how many were recorded while their key was not valid: not changed, but to be looked at. */
  flagged: number;
}

/** Compares what is read of devices and owners with the rows that are entered, tenant by tenant. */
export class RecordsAudit {
  private readonly database: Database;
  private readonly begun = new Set<string>();
  private readonly told: AuditedRecords = { signatures: 0, flagged: 0 };
  private done: Promise<void> = Promise.resolve();

  constructor(
    private readonly service: ServiceName,
    url: string,
    private readonly findings: Findings,
    private readonly limit: number,
  ) {
    const role = appRole(service);
    const statementTimeoutMs = STATEMENT_TIMEOUT_MS;
    this.database = new Database({ url, role, poolSize: 1, statementTimeoutMs });
  }

  /** Goes through a tenant, once, after those that were begun before. */
  begin(tenant: string): void {
    if (this.begun.has(tenant) || tenant === NO_TENANT) return;
    this.begun.add(tenant);
    this.done = readAhead(this.done.then(() => this.audit(tenant)));
  }

  /** Resolves when all that were begun are through. */
  async finish(): Promise<AuditedRecords> {
    await this.done;
    return this.told;
  }

  close(): Promise<void> {
    return this.database.close();
  }

  private async audit(tenant: string): Promise<void> {
    const { service, findings, limit, told } = this;
    const sql = this.database.tenant(tenant);
    for (const check of CHECKS[service]) {
      for (const found of await twice(check, sql, limit)) tell(found, findings);
    }
    if (service !== "manufacturing") return;
    for await (const page of auditHandOverSignatures(sql, tenant)) {
      told.signatures += page.signatures;
      for (const found of page.findings) {
        if (found.kind === "KEY_NOT_VALID") told.flagged += 1;
        else tellSignature(found, findings);
      }
    }
  }
}

async function twice(check: Check, sql: Sql, limit: number): Promise<readonly Contradiction[]> {
  const first = await check(sql, limit);
  if (first.length === 0) return [];
  await pause(LOOK_AGAIN_AFTER_MS);
  const before = new Set(first.map((one) => JSON.stringify(one)));
  return (await check(sql, limit)).filter((one) => before.has(JSON.stringify(one)));
}

function tell(found: Contradiction, findings: Findings): void {
  const device = found.serialNumber ?? found.connhexId ?? null;
  const detail = `${found.kind}: ${found.detail}`;
  findings.add("PROJECTION_DIFFERS", detail, { device, revision: found.revision });
}

function tellSignature(found: SignatureFinding, findings: Findings): void {
  const { deviceId, revision, kind, detail, keyId } = found;
  findings.add("SIGNATURE_WRONG", `${kind}: ${detail} (key ${keyId})`, {
    entry: `revision/${deviceId}/${revision}`,
  });
}
