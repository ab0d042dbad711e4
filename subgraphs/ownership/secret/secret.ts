import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** What a secret is for; a hash of one kind never passes for another. */
export type SecretPurpose = "init-key" | "claim-code" | "consent-code";

/** Hashes secrets and compares them. Nothing else of ours sees the pepper. */
export interface SecretHasher {
  hash(purpose: SecretPurpose, connhexId: string, secret: string): Buffer;
  isSame(known: Buffer, given: Buffer): boolean;
  /** Fingerprint of a batch that may hold secrets. */
  fingerprint(text: string): Buffer;
}

export function secretHasher(pepper: Buffer): SecretHasher {
  const mac = (...parts: string[]) => {
    const hmac = createHmac("sha256", pepper);
    // The length before each part keeps ("ab", "c") and ("a", "bc") apart.
    for (const part of parts) hmac.update(`${Buffer.byteLength(part)}:`).update(part);
    return hmac.digest();
  };
  return {
    hash: (purpose, connhexId, secret) => mac(purpose, connhexId, secret),
    isSame: (known, given) => known.length === given.length && timingSafeEqual(known, given),
    fingerprint: (text) => mac("batch", text),
  };
}

/** A new init key: 36 characters, as Connhex has them, 216 bits. */
export function newInitKey(): string {
  return randomBytes(27).toString("base64url");
}

/** Crockford's base32: no I, L, O or U. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A new code for people, 60 bits: `7Z3K-9QWX-04TB`. */
export function newCode(): string {
  const characters = [...randomBytes(12)].map((byte) => ALPHABET[byte & 31]).join("");
  return characters.replace(/(.{4})(.{4})(.{4})/, "$1-$2-$3");
}

/**
 * The code that a person meant: letter case, spaces and dashes do not matter, O is read as 0
 * and I or L as 1. Null where no code can be meant.
 */
export function readCode(text: string): string | null {
  if (text.length > 64) return null;
  const plain = text
    .toUpperCase()
    .replace(/[\s\-\u2010-\u2015]/g, "")
    .replace(/O/g, "0")
    .replace(/[IL]/g, "1");
  if (!/^[0-9A-HJKMNP-TV-Z]{12}$/.test(plain)) return null;
  return plain.replace(/(.{4})(.{4})(.{4})/, "$1-$2-$3");
}
