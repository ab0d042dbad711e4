import type { KeyObject } from "node:crypto";

/** How hand-overs may be signed, as JWS names it (RFC 7518 3.4, RFC 8037 3.1). */
export const SIGNATURE_ALGORITHMS = ["ES256", "EdDSA"] as const;
export type SignatureAlgorithm = (typeof SIGNATURE_ALGORITHMS)[number];

/** The one algorithm that a key is for: ES256 for P-256, EdDSA for Ed25519; null for any other key. */
export function algorithmOf({
  asymmetricKeyType: type,
  asymmetricKeyDetails: details,
}: KeyObject): SignatureAlgorithm | null {
  if (type === "ed25519") return "EdDSA";
  return type === "ec" && details?.namedCurve === "prime256v1" ? "ES256" : null;
}
