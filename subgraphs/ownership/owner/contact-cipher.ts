import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import type { PersonalData } from "./owner.ts";

/** An owner's data as the tables hold them. */
export interface SealedContact {
  wrappedKey: Buffer;
  ciphertext: Buffer;
}

/** Whose data: authenticated with them, so that no row passes for another owner's. */
export interface SealedFor {
  tenant: string;
  ownerId: number;
}

/** Seals each owner's data under a key of his own, which is wrapped by the service's key. */
export interface ContactCipher {
  seal(owner: SealedFor, data: PersonalData): SealedContact;
  /** Other data of the same owner, under the key that he has. */
  sealAgain(
    owner: SealedFor,
    sealed: Pick<SealedContact, "wrappedKey">,
    data: PersonalData,
  ): Buffer;
  open(owner: SealedFor, sealed: SealedContact): PersonalData;
}

export function contactCipher(encryptionKey: Buffer): ContactCipher {
  if (encryptionKey.length !== KEY_BYTES) throw new Error("the encryption key has 32 bytes");
  const serviceKey = createSecretKey(encryptionKey);
  const keyOf = (owner: SealedFor, wrappedKey: Buffer) =>
    createSecretKey(decrypt(serviceKey, wrappedKey, named("owner-key", owner)));
  const sealUnder = (key: KeyObject, owner: SealedFor, data: PersonalData) =>
    encrypt(key, Buffer.from(JSON.stringify(data)), named("owner-contact", owner));
  return {
    seal(owner, data) {
      const key = randomBytes(KEY_BYTES);
      return {
        wrappedKey: encrypt(serviceKey, key, named("owner-key", owner)),
        ciphertext: sealUnder(createSecretKey(key), owner, data),
      };
    },
    sealAgain: (owner, { wrappedKey }, data) => sealUnder(keyOf(owner, wrappedKey), owner, data),
    open(owner, { wrappedKey, ciphertext }) {
      const data = decrypt(keyOf(owner, wrappedKey), ciphertext, named("owner-contact", owner));
      return JSON.parse(data.toString()) as PersonalData;
    },
  };
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** First byte of what is stored; another algorithm gets another number. */
const AES_256_GCM = 1;

/** `1 ‖ nonce ‖ tag ‖ ciphertext`. Under a Buffer each call costs four times as much in Node 24. */
function encrypt(key: KeyObject, plain: Buffer, name: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(name);
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([Buffer.of(AES_256_GCM), nonce, cipher.getAuthTag(), body]);
}

function decrypt(key: KeyObject, stored: Buffer, name: Buffer): Buffer {
  if (stored[0] !== AES_256_GCM) throw new Error("contact data of an unknown form");
  const nonce = stored.subarray(1, 1 + NONCE_BYTES);
  const tag = stored.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES);
  const options = { authTagLength: TAG_BYTES };
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, options);
  decipher.setAAD(name).setAuthTag(tag);
  const body = stored.subarray(1 + NONCE_BYTES + TAG_BYTES);
  return Buffer.concat([decipher.update(body), decipher.final()]);
}

function named(purpose: string, { tenant, ownerId }: SealedFor): Buffer {
  return Buffer.from(`${purpose}\0${tenant}\0${ownerId}`);
}
