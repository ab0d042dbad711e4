import { DomainError } from "../../../shared/domain-error.ts";
import { LIMITS } from "../limits.ts";

/**
 * PENDING until Manufacturing has confirmed the link, then ACTIVE; REFUSED where it said no.
 * SUSPENDED can become ACTIVE again, REVOKED is for ever.
 */
export const CLOUD_IDENTITY_STATES = [
  "PENDING",
  "ACTIVE",
  "SUSPENDED",
  "REVOKED",
  "REFUSED",
] as const;
export type CloudIdentityState = (typeof CLOUD_IDENTITY_STATES)[number];

/** What a revision of a cloud identity is about. */
export const CLOUD_IDENTITY_CHANGE_KINDS = ["STATE_CHANGED", "CLAIM_CODE_REPLACED"] as const;
export type CloudIdentityChangeKind = (typeof CLOUD_IDENTITY_CHANGE_KINDS)[number];

const NEXT: Readonly<Record<CloudIdentityState, readonly CloudIdentityState[]>> = {
  // Only Manufacturing's verdict ends PENDING, and only a new provisioning ends REFUSED.
  PENDING: [],
  ACTIVE: ["SUSPENDED", "REVOKED"],
  SUSPENDED: ["ACTIVE", "REVOKED"],
  REVOKED: [],
  REFUSED: [],
};

/** Connhex uses UUIDs; other plain identifiers of up to 128 characters pass too. */
export function isConnhexId(text: string): boolean {
  return text.length <= LIMITS.connhexIdCharacters && /^[A-Za-z0-9][A-Za-z0-9._:-]*$/.test(text);
}

export const CONNHEX_ID_RULE =
  `has 1 to ${LIMITS.connhexIdCharacters} of the characters A-Z a-z 0-9 . _ : -` as const;

/** Checks that an identity can have this name; whether one has, nobody learns from it. */
export function assertConnhexId(text: string): void {
  if (isConnhexId(text)) return;
  throw new DomainError("BAD_USER_INPUT", `a connhexId ${CONNHEX_ID_RULE}`, { field: "connhexId" });
}

interface Identity {
  connhexId: string;
  state: CloudIdentityState;
  revision: number;
}

/** Checks that staff may bring this identity into that state. */
export function assertCanBecome(identity: Identity, next: CloudIdentityState): void {
  const { connhexId, state } = identity;
  if (next === "PENDING" || next === "REFUSED") {
    throw new DomainError("BAD_USER_INPUT", `${next} is reached by provisioning alone`, {
      field: "state",
    });
  }
  if (state === next) {
    throw new DomainError("NOTHING_TO_CHANGE", `${connhexId} is ${state} already`);
  }
  if (state === "PENDING" || state === "REFUSED") throw notProvisioned(connhexId, state);
  if (!NEXT[state].includes(next)) throw notActive(connhexId, state);
  assertMayRevise(identity);
}

/** Checks that the lost claim code of this identity may be replaced; its owner does not matter. */
export function assertCanReplaceClaimCode(identity: Identity & { isProtected: boolean }): void {
  const { connhexId, state } = identity;
  if (state === "PENDING" || state === "REFUSED") throw notProvisioned(connhexId, state);
  if (state === "REVOKED") throw notActive(connhexId, state);
  if (!identity.isProtected) {
    throw new DomainError("NOTHING_TO_CHANGE", `${connhexId} is not protected by a claim code`);
  }
  assertMayRevise(identity);
}

function assertMayRevise({ connhexId, revision }: Identity): void {
  if (revision < LIMITS.revisionsOfOne) return;
  throw new DomainError(
    "LIMIT_EXCEEDED",
    `${connhexId} has ${revision} revisions; no more are possible`,
  );
}

/** Checks that a device with this identity, or none, may be registered to an owner. */
export function assertIsActive(connhexId: string, state: CloudIdentityState | null): void {
  if (state === null || state === "PENDING" || state === "REFUSED") {
    throw notProvisioned(connhexId, state);
  }
  if (state !== "ACTIVE") throw notActive(connhexId, state);
}

function notProvisioned(connhexId: string, state: CloudIdentityState | null): DomainError {
  const text = state === "PENDING" ? "its provisioning is not confirmed yet" : "not provisioned";
  return new DomainError("DEVICE_NOT_PROVISIONED", `${connhexId}: ${text}`);
}

function notActive(connhexId: string, state: CloudIdentityState): DomainError {
  return new DomainError("IDENTITY_NOT_ACTIVE", `the cloud identity ${connhexId} is ${state}`, {
    state,
  });
}
