import { createHash } from "node:crypto";
import { DomainError } from "../../../shared/domain-error.ts";
import { isSignatureOf, type Jws, parseJws } from "../../../shared/signing/jws.ts";
import { readPublicSigningKey } from "../../../shared/signing/public-signing-key.ts";
import type { SignatureAlgorithm } from "../../../shared/signing/signature-algorithm.ts";
import type { DeviceStatement } from "../device/device-facts.ts";
import { assertMaySign, type KnownKeys, type RegisteredKey } from "../signing-key/signing-key.ts";
import { type ReadDeviceInput, readPayload } from "./signed-payload.ts";

/** A payload with its signature, as somebody hands them over. */
export interface SignedDevice {
  payload: string;
  signature: string;
}

/** A hand-over whose signature holds. */
export interface OpenedDevice {
  statement: DeviceStatement;
  payload: Buffer;
  /** SHA-256 of the payload, in hex: by it, and by its key, a hand-over is known again. */
  hash: string;
  signature: string;
  keyId: string;
  algorithm: SignatureAlgorithm;
}

/** Opens each row by itself: what it says, or the refusal. Rejects only where keys cannot be read. */
export function openSignedDevices(
  given: readonly SignedDevice[],
  keys: KnownKeys,
  readInput: ReadDeviceInput,
): Promise<(OpenedDevice | DomainError)[]> {
  return Promise.all(
    given.map((row) =>
      open(row, keys, readInput).catch((error: unknown) => {
        if (error instanceof DomainError && error.code !== "DATABASE_UNAVAILABLE") return error;
        throw error;
      }),
    ),
  );
}

/** The signature is checked before anything in the payload is looked at. */
async function open(
  { payload: text, signature }: SignedDevice,
  keys: KnownKeys,
  readInput: ReadDeviceInput,
): Promise<OpenedDevice> {
  const jws = parseJws(signature);
  if ("fault" in jws) throw invalid(`is none: ${jws.fault}`);
  const payload = Buffer.from(text);
  const { keyId, algorithm } = await checkedKey(jws, payload, keys);
  const statement = readPayload(text, readInput);
  const hash = createHash("sha256").update(payload).digest("hex");
  return { statement, payload, hash, signature, keyId, algorithm };
}

async function checkedKey(jws: Jws, payload: Buffer, keys: KnownKeys): Promise<RegisteredKey> {
  const key = await keys.load(jws.keyId);
  assertMaySign(key, jws.keyId);
  if (!key) throw new Error("a key that is not there may sign");
  const { algorithm } = key;
  if (jws.algorithm !== algorithm) {
    throw invalid(`says another algorithm than ${algorithm}, which is that of its key`);
  }
  const publicKey = readPublicSigningKey(key.publicKey)?.publicKey;
  if (publicKey && (await isSignatureOf(jws, payload, { publicKey, algorithm }))) return key;
  throw invalid("does not fit the payload");
}

function invalid(what: string): DomainError {
  return new DomainError("SIGNATURE_INVALID", `the signature ${what}`, { field: "signature" });
}
