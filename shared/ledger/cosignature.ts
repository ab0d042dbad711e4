import type { KeyObject } from "node:crypto";
import { isSignature, publicKeyOf, rawPublicKey, SIGNATURE_BYTES, signMessage } from "./ed25519.ts";
import {
  assertKeyName,
  keyId,
  type NoteVerifier,
  noteVerifier,
  parseVerifierKey,
  SIGNATURE_TYPE,
  signatureLine,
  type VerifierKey,
  verifierKey,
} from "./note.ts";
import { NUMBER_MOST } from "./strict-text.ts";

/** A witness's key. The signed message does not name the witness: one key for each witness. */
export interface WitnessSigner {
  readonly name: string;
  readonly keyId: string;
  readonly verifierKey: string;
  sign(message: string): Buffer;
}

const TIME_BYTES = 8;

/** Cosigns with Ed25519, type 0x04. */
export function witnessSigner(name: string, privateKey: KeyObject): WitnessSigner {
  const publicKey = rawPublicKey(privateKey);
  return {
    name: assertKeyName(name),
    keyId: keyId(name, publicKey, SIGNATURE_TYPE.COSIGNATURE),
    verifierKey: verifierKey(name, publicKey, SIGNATURE_TYPE.COSIGNATURE),
    sign: (message) => signMessage(Buffer.from(message), privateKey),
  };
}

/** The witness's signature line: at `time`, in Unix seconds, no larger tree of the log was known to it. */
export function cosign(checkpointText: string, time: bigint, signer: WitnessSigner): string {
  if (time < 0n || time > NUMBER_MOST) throw new RangeError(`${time} is no time`);
  const seconds = Buffer.alloc(TIME_BYTES);
  seconds.writeBigUInt64BE(time);
  const signature = Buffer.concat([seconds, signer.sign(cosignedMessage(checkpointText, time))]);
  return signatureLine({ name: signer.name, keyId: signer.keyId, signature });
}

/** Verifies signatures of type 0x04. */
export function cosignatureVerifier(key: VerifierKey): NoteVerifier {
  if (key.type !== SIGNATURE_TYPE.COSIGNATURE) {
    throw new RangeError(`the key of ${key.name} cosigns nothing: it is of type ${key.type}`);
  }
  const publicKey = publicKeyOf(key.publicKey);
  return {
    name: key.name,
    keyId: key.keyId,
    verify(text, signature) {
      if (!isCosignature(signature)) return false;
      const message = cosignedMessage(text, timeOfCosignature(signature));
      return isSignature(Buffer.from(message), signature.subarray(TIME_BYTES), publicKey);
    },
  };
}

/** The verifier of a key of either type. */
export function verifierOf(vkey: string): NoteVerifier {
  const key = parseVerifierKey(vkey);
  return key.type === SIGNATURE_TYPE.COSIGNATURE ? cosignatureVerifier(key) : noteVerifier(key);
}

/** Whether the bytes are a time and a signature. */
export function isCosignature(signature: Buffer): boolean {
  return (
    signature.length === TIME_BYTES + SIGNATURE_BYTES && timeOfCosignature(signature) <= NUMBER_MOST
  );
}

/** When the witness cosigned, in Unix seconds. */
export function timeOfCosignature(signature: Buffer): bigint {
  return signature.readBigUInt64BE(0);
}

function cosignedMessage(checkpointText: string, time: bigint): string {
  return `cosignature/v1\ntime ${time}\n${checkpointText}`;
}
