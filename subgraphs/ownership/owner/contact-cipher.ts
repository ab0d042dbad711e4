import { createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { SEALING_KEY_BYTES, seal, unseal } from "../../../shared/sealing.ts";
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
  if (encryptionKey.length !== SEALING_KEY_BYTES)
    throw new Error("the encryption key has 32 bytes");
  const serviceKey = createSecretKey(encryptionKey);
  const keyOf = (owner: SealedFor, wrappedKey: Buffer) =>
    createSecretKey(unseal(serviceKey, wrappedKey, named("owner-key", owner)));
  const sealUnder = (key: KeyObject, owner: SealedFor, data: PersonalData) =>
    seal(key, Buffer.from(JSON.stringify(data)), named("owner-contact", owner));
  return {
    seal(owner, data) {
      const key = randomBytes(SEALING_KEY_BYTES);
      return {
        wrappedKey: seal(serviceKey, key, named("owner-key", owner)),
        ciphertext: sealUnder(createSecretKey(key), owner, data),
      };
    },
    sealAgain: (owner, { wrappedKey }, data) => sealUnder(keyOf(owner, wrappedKey), owner, data),
    open(owner, { wrappedKey, ciphertext }) {
      const data = unseal(keyOf(owner, wrappedKey), ciphertext, named("owner-contact", owner));
      return JSON.parse(data.toString()) as PersonalData;
    },
  };
}

function named(purpose: string, { tenant, ownerId }: SealedFor): Buffer {
  return Buffer.from(`${purpose}\0${tenant}\0${ownerId}`);
}
