import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";
import { algorithmOf, type SignatureAlgorithm } from "./signature-algorithm.ts";

/** A key that signatures are checked with. */
export interface PublicSigningKey {
  publicKey: KeyObject;
  algorithm: SignatureAlgorithm;
  /** The thumbprint of the key (RFC 7638), so that no name can be given to another key. */
  keyId: string;
}

/** Reads a public key, PEM (SubjectPublicKeyInfo) or JWK; null where the text is none of ours. */
export function readPublicSigningKey(text: string): PublicSigningKey | null {
  const publicKey = publicKeyIn(text);
  const algorithm = publicKey && algorithmOf(publicKey);
  return algorithm ? { publicKey, algorithm, keyId: keyIdOf(publicKey) } : null;
}

/** SHA-256 of the key's required members in lexicographic order, in base64url (RFC 7638 3). */
export function keyIdOf(publicKey: KeyObject): string {
  const { crv, kty, x, y } = publicKey.export({ format: "jwk" });
  return createHash("sha256").update(JSON.stringify({ crv, kty, x, y })).digest("base64url");
}

/** The key as it is stored and shown. */
export function pemOf({ publicKey }: Pick<PublicSigningKey, "publicKey">): string {
  return publicKey.export({ format: "pem", type: "spki" }).toString();
}

/** A private key would also do for Node; it must not come here, and even less into a table. */
export function holdsPrivateKey(text: string): boolean {
  return /PRIVATE KEY|"d"\s*:/.test(text);
}

function publicKeyIn(text: string): KeyObject | null {
  if (holdsPrivateKey(text)) return null;
  try {
    return text.trim().startsWith("{")
      ? createPublicKey({ key: JSON.parse(text) as JsonWebKey, format: "jwk" })
      : createPublicKey(text);
  } catch {
    return null;
  }
}
