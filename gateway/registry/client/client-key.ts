import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { DomainError } from "../../../shared/domain-error.ts";
import { now, type Timestamp } from "../../../shared/time.ts";
import { LIMITS } from "../limits.ts";

/** The parts of an API key's text, `tgk_<tenant>_<keyId>_<secret>`. */
export interface KeyText {
  tenant: string;
  keyId: string;
  secret: string;
}

// Scanners of source code find a key by its first letters; hexadecimal has no underscore in it.
const KEY = /^tgk_([a-z0-9][a-z0-9-]{0,62})_([0-9a-f]{16})_([0-9a-f]{64})$/;
const KEY_CHARACTERS = 160;

/** Reads what claims to be an API key; null where no key of ours looks like that. */
export function readKeyText(text: string): KeyText | null {
  if (text.length > KEY_CHARACTERS) return null;
  const [, tenant, keyId, secret] = KEY.exec(text) ?? [];
  if (tenant === undefined || keyId === undefined || secret === undefined) return null;
  return { tenant, keyId, secret };
}

/** A new key: its secret has 256 random bits. */
export function newKeyText(tenant: string): KeyText {
  return {
    tenant,
    keyId: randomBytes(8).toString("hex"),
    secret: randomBytes(32).toString("hex"),
  };
}

export function keyTextOf({ tenant, keyId, secret }: KeyText): string {
  return `tgk_${tenant}_${keyId}_${secret}`;
}

/** Nobody guesses 256 bits, however fast he hashes: no salt and no slow hash are needed. */
export function secretHash(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

export function isSecretOf(hash: Buffer, secret: string): boolean {
  const given = secretHash(secret);
  return given.length === hash.length && timingSafeEqual(given, hash);
}

/** The last characters, by which people tell keys apart. */
export function last4Of(secret: string): string {
  return secret.slice(-4);
}

/** Checks that a client with these valid keys may have one more. */
export function assertMayHaveMore(client: string, valid: readonly { last4: string }[]): void {
  if (valid.length < LIMITS.validKeys) return;
  const keys = valid.map(({ last4 }) => `…${last4}`).join(" and ");
  throw new DomainError(
    "LIMIT_EXCEEDED",
    `${client} has ${valid.length} valid keys, ${keys}: revoke one first`,
    { limit: "validKeys", most: LIMITS.validKeys },
  );
}

/** Checks that a key may end then: null is never. */
export function assertEndsLater(expiresAt: Timestamp | null): void {
  if (expiresAt === null || expiresAt > now()) return;
  const text = `a key cannot end in the past: ${expiresAt}`;
  throw new DomainError("BAD_USER_INPUT", text, { argument: "expiresAt" });
}

export function assertOverlapHours(hours: number): void {
  if (Number.isInteger(hours) && hours >= 0 && hours <= LIMITS.overlapHours) return;
  const text = `overlapHours is 0 to ${LIMITS.overlapHours}, not ${hours}`;
  throw new DomainError("BAD_USER_INPUT", text, { argument: "overlapHours" });
}
