import { createSecretKey } from "node:crypto";
import { SEALING_KEY_BYTES, seal, unseal } from "../../shared/sealing.ts";

/** Whose secret: authenticated with it, so that no row passes for another webhook's. */
export interface SecretOf {
  tenant: string;
  webhook: string;
  secretId: string;
}

/** Seals the secrets of webhooks under the gateway's own key. */
export interface SecretCipher {
  seal(of: SecretOf, secret: Buffer): Buffer;
  open(of: SecretOf, sealed: Buffer): Buffer;
}

export function secretCipher(encryptionKey: Buffer): SecretCipher {
  if (encryptionKey.length !== SEALING_KEY_BYTES)
    throw new Error("the encryption key has 32 bytes");
  const key = createSecretKey(encryptionKey);
  return {
    seal: (of, secret) => seal(key, secret, nameOf(of)),
    open: (of, sealed) => unseal(key, sealed, nameOf(of)),
  };
}

function nameOf({ tenant, webhook, secretId }: SecretOf): Buffer {
  return Buffer.from(`webhook-secret\0${tenant}\0${webhook}\0${secretId}`);
}
