import { generateKeyPairSync } from "node:crypto";
import {
  type PrivateSigningKey,
  readPrivateSigningKey,
  signPayload,
} from "../../shared/signing/sign-payload.ts";
import type { Factory, Variables } from "../manufacturing/factory.ts";

/** Somebody with a key of his own. */
export interface Signer {
  key: PrivateSigningKey;
  publicKey: string;
  /** What he says of a device, signed. */
  sign(said: Variables | string): { payload: string; signature: string };
}

export function newSigner(kind: "ES256" | "EdDSA" = "EdDSA"): Signer {
  const { privateKey, publicKey } =
    kind === "ES256"
      ? generateKeyPairSync("ec", { namedCurve: "P-256" })
      : generateKeyPairSync("ed25519");
  const key = readPrivateSigningKey(privateKey.export({ format: "pem", type: "pkcs8" }).toString());
  if (!key) throw new Error("no key of ours");
  return {
    key,
    publicKey: publicKey.export({ format: "pem", type: "spki" }).toString(),
    sign(said) {
      const payload = typeof said === "string" ? said : JSON.stringify(said);
      return { payload, signature: signPayload(payload, key) };
    },
  };
}

const KEY = `keyId name role algorithm publicKey validFrom validTo state addedAt addedBy
  revokedFrom revokedAt revokedBy revocationReason`;
export const ADD_KEY = `mutation ($input: SigningKeyInput!) { addSigningKey(input: $input) { ${KEY} } }`;
export const REVOKE_KEY = `mutation ($keyId: ID!, $reason: String!, $from: DateTime) {
  revokeSigningKey(keyId: $keyId, reason: $reason, from: $from) { ${KEY} } }`;
export const KEYS = `{ signingKeys { ${KEY} } }`;
export const RECORD_SIGNED = `mutation ($input: [SignedDeviceInput!]!) {
  recordSignedDevices(input: $input) {
    verdicts { index serialNumber outcome revision code message field }
    recorded revised unchanged refused
  }
}`;

/** A signer whose key the factory knows. */
export async function registered(
  factory: Factory,
  kind?: "ES256" | "EdDSA",
  more: Variables = {},
): Promise<Signer> {
  const signer = newSigner(kind);
  const input = { publicKey: signer.publicKey, name: "station 7", role: "STATION", ...more };
  const { errors } = await factory.ask("engineering", ADD_KEY, { input });
  if (errors[0]) throw errors[0];
  return signer;
}

/** Hands signed payloads over as a line, and answers the batch. */
export async function handOver(
  factory: Factory,
  ...input: { payload: string; signature: string }[]
) {
  const { data, errors } = await factory.ask("line", RECORD_SIGNED, { input });
  if (errors[0]) throw errors[0];
  return data.recordSignedDevices;
}
