import { readPrivateSigningKey, signPayload } from "../../shared/signing/sign-payload.ts";
import { CliError } from "../cli-error.ts";
import { readUtf8 } from "../read-text.ts";

/** One row of `recordSignedDevices`. */
export interface SignedPayload {
  /** The very text that was signed: it is sent as it is, and never made anew. */
  payload: string;
  signature: string;
}

/** Signs what is handed over, with a key that never leaves this machine. */
export interface PayloadSigner {
  /** As the gateway knows the key. */
  keyId: string;
  sign(payload: string): SignedPayload;
}

/** Reads the private key of a station, scanner or partner: PEM, P-256 or Ed25519. */
export async function readPayloadSigner(path: string): Promise<PayloadSigner> {
  const key = readPrivateSigningKey(await readUtf8(path));
  if (!key) {
    throw new CliError(
      "USAGE",
      `${path} holds no private key for ES256 (P-256) or EdDSA (Ed25519)`,
      {
        advice: "Make one: openssl genpkey -algorithm ed25519 -out station.key",
      },
    );
  }
  return {
    keyId: key.keyId,
    sign: (payload) => ({ payload, signature: signPayload(payload, key) }),
  };
}
