import { createDecipheriv, createSecretKey, type KeyObject } from "node:crypto";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** An owner's row, his data sealed as the product's tables hold them. */
export interface SealedOwner {
  ownerId: number;
  wrappedKey: Buffer | null;
  ciphertext: Buffer | null;
}

/** Opens the names of owners: each has a key of his own, which is wrapped by the service's key. */
export function nameOpener(encryptionKey: Buffer, tenant: string) {
  const serviceKey = createSecretKey(encryptionKey);
  return ({ ownerId, wrappedKey, ciphertext }: SealedOwner): string | null => {
    if (!wrappedKey || !ciphertext) return null;
    const key = open(serviceKey, wrappedKey, `owner-key\0${tenant}\0${ownerId}`);
    const data = open(createSecretKey(key), ciphertext, `owner-contact\0${tenant}\0${ownerId}`);
    return (JSON.parse(data.toString()) as { displayName: string | null }).displayName;
  };
}

/**
 * AES-256-GCM, stored as `1 ‖ nonce ‖ tag ‖ ciphertext`. The key is a KeyObject: with a Buffer,
 * Node 24 takes four times as long.
 */
function open(key: KeyObject, stored: Buffer, name: string): Buffer {
  const nonce = stored.subarray(1, 1 + NONCE_BYTES);
  const tag = stored.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES);
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(name)).setAuthTag(tag);
  const body = stored.subarray(1 + NONCE_BYTES + TAG_BYTES);
  return Buffer.concat([decipher.update(body), decipher.final()]);
}
