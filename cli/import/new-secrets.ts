import { createHmac } from "node:crypto";
import type { Provision } from "./judge-row.ts";

/** What a row may bring of its own for an identity that it makes. */
export interface NewSecrets {
  newInitKey?: string;
  newClaimCode?: string;
}

/** An init key has 36 characters, as Connhex has them: 216 bits. */
const INIT_KEY_BYTES = 27;
/** Crockford's base32: no I, L, O or U. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE_CHARACTERS = 12;

/**
 * The secrets of the identities that an import makes, where its file brings none. They follow from
 * the import's own random seed, which is on disk before the first is sent: an import that is killed
 * and resumed sends the same ones again, and the gateway says whether they are in force.
 */
export function newSecrets(
  seed: Buffer,
  { serialNumber, initKey, isProtected }: Provision,
): NewSecrets {
  const bytes = (purpose: string) =>
    createHmac("sha256", seed).update(`${purpose}:${serialNumber}`).digest();
  return {
    ...(initKey === undefined && {
      newInitKey: bytes("init-key").subarray(0, INIT_KEY_BYTES).toString("base64url"),
    }),
    ...(isProtected === true && { newClaimCode: codeOf(bytes("claim-code")) }),
  };
}

/** `7Z3K-9QWX-04TB`: 60 of the bits. */
function codeOf(bytes: Buffer): string {
  const characters = [...bytes.subarray(0, CODE_CHARACTERS)].map((byte) => ALPHABET[byte & 31]);
  return characters.join("").replace(/(.{4})(.{4})(.{4})/, "$1-$2-$3");
}
