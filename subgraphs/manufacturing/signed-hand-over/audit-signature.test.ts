import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { pemOf, readPublicSigningKey } from "../../../shared/signing/public-signing-key.ts";
import { readPrivateSigningKey, signPayload } from "../../../shared/signing/sign-payload.ts";
import type { Revision } from "../device/device-revision.ts";
import { auditSignature, type SignatureUnderAudit } from "./audit-signature.ts";

const AT = "2026-01-05T00:00:00.000000Z";

function newKey() {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const signer = readPrivateSigningKey(
    privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
  );
  const read = readPublicSigningKey(publicKey.export({ format: "pem", type: "spki" }).toString());
  if (!signer || !read) throw new Error("no key of ours");
  return { signer, publicKey: pemOf(read) };
}

const { signer, publicKey } = newKey();
const KEY = {
  publicKey,
  algorithm: "EdDSA" as const,
  validFrom: "2026-01-01T00:00:00.000000Z",
  validTo: null,
  revokedFrom: null,
};
const NOTHING = {
  connhexId: null,
  partNumber: null,
  pcbPartNumber: null,
  hardwareRevision: null,
  fwVersion: null,
  deviceType: null,
  workOrder: null,
  productionOrder: null,
  palletId: null,
  packageId: null,
  phase: null,
  site: null,
  line: null,
  operator: null,
};
const REVISION: Revision = {
  ...NOTHING,
  deviceId: 7,
  revision: 1,
  serialNumber: "SN-1",
  lotCode: "L-1",
  disposition: "RELEASED",
  producedAt: "2026-01-04T10:00:00.000000Z",
  attributes: { torque: "12.5", count: 3 },
  recordedAt: AT,
  effectiveAt: "2026-01-04T23:00:00.000000Z",
  actor: "line-1",
  reason: null,
  source: "station 7",
  changed: ["serialNumber", "lotCode", "disposition", "producedAt", "count", "torque"],
};
const SAID = {
  serialNumber: "SN-1",
  lotCode: "L-1",
  partNumber: null,
  producedAt: "2026-01-04T11:00:00+01:00",
  effectiveAt: "2026-01-05T00:00:00+01:00",
  source: "station 7",
  attributes: { torque: 12.5, count: 3, nothing: null },
};

function signed(said: unknown, more: Partial<SignatureUnderAudit> = {}): SignatureUnderAudit {
  const payload = typeof said === "string" ? said : JSON.stringify(said);
  return {
    ...{ deviceId: 7, revision: 1, outcome: "RECORDED", keyId: signer.keyId, algorithm: "EdDSA" },
    ...{ payload: Buffer.from(payload), signature: signPayload(payload, signer) },
    ...{ recordedAt: AT, key: KEY, stands: REVISION },
    ...more,
  };
}

const kindsOf = async (row: SignatureUnderAudit) =>
  (await auditSignature(row)).map(({ kind }) => kind);

test("a hand-over that is as it was signed gives no finding", async () => {
  expect(await auditSignature(signed(SAID))).toEqual([]);
});

const other = newKey();

test.each<[what: string, row: SignatureUnderAudit, kinds: string[]]>([
  ["a key that is gone", signed(SAID, { key: null }), ["KEY_MISSING"]],
  [
    "a key in another one's place",
    signed(SAID, { key: { ...KEY, publicKey: other.publicKey } }),
    ["SIGNATURE_WRONG"],
  ],
  [
    "another key's name on the row",
    signed(SAID, { keyId: other.signer.keyId, key: { ...KEY, publicKey: other.publicKey } }),
    ["SIGNATURE_WRONG"],
  ],
  ["another algorithm on the row", signed(SAID, { algorithm: "ES256" }), ["SIGNATURE_WRONG"]],
  ["no signature", signed(SAID, { signature: "" }), ["SIGNATURE_WRONG"]],
  ["a revision that is gone", signed(SAID, { stands: null }), ["REVISION_MISSING"]],
  ["another lot in the revision", revised({ lotCode: "L-2" }), ["REVISION_DIFFERS"]],
  ["a lot that the revision lost", revised({ lotCode: null }), ["REVISION_DIFFERS"]],
  ["another torque", revised({ attributes: { torque: "13", count: 3 } }), ["REVISION_DIFFERS"]],
  ["no torque", revised({ attributes: { count: 3 } }), ["REVISION_DIFFERS"]],
  ["another device", revised({ serialNumber: "SN-2" }), ["REVISION_DIFFERS"]],
  ["another time of effect", revised({ effectiveAt: AT }), ["REVISION_DIFFERS"]],
  ["another source", revised({ source: "station 8" }), ["REVISION_DIFFERS"]],
  [
    "a site that nobody signed",
    revised({ site: "Lyon", changed: [...REVISION.changed, "site"] }),
    ["REVISION_DIFFERS"],
  ],
  ["a disposition that nobody signed", revised({ disposition: "SCRAPPED" }), ["REVISION_DIFFERS"]],
  ["another time of recording", revised({ recordedAt: KEY.validFrom }), ["REVISION_DIFFERS"]],
  ["a payload that is no JSON", signed("SN-1"), ["REVISION_DIFFERS"]],
  [
    "a key that was revoked by then",
    signed(SAID, { key: { ...KEY, revokedFrom: AT } }),
    ["KEY_NOT_VALID"],
  ],
  ["a key that had ended", signed(SAID, { key: { ...KEY, validTo: AT } }), ["KEY_NOT_VALID"]],
])("%s is found", async (_, row, kinds) => {
  expect(await kindsOf(row)).toEqual(kinds);
});

function revised(more: Partial<Revision>): SignatureUnderAudit {
  return signed(SAID, { stands: { ...REVISION, ...more } });
}

test("a key that was revoked later flags nothing of what came before", async () => {
  const revokedFrom = "2026-01-05T00:00:00.000001Z";
  expect(await kindsOf(signed(SAID, { key: { ...KEY, revokedFrom } }))).toEqual([]);
});

test("a hand-over that found all known already says nothing of when that was", async () => {
  const later = { outcome: "UNCHANGED" as const, recordedAt: "2026-02-01T00:00:00.000000Z" };
  const again = { ...SAID, effectiveAt: "2026-01-31T00:00:00Z", source: "station 8" };
  expect(await kindsOf(signed(again, later))).toEqual([]);
  expect(await kindsOf(signed({ ...again, lotCode: "L-2" }, later))).toEqual(["REVISION_DIFFERS"]);
});

test("of 1,000 payloads with one byte changed, each is found", async () => {
  const row = signed(SAID);
  const change = { place: fc.nat(row.payload.length - 1), by: fc.integer({ min: 1, max: 255 }) };
  await fc.assert(
    fc.asyncProperty(fc.record(change), async ({ place, by }) => {
      const payload = Buffer.from(row.payload);
      payload[place] = (payload[place] ?? 0) ^ by;
      return (await kindsOf({ ...row, payload })).includes("SIGNATURE_WRONG");
    }),
    { numRuns: 1_000 },
  );
});
