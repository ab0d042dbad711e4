import { createHmac, randomBytes } from "node:crypto";

/**
 * The form of Standard Webhooks (standardwebhooks.com, version 1): what is signed is
 * `<id>.<timestamp>.<body>`, with HMAC-SHA256 under a secret that both sides know.
 */
const PREFIX = "whsec_";
const SECRET_BYTES = 32;

/** A new secret: 256 random bits. */
export function newSecret(): Buffer {
  return randomBytes(SECRET_BYTES);
}

/** A secret as it is handed over. */
export function secretText(secret: Buffer): string {
  return `${PREFIX}${secret.toString("base64")}`;
}

/** What is sent. The timestamp is that of the attempt, in seconds. */
export interface SignedMessage {
  id: string;
  timestamp: number;
  body: string;
}

/** One signature, with the version of its form. */
export function signatureOf(secret: Buffer, { id, timestamp, body }: SignedMessage): string {
  const mac = createHmac("sha256", secret).update(`${id}.${timestamp}.${body}`);
  return `v1,${mac.digest("base64")}`;
}

/** The headers of a message, signed with each of these secrets: while they change, with both. */
export function signedHeaders(
  secrets: readonly Buffer[],
  message: SignedMessage,
): Record<string, string> {
  return {
    "webhook-id": message.id,
    "webhook-timestamp": String(message.timestamp),
    "webhook-signature": secrets.map((secret) => signatureOf(secret, message)).join(" "),
  };
}
