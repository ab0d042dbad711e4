import { assertBatchSize } from "../../../shared/batch-size.ts";
import type { ErrorCode } from "../../../shared/domain-error.ts";
import { assertIdempotencyKey } from "../../../shared/idempotency-key.ts";
import { isPlainText } from "../../../shared/text.ts";
import { type CloudIdentityState, CONNHEX_ID_RULE, isConnhexId } from "../identity/identity.ts";
import { LIMITS } from "../limits.ts";
import { readCode } from "../secret/secret.ts";

export const PROVISION_OUTCOMES = ["PROVISIONED", "PENDING", "UNCHANGED", "REFUSED"] as const;
export type ProvisionOutcome = (typeof PROVISION_OUTCOMES)[number];

/** What a dry run may take a device for that is not recorded yet. */
export const ASSUMED_DISPOSITIONS = ["RELEASED", "QUARANTINED", "SCRAPPED"] as const;
export type AssumedDisposition = (typeof ASSUMED_DISPOSITIONS)[number];

/** One row as it was sent. */
export interface ProvisionText {
  serialNumber: string;
  connhexId?: string | null;
  initKey?: string | null;
  name?: string | null;
  model?: string | null;
  isProtected?: boolean | null;
  /** Of an identity that the row makes, in place of secrets that are given out. */
  newInitKey?: string | null;
  newClaimCode?: string | null;
  /** In a dry run. */
  ifRecordedAs?: AssumedDisposition | null;
}

/** What became of a row; what is stored under an idempotency key. No secret is in it. */
export interface Verdict {
  index: number;
  serialNumber: string;
  connhexId: string | null;
  outcome: ProvisionOutcome;
  code: ErrorCode | null;
  message: string | null;
  field: string | null;
}

/** What Manufacturing says of a recorded device. */
export interface GateRow {
  serialNumber: string;
  connhexId: string | null;
  disposition: "RELEASED" | "QUARANTINED" | "SCRAPPED";
}

/** An identity to be written; its secrets are hashes already. */
export interface NewIdentity {
  connhexId: string;
  serialNumber: string;
  name: string | null;
  model: string | null;
  initKeyHash: Buffer;
  claimCodeHash: Buffer | null;
}

/** An identity that stands in a row's way, or is the very one it asks for. */
export interface StandingIdentity {
  connhexId: string;
  serialNumber: string;
  state: CloudIdentityState;
  name: string | null;
  model: string | null;
  isProtected: boolean;
  initKeyHash: Buffer;
  claimCodeHash: Buffer | null;
}

/** What is known of a row's device and of the connhexId that it asks for. */
export interface Knowledge {
  recorded: GateRow | null;
  /** The live identity of the device. */
  ofDevice: StandingIdentity | null;
  /** Whoever has, or had, the connhexId. */
  ofConnhexId: StandingIdentity | null;
  /** Whether the init key that was given is the one of `ofDevice`. */
  isSameInitKey: boolean;
}

/** The verdict on a row that cannot be provisioned, or need not be; null where it can be now. */
export function judgeRow(index: number, row: ProvisionText, known: Knowledge): Verdict | null {
  const { serialNumber } = row;
  const { recorded, ofDevice, ofConnhexId } = known;
  const refuse = (code: ErrorCode, message: string, field: string | null = null) =>
    refusal(index, row, { code, message, field });
  if (!recorded) return refuse("DEVICE_NOT_RECORDED", `${serialNumber} is not recorded`);
  if (ofDevice) {
    const other = differingField(row, ofDevice, known.isSameInitKey);
    if (other) {
      const text = `${serialNumber} has the cloud identity ${ofDevice.connhexId}`;
      return refuse("ALREADY_PROVISIONED", `${text}; its ${other} is another one`, other);
    }
    const outcome = ofDevice.state === "PENDING" ? "PENDING" : "UNCHANGED";
    return verdict(index, row, { outcome, connhexId: ofDevice.connhexId });
  }
  const linked = recorded.connhexId;
  if (linked !== null && row.connhexId != null && linked !== row.connhexId) {
    const text = `${serialNumber} is linked to the cloud identity ${linked}`;
    return refuse("ALREADY_PROVISIONED", text, "connhexId");
  }
  if (ofConnhexId && ofConnhexId.state !== "REFUSED") {
    const { connhexId, state } = ofConnhexId;
    const text = state === "REVOKED" ? "was revoked" : `belongs to ${ofConnhexId.serialNumber}`;
    return refuse("CONNHEX_ID_TAKEN", `${connhexId} ${text}`, "connhexId");
  }
  const code = closedGate(recorded);
  return code ? refuse(code, `${serialNumber} is ${recorded.disposition}`) : null;
}

