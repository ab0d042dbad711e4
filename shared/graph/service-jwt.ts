import { type KeyObject, sign, verify } from "node:crypto";

/** What a token says, with a signature that is right and nothing else checked. */
export interface SignedClaims {
  /** Whose key signed it. */
  issuer: string;
  claims: Readonly<Record<string, unknown>>;
}

const SIGNATURE_BYTES = 64;

/** Makes a JWT that this service signs with its Ed25519 key. */
export function signJwt(service: string, privateKey: KeyObject, claims: object): string {
  const signed = `${headerOf(service)}.${encoded(claims)}`;
  return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString("base64url")}`;
}

/**
 * Reads JWTs that one of these services signed; null where none did. A token of ours has one of
 * as many headers as there are keys, letter by letter, so that no header is ever interpreted.
 */
export function jwtReader(
  publicKeys: ReadonlyMap<string, KeyObject>,
): (token: string) => SignedClaims | null {
  const keys = new Map(
    [...publicKeys].map(([issuer, key]) => {
      assertEd25519(issuer, key);
      return [headerOf(issuer), { issuer, key }];
    }),
  );
  return (token) => {
    const [header = "", payload = "", signature = "", ...more] = token.split(".");
    const known = keys.get(header);
    if (!known || more.length > 0) return null;
    const bytes = Buffer.from(signature, "base64url");
    const signed = Buffer.from(`${header}.${payload}`);
    if (bytes.length !== SIGNATURE_BYTES || !verify(null, signed, known.key, bytes)) return null;
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    if (typeof claims !== "object" || claims === null || Array.isArray(claims)) return null;
    return { issuer: known.issuer, claims: claims as SignedClaims["claims"] };
  };
}

function headerOf(service: string): string {
  return encoded({ alg: "EdDSA", kid: service });
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function assertEd25519(service: string, { asymmetricKeyType }: KeyObject): void {
  if (asymmetricKeyType === "ed25519") return;
  throw new Error(`the key of ${service} is ${asymmetricKeyType}, not ed25519`);
}
