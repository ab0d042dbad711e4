import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { keyIdOf } from "./public-signing-key.ts";
import { algorithmOf, type SignatureAlgorithm } from "./signature-algorithm.ts";

/** A key that signs, with what its signatures say of it. */
export interface PrivateSigningKey {
  privateKey: KeyObject;
  algorithm: SignatureAlgorithm;
  keyId: string;
}

/** Reads a private key in PEM (PKCS #8); null where the text is none of ours. */
export function readPrivateSigningKey(pem: string): PrivateSigningKey | null {
  try {
    const privateKey = createPrivateKey(pem);
    const algorithm = algorithmOf(privateKey);
    return algorithm && { privateKey, algorithm, keyId: keyIdOf(createPublicKey(privateKey)) };
  } catch {
    return null;
  }
}

/** A detached JWS (RFC 7515, appendix F) over exactly the bytes of this text in UTF-8. */
export function signPayload(
  payload: string,
  { privateKey, algorithm, keyId }: PrivateSigningKey,
): string {
  const header = JSON.stringify({ alg: algorithm, kid: keyId });
  const protectedText = Buffer.from(header).toString("base64url");
  const signed = `${protectedText}.${Buffer.from(payload).toString("base64url")}`;
  const hash = algorithm === "ES256" ? "sha256" : null;
  const by = { key: privateKey, dsaEncoding: "ieee-p1363" as const };
  return `${protectedText}..${sign(hash, Buffer.from(signed), by).toString("base64url")}`;
}
