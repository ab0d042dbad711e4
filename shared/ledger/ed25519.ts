import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";

/** The bytes of a public key and of the seed of a private one (RFC 8032). */
export const KEY_BYTES = 32;
/** The bytes of a signature. */
export const SIGNATURE_BYTES = 64;

// What stands before the 32 bytes in DER (RFC 8410).
const PUBLIC_KEY_HEAD = Buffer.from("302a300506032b6570032100", "hex");
const PRIVATE_KEY_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");

/** The 32 bytes of the public key that belongs to a key. */
export function rawPublicKey(key: KeyObject): Buffer {
  if (key.asymmetricKeyType !== "ed25519") throw new TypeError("the key is no Ed25519 key");
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  const der: Buffer = publicKey.export({ format: "der", type: "spki" });
  return der.subarray(-KEY_BYTES);
}

/** The public key with these 32 bytes. */
export function publicKeyOf(raw: Uint8Array): KeyObject {
  return createPublicKey({ key: der(PUBLIC_KEY_HEAD, raw), format: "der", type: "spki" });
}

/** The private key with this seed of 32 bytes. */
export function privateKeyOf(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: der(PRIVATE_KEY_HEAD, seed), format: "der", type: "pkcs8" });
}

export function signMessage(message: Uint8Array, privateKey: KeyObject): Buffer {
  return sign(null, message, privateKey);
}

export function isSignature(
  message: Uint8Array,
  signature: Uint8Array,
  publicKey: KeyObject,
): boolean {
  return signature.length === SIGNATURE_BYTES && verify(null, message, publicKey, signature);
}

function der(head: Buffer, raw: Uint8Array): Buffer {
  if (raw.length !== KEY_BYTES) throw new RangeError(`a key has ${raw.length} bytes`);
  return Buffer.concat([head, raw]);
}
