import { randomUUID } from "node:crypto";
import { DomainError } from "../../../shared/domain-error.ts";
import { log } from "../../../shared/log.ts";
import { isUniqueViolation } from "../../../shared/postgres/refusal.ts";
import type { Context } from "../context.ts";
import { newCode, newInitKey } from "../secret/secret.ts";
import { deliver, type HandOver } from "./hand-over.ts";
import { NO_SECRETS, provenSecrets, type Secrets } from "./proven-secrets.ts";
import {
  assertBatch,
  duplicate,
  type GateRow,
  judgeForms,
  judgeRow,
  type NewIdentity,
  type ProvisionText,
  refusal,
  type StandingIdentity,
  type Verdict,
  verdict,
} from "./provisioning.ts";

export type AnsweredVerdict = Verdict & Secrets;

/** A well-formed row, with what it will get if it is provisioned. */
export interface Row {
  index: number;
  given: ProvisionText;
  /** The one that was asked for, or that Manufacturing knows, or a new one. */
  connhexId: string;
  secrets: Secrets;
}

/** Another transaction may be faster with the same device; each try sees what it did. */
const TRIES = 5;

/**
 * Gives recorded devices their cloud identities. In this order, so that a crash anywhere leaves
 * either nothing or a link that the dispatcher brings to its end: ask Manufacturing, write
 * PENDING identities and their links in one transaction, have Manufacturing link them, settle.
 */
export async function provisionDevices(
  context: Context,
  given: readonly ProvisionText[],
  key: string | null,
): Promise<AnsweredVerdict[]> {
  assertBatch(given, key);
  const contentHash = context.secrets.fingerprint(JSON.stringify(given.map(contentOf)));
  const answered = key === null ? null : await replay(context, key, { given, contentHash });
  if (answered) return answered;

  const forms = judgeForms(given);
  const recorded = await askGate(
    context,
    given.filter((_, index) => !forms[index]),
  );
  if (recorded instanceof DomainError) return refuseAll(given, forms, recorded);
  const rows = prepareRows(given, forms, recorded);
  const written = await writeIdentities(context, { rows, forms, recorded, key, contentHash });
  if (written === "ANSWERED") return provisionDevices(context, given, key);
  const verdicts = await confirm(context, written);
  const secretsOf = new Map(rows.map(({ index, secrets }) => [index, secrets]));
  const made = new Set(written.links.map(({ connhexId }) => connhexId));
  const isMade = (row: Verdict) => row.connhexId !== null && made.has(row.connhexId);
  const proven = await provenSecrets(
    context,
    given,
    verdicts.filter((row) => !isMade(row)),
  );
  return verdicts.map((row) => {
    const isShown = isMade(row) && row.outcome !== "REFUSED";
    const secrets = isShown ? secretsOf.get(row.index) : proven.get(row.index);
    return { ...row, ...(secrets ?? NO_SECRETS) };
  });
}

/** Where Manufacturing cannot be asked, the answer is no. */
export function refuseAll(
  given: readonly ProvisionText[],
  forms: readonly (Verdict | null)[],
  { code, message }: DomainError,
): AnsweredVerdict[] {
  return given.map((row, index) => ({
    ...(forms[index] ?? refusal(index, row, { code, message, field: null })),
    ...NO_SECRETS,
  }));
}

/**
 * Has Manufacturing link what was written, and says what came of it. The batch stands whatever
 * goes wrong here, and its secrets are shown this once: then its rows are answered as PENDING.
 */
async function confirm(
  context: Context,
  { verdicts, links }: { verdicts: Verdict[]; links: HandOver[] },
): Promise<Verdict[]> {
  try {
    await deliver(context.caller.tenant, links, context);
    return await bringUpToDate(context, verdicts);
  } catch (error) {
    const { requestId } = context;
    const name = error instanceof Error ? error.name : "unknown";
    log("WARN", "hand-over-failed", { requestId, links: links.length, error: name });
    return verdicts;
  }
}

/** What two batches must agree in to be the same. */
function contentOf(row: ProvisionText): unknown[] {
  const { serialNumber, connhexId, initKey, name, model, isProtected } = row;
  const optional = [connhexId, initKey, name, model].map((value) => value ?? null);
  return [serialNumber, ...optional, isProtected === true];
}

/** The verdicts that this key got before; null where it is new. */
async function replay(
  context: Context,
  key: string,
  { given, contentHash }: { given: readonly ProvisionText[]; contentHash: Buffer },
): Promise<AnsweredVerdict[] | null> {
  const known = await context.answers.find(key);
  if (!known) return null;
  if (!known.contentHash.equals(contentHash)) {
    throw new DomainError("IDEMPOTENCY_KEY_REUSED", `${key} was used for another batch`, {
      field: "idempotencyKey",
    });
  }
  const verdicts = await bringUpToDate(context, known.verdicts);
  const proven = await provenSecrets(context, given, verdicts);
  return verdicts.map((row) => ({ ...row, ...(proven.get(row.index) ?? NO_SECRETS) }));
}

