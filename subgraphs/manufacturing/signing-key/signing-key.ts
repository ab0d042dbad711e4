import { DomainError } from "../../../shared/domain-error.ts";
import {
  holdsPrivateKey,
  type PublicSigningKey,
  readPublicSigningKey,
} from "../../../shared/signing/public-signing-key.ts";
import type { SignatureAlgorithm } from "../../../shared/signing/signature-algorithm.ts";
import { assertPlainText } from "../../../shared/text.ts";
import type { Timestamp } from "../../../shared/time.ts";
import { LIMITS } from "../limits.ts";

/** Whose key it is. */
export const SIGNING_ROLES = ["STATION", "SCANNER", "PARTNER"] as const;
export type SigningRole = (typeof SIGNING_ROLES)[number];

export const SIGNING_KEY_STATES = ["NOT_YET_VALID", "VALID", "EXPIRED", "REVOKED"] as const;
export type SigningKeyState = (typeof SIGNING_KEY_STATES)[number];

/** From when to when a key may sign. */
export interface Validity {
  validFrom: Timestamp;
  /** The first moment at which it may not any more; null: without end. */
  validTo: Timestamp | null;
  revokedFrom: Timestamp | null;
}

/** Where a key stood at a moment. A revocation weighs more than the end that was planned. */
export function stateAt({ validFrom, validTo, revokedFrom }: Validity, at: Timestamp) {
  if (revokedFrom !== null && revokedFrom <= at) return "REVOKED";
  if (validFrom > at) return "NOT_YET_VALID";
  return validTo !== null && validTo <= at ? "EXPIRED" : "VALID";
}

/** A key that is registered, as read, with its earliest revocation. */
export interface RegisteredKey extends Validity {
  /** RFC 7638 thumbprint of the public key. */
  keyId: string;
  name: string;
  role: SigningRole;
  algorithm: SignatureAlgorithm;
  /** PEM, SubjectPublicKeyInfo. */
  publicKey: string;
  addedAt: Timestamp;
  addedBy: string;
  revokedAt: Timestamp | null;
  revokedBy: string | null;
  revocationReason: string | null;
  /** When it was read, by the database's clock. */
  readAt: Timestamp;
}

/** Where registered keys are looked up. */
export interface KnownKeys {
  load(keyId: string): Promise<RegisteredKey | null>;
}

/**
 * Whether what a key signed is under suspicion. What counts is when it was recorded, by our clock: a
 * time within the signed bytes is whatever the thief of a key wants it to be.
 */
export function isFlagged(key: Validity, recordedAt: Timestamp): boolean {
  return stateAt(key, recordedAt) !== "VALID";
}

/** A key as somebody registers it. */
export interface SigningKeyText {
  publicKey: string;
  name: string;
  role: SigningRole;
  validFrom?: Timestamp | null;
  validTo?: Timestamp | null;
}

/** Checks a key to be registered. No message repeats it: it may be a private one. */
export function readSigningKey(given: SigningKeyText): PublicSigningKey & { name: string } {
  const name = assertPlainText("name", given.name, LIMITS.signingKeyNameCharacters);
  const { publicKey: text, validFrom, validTo } = given;
  const key = text.length <= LIMITS.publicKeyCharacters ? readPublicSigningKey(text) : null;
  if (!key) {
    const what = holdsPrivateKey(text)
      ? "holds a private key: keep it where it signs, and make a new one if it got out"
      : "is no public key for ES256 (P-256) or EdDSA (Ed25519), as PEM or JWK";
    throw new DomainError("INVALID_VALUE", `publicKey ${what}`, { field: "publicKey" });
  }
  if (validFrom && validTo && validTo <= validFrom) {
    throw new DomainError("INVALID_VALUE", "validTo must lie after validFrom", {
      field: "validTo",
    });
  }
  return { ...key, name };
}

/** Refuses a key that might not sign when it was read, whatever the reason. */
export function assertMaySign(
  key: (Validity & Pick<RegisteredKey, "readAt">) | null,
  keyId: string,
): void {
  const state = key ? stateAt(key, key.readAt) : "UNKNOWN";
  if (state === "VALID") return;
  const text = {
    UNKNOWN: "is not registered",
    REVOKED: `is revoked from ${key?.revokedFrom} on`,
    EXPIRED: `ended at ${key?.validTo}`,
    NOT_YET_VALID: `is valid from ${key?.validFrom} on`,
  }[state];
  throw new DomainError("SIGNING_KEY_REFUSED", `the signing key ${shown(keyId)} ${text}`, {
    field: "signature",
  });
}

/** A thumbprint has 43 characters; whatever else stands in a header is not repeated. */
function shown(keyId: string): string {
  return /^[A-Za-z0-9_-]{43}$/.test(keyId) ? keyId : "that the signature names";
}
