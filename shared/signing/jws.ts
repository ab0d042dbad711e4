import { type KeyObject, verify } from "node:crypto";
import { promisify } from "node:util";
import { excerpt } from "../text.ts";
import { repeatedMember } from "./repeated-member.ts";
import type { SignatureAlgorithm } from "./signature-algorithm.ts";

/** A JWS in compact form, taken apart (RFC 7515 7.1). */
export interface Jws {
  algorithm: string;
  /** Which key its header says; which key that is, and whether it may sign, is not its to say. */
  keyId: string;
  /** The header as it was signed. */
  protectedText: string;
  /** Empty where the payload is detached (RFC 7515, appendix F). */
  payloadText: string;
  signature: Buffer;
}

/** Why a text is no JWS of ours: data, for whoever refuses it. */
export interface JwsFault {
  fault: string;
}

/** A header is short; a payload has at most as many characters as a variable of a request. */
const MOST_CHARACTERS = 32_768;
const SIGNATURE_BYTES = 64;
/** The members that a header may have. What names a key, or where to fetch one, is not among them. */
const MEMBERS: readonly string[] = ["alg", "kid", "typ"];

/** Takes a compact JWS apart, with its payload or without. Every text has one reading, or none. */
export function parseJws(text: string): Jws | JwsFault {
  if (text.length > MOST_CHARACTERS) return { fault: "it is too long" };
  const parts = text.split(".");
  const [protectedText = "", payloadText = "", signatureText = ""] = parts;
  if (parts.length !== 3 || !parts.every(isBase64url)) {
    return { fault: "it is not header.payload.signature in base64url" };
  }
  const signature = Buffer.from(signatureText, "base64url");
  if (signature.length !== SIGNATURE_BYTES) {
    return { fault: `a signature has ${SIGNATURE_BYTES} bytes, not ${signature.length}` };
  }
  const header = readHeader(protectedText);
  return "fault" in header ? header : { ...header, protectedText, payloadText, signature };
}

function readHeader(text: string): Pick<Jws, "algorithm" | "keyId"> | JwsFault {
  const json = Buffer.from(text, "base64url").toString();
  let header: unknown;
  try {
    header = JSON.parse(json);
  } catch {
    return { fault: "its header is not JSON" };
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    return { fault: "its header is not a JSON object" };
  }
  const foreign = Object.keys(header).find((name) => !MEMBERS.includes(name));
  if (foreign !== undefined) return { fault: `its header has ${excerpt(foreign)}` };
  if (repeatedMember(json) !== null) return { fault: "its header says something twice" };
  const { alg: algorithm, kid: keyId } = header as { alg?: unknown; kid?: unknown };
  if (typeof algorithm !== "string") return { fault: "its header has no alg" };
  if (typeof keyId !== "string") return { fault: "its header has no kid" };
  return { algorithm, keyId };
}

/** Without padding, and without spare bits that could be set to nobody's notice. */
function isBase64url(text: string): boolean {
  return Buffer.from(text, "base64url").toString("base64url") === text;
}

const verified = promisify(verify);

/** Whether a JWS is the signature of this key over these bytes. The key says by which algorithm. */
export async function isSignatureOf(
  { algorithm, protectedText, payloadText, signature }: Jws,
  payload: Buffer,
  key: { publicKey: KeyObject; algorithm: SignatureAlgorithm },
): Promise<boolean> {
  const payloadPart = payload.toString("base64url");
  if (algorithm !== key.algorithm) return false;
  if (payloadText !== "" && payloadText !== payloadPart) return false;
  const hash = key.algorithm === "ES256" ? "sha256" : null;
  const signed = Buffer.from(`${protectedText}.${payloadPart}`);
  // JWS has r and s side by side (RFC 7518 3.4), not in DER.
  const by = { key: key.publicKey, dsaEncoding: "ieee-p1363" as const };
  return verified(hash as string, signed, by, signature);
}
