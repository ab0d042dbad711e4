import { isSignatureOf, parseJws } from "../../../shared/signing/jws.ts";
import { readPublicSigningKey } from "../../../shared/signing/public-signing-key.ts";
import type { SignatureAlgorithm } from "../../../shared/signing/signature-algorithm.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { Revision } from "../device/device-revision.ts";
import { isFlagged, stateAt, type Validity } from "../signing-key/signing-key.ts";
import { differenceOf } from "./payload-difference.ts";

/** What can be wrong with a signature that is kept. All but the last say that rows were changed. */
export const SIGNATURE_FINDINGS = [
  "KEY_MISSING",
  "SIGNATURE_WRONG",
  "REVISION_MISSING",
  "REVISION_DIFFERS",
  "KEY_NOT_VALID",
] as const;
export type SignatureFindingKind = (typeof SIGNATURE_FINDINGS)[number];

/** A deviation, by the device and revision that it is about. */
export interface SignatureFinding {
  kind: SignatureFindingKind;
  deviceId: number;
  revision: number;
  keyId: string;
  /** For people. */
  detail: string;
}

/** A signature as kept, with its key, and the revision that it made or found. */
export interface SignatureUnderAudit {
  deviceId: number;
  revision: number;
  outcome: "RECORDED" | "REVISED" | "UNCHANGED";
  keyId: string;
  algorithm: SignatureAlgorithm;
  payload: Buffer;
  signature: string;
  recordedAt: Timestamp;
  key: (Validity & { publicKey: string; algorithm: SignatureAlgorithm }) | null;
  stands: Revision | null;
}

/**
 * Checks again what was checked when the hand-over came: its signature holds, and the revision says
 * what was signed. Whatever was recorded while its key was not valid is flagged: that needs no
 * change of rows, for a key is revoked from a time on that may have passed.
 */
export async function auditSignature(row: SignatureUnderAudit): Promise<SignatureFinding[]> {
  const { deviceId, revision, keyId, key, recordedAt } = row;
  const found = (kind: SignatureFindingKind, detail: string): SignatureFinding => ({
    ...{ kind, deviceId, revision, keyId, detail },
  });
  const findings: SignatureFinding[] = [];
  if (!key) findings.push(found("KEY_MISSING", "the key that signed is not registered"));
  else {
    const fault = await faultOf(row, key);
    if (fault !== null) findings.push(found("SIGNATURE_WRONG", fault));
    if (isFlagged(key, recordedAt)) {
      const state = stateAt(key, recordedAt).toLowerCase().replaceAll("_", " ");
      findings.push(found("KEY_NOT_VALID", `the key was ${state} when it was recorded`));
    }
  }
  const difference = row.stands ? differenceOf(row, row.stands) : null;
  if (!row.stands) findings.push(found("REVISION_MISSING", "there is no such revision"));
  if (difference !== null) findings.push(found("REVISION_DIFFERS", difference));
  return findings;
}

/** Why the signature does not hold; null where it does. */
async function faultOf(
  { signature, payload, keyId, algorithm }: SignatureUnderAudit,
  key: NonNullable<SignatureUnderAudit["key"]>,
): Promise<string | null> {
  const jws = parseJws(signature);
  if ("fault" in jws) return `the signature is none: ${jws.fault}`;
  const read = readPublicSigningKey(key.publicKey);
  if (!read || read.keyId !== keyId || read.algorithm !== key.algorithm) {
    return "the registered key is not the one that its id names";
  }
  if (jws.keyId !== keyId) return "the signature names another key";
  if (algorithm !== key.algorithm) return "the algorithm is not that of the key";
  return (await isSignatureOf(jws, payload, read))
    ? null
    : "the signature does not fit the payload";
}