/** Of these devices, those that are recorded; or why Manufacturing cannot be asked. */
export async function askGate(
  { manufacturing, caller }: Context,
  rows: readonly ProvisionText[],
): Promise<Map<string, GateRow> | DomainError> {
  if (rows.length === 0) return new Map();
  try {
    const serialNumbers = rows.map(({ serialNumber }) => serialNumber);
    const recorded = await manufacturing.gate(caller.tenant, { serialNumbers });
    return new Map(recorded.map((row) => [row.serialNumber, row]));
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}

/** The well-formed rows, with what each of them will get. */
export function prepareRows(
  given: readonly ProvisionText[],
  forms: readonly (Verdict | null)[],
  recorded: ReadonlyMap<string, GateRow>,
): Row[] {
  return given.flatMap((row, index) =>
    forms[index] ? [] : [prepareRow(index, row, recorded.get(row.serialNumber)?.connhexId ?? null)],
  );
}

function prepareRow(index: number, given: ProvisionText, linkedId: string | null): Row {
  const initKey = given.initKey == null ? (given.newInitKey ?? newInitKey()) : null;
  const claimCode = given.isProtected ? (given.newClaimCode ?? newCode()) : null;
  const connhexId = given.connhexId ?? linkedId ?? randomUUID();
  return { index, given, connhexId, secrets: { initKey, claimCode } };
}

/** Rows and what Manufacturing says of them. */
export interface GatedRows {
  rows: readonly Row[];
  forms: readonly (Verdict | null)[];
  recorded: ReadonlyMap<string, GateRow>;
}

interface Batch extends GatedRows {
  key: string | null;
  contentHash: Buffer;
}

/** Judges and writes the batch in one transaction; or finds its key answered meanwhile. */
async function writeIdentities(
  context: Context,
  batch: Batch,
): Promise<{ verdicts: Verdict[]; links: HandOver[] } | "ANSWERED"> {
  const serialNumbers = batch.rows.map(({ given }) => given.serialNumber);
  const connhexIds = batch.rows.map(({ connhexId }) => connhexId);
  for (let attempt = 1; ; attempt++) {
    try {
      return await context.write(async ({ provisioning, answers }) => {
        const { key, contentHash } = batch;
        if (key !== null && !(await answers.claim(key, contentHash))) return "ANSWERED";
        const standing = await provisioning.standing(serialNumbers, connhexIds);
        const judged = judgeRows(context, standing, batch);
        const links = await provisioning.create(judged.identities, context.caller.subject);
        if (key !== null) await answers.save(key, judged.verdicts);
        return { verdicts: judged.verdicts, links };
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      if (attempt === TRIES) {
        throw new DomainError("CONCURRENT_CHANGE", "other batches provision the same devices now");
      }
    }
  }
}

/** Judges each row by what stands; PENDING are those whose identities are to be made, or wait. */
export function judgeRows(
  { secrets }: Pick<Context, "secrets">,
  standing: readonly StandingIdentity[],
  { rows, forms, recorded }: GatedRows,
): { verdicts: Verdict[]; identities: NewIdentity[] } {
  const ofId = new Map(standing.map((row) => [row.connhexId, row]));
  const ofDevice = new Map(standing.filter(isLive).map((row) => [row.serialNumber, row]));
  const verdicts = [...forms];
  const identities: NewIdentity[] = [];
  const taken = new Set<string>();
  for (const { index, given, connhexId, secrets: made } of rows) {
    const live = ofDevice.get(given.serialNumber) ?? null;
    const known = {
      recorded: recorded.get(given.serialNumber) ?? null,
      ofDevice: live,
      ofConnhexId: ofId.get(connhexId) ?? null,
      isSameInitKey: live !== null && isSameInitKey(live, given),
    };
    verdicts[index] = judgeRow(index, given, known);
    if (verdicts[index]) continue;
    if (taken.has(connhexId)) {
      verdicts[index] = refusal(index, given, duplicate("connhexId", connhexId));
      continue;
    }
    taken.add(connhexId);
    verdicts[index] = verdict(index, given, { outcome: "PENDING", connhexId });
    identities.push(identityOf(given, connhexId, made));
  }
  return { verdicts: verdicts.filter((row) => row !== null), identities };

  function isSameInitKey(row: StandingIdentity, { initKey }: ProvisionText): boolean {
    if (initKey == null) return false;
    return secrets.isSame(row.initKeyHash, secrets.hash("init-key", row.connhexId, initKey));
  }

  function identityOf(given: ProvisionText, connhexId: string, made: Secrets): NewIdentity {
    const initKey = given.initKey ?? made.initKey ?? "";
    const { claimCode } = made;
    return {
      connhexId,
      serialNumber: given.serialNumber,
      name: given.name ?? null,
      model: given.model ?? null,
      initKeyHash: secrets.hash("init-key", connhexId, initKey),
      claimCodeHash: claimCode === null ? null : secrets.hash("claim-code", connhexId, claimCode),
    };
  }
}

function isLive({ state }: StandingIdentity): boolean {
  return state === "PENDING" || state === "ACTIVE" || state === "SUSPENDED";
}

/** Verdicts written as PENDING say what became of their identities since. */
async function bringUpToDate(
  { identities }: Context,
  verdicts: readonly Verdict[],
): Promise<Verdict[]> {
  return Promise.all(
    verdicts.map(async (row) => {
      if (row.outcome !== "PENDING" || row.connhexId === null) return row;
      const identity = await identities.byConnhexId.load(row.connhexId);
      switch (identity?.state) {
        case "ACTIVE":
        case "SUSPENDED":
        case "REVOKED":
          return { ...row, outcome: "PROVISIONED" as const };
        case "REFUSED": {
          const { refusalCode: code, refusalMessage: message } = identity;
          return { ...row, outcome: "REFUSED" as const, code, message };
        }
        case "PENDING":
        case undefined:
          return row;
      }
    }),
  );
}