/** Why a recorded device may neither be provisioned nor registered; null where it may. */
export function closedGate({ disposition }: GateRow): ErrorCode | null {
  switch (disposition) {
    case "RELEASED":
      return null;
    case "QUARANTINED":
      return "DEVICE_QUARANTINED";
    case "SCRAPPED":
      return "DEVICE_SCRAPPED";
  }
}

/** The first field of the row that says something else than the identity that stands. */
function differingField(
  row: ProvisionText,
  standing: StandingIdentity,
  isSameInitKey: boolean,
): string | null {
  if (row.connhexId != null && row.connhexId !== standing.connhexId) return "connhexId";
  if (row.initKey != null && !isSameInitKey) return "initKey";
  if (row.name != null && row.name !== standing.name) return "name";
  if (row.model != null && row.model !== standing.model) return "model";
  return row.isProtected && !standing.isProtected ? "isProtected" : null;
}

/** Checks the form of each row by itself, and that no other row says the same. Null: well formed. */
export function judgeForms(rows: readonly ProvisionText[]): (Verdict | null)[] {
  const seen = new Set<string>();
  return rows.map((row, index) => {
    const wrong = formError(row);
    if (wrong) return refusal(index, row, wrong);
    for (const [field, value] of [
      ["serialNumber", row.serialNumber],
      ["connhexId", row.connhexId ?? null],
    ] as const) {
      if (value === null) continue;
      if (seen.has(`${field} ${value}`)) return refusal(index, row, duplicate(field, value));
      seen.add(`${field} ${value}`);
    }
    return null;
  });
}

/** A row whose value an earlier row of the batch has. */
export function duplicate(field: string, value: string): Refusal {
  return {
    code: "DUPLICATE_IN_BATCH",
    message: `${value} is in an earlier row of the batch`,
    field,
  };
}

export interface Refusal {
  code: ErrorCode;
  message: string;
  field: string | null;
}

/** The refused verdict on a row. */
export function refusal(index: number, row: ProvisionText, refused: Refusal): Verdict {
  return {
    ...verdict(index, row, { outcome: "REFUSED", connhexId: row.connhexId ?? null }),
    ...refused,
  };
}

/** A verdict that is none of a refusal. What is echoed of a wrong row is cut. */
export function verdict(
  index: number,
  { serialNumber }: ProvisionText,
  { outcome, connhexId }: Pick<Verdict, "outcome" | "connhexId">,
): Verdict {
  return {
    index,
    serialNumber: serialNumber.slice(0, LIMITS.serialNumberCharacters),
    connhexId: connhexId?.slice(0, LIMITS.connhexIdCharacters) ?? null,
    outcome,
    code: null,
    message: null,
    field: null,
  };
}

function formError(row: ProvisionText): Refusal | null {
  const { serialNumber, connhexId, initKey, name, model, newInitKey, newClaimCode } = row;
  const invalid = (field: string, text: string): Refusal => ({
    code: "INVALID_VALUE",
    message: `${field} ${text}`,
    field,
  });
  if (serialNumber === "") {
    return { code: "FIELD_REQUIRED", message: "serialNumber is empty", field: "serialNumber" };
  }
  if (!isPlainText(serialNumber, LIMITS.serialNumberCharacters)) {
    return invalid("serialNumber", textRule(LIMITS.serialNumberCharacters));
  }
  if (connhexId != null && !isConnhexId(connhexId)) {
    return invalid("connhexId", CONNHEX_ID_RULE);
  }
  const [least, most] = [LIMITS.initKeyCharactersLeast, LIMITS.initKeyCharactersMost];
  for (const [field, key] of Object.entries({ initKey, newInitKey })) {
    if (key != null && !(isPlainText(key, most) && key.length >= least)) {
      return invalid(field, `has ${least} to ${most} plain characters`);
    }
  }
  if (newClaimCode != null && readCode(newClaimCode) !== newClaimCode) {
    return invalid("newClaimCode", "is no code like 7Z3K-9QWX-04TB");
  }
  if (name != null && !isPlainText(name, LIMITS.identityNameCharacters)) {
    return invalid("name", textRule(LIMITS.identityNameCharacters));
  }
  if (model != null && !isPlainText(model, LIMITS.modelCharacters)) {
    return invalid("model", textRule(LIMITS.modelCharacters));
  }
  return null;
}

function textRule(most: number): string {
  return `has 1 to ${most} characters, no control characters and no white space at its ends`;
}

/** Checks what concerns the whole batch. */
export function assertBatch(rows: readonly unknown[], idempotencyKey: string | null): void {
  assertBatchSize(rows.length, LIMITS.batchRows);
  if (idempotencyKey !== null) {
    assertIdempotencyKey(idempotencyKey, LIMITS.idempotencyKeyCharacters);
  }
}
