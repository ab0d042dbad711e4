import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "@jest/globals";
import {
  assertMaySign,
  isFlagged,
  readSigningKey,
  type SigningKeyText,
  stateAt,
  type Validity,
} from "./signing-key.ts";

const at = (day: number) => `2026-01-${String(day).padStart(2, "0")}T00:00:00.000000Z`;
const key = (validFrom: number, validTo: number | null, revokedFrom: number | null): Validity => ({
  validFrom: at(validFrom),
  validTo: validTo === null ? null : at(validTo),
  revokedFrom: revokedFrom === null ? null : at(revokedFrom),
});

test.each<[key: Validity, day: number, state: string]>([
  [key(5, null, null), 4, "NOT_YET_VALID"],
  [key(5, null, null), 5, "VALID"],
  [key(5, 9, null), 8, "VALID"],
  [key(5, 9, null), 9, "EXPIRED"],
  [key(5, 9, 7), 6, "VALID"],
  [key(5, 9, 7), 7, "REVOKED"],
  [key(5, 9, 7), 10, "REVOKED"],
  [key(5, null, 2), 3, "REVOKED"],
])("%j is on day %d %s", (validity, day, state) => {
  expect(stateAt(validity, at(day))).toBe(state);
  expect(isFlagged(validity, at(day))).toBe(state !== "VALID");
});

const KEY_ID = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";

test.each<[key: Validity | null, message: RegExp]>([
  [null, /is not registered/],
  [key(5, null, null), /is valid from 2026-01-05/],
  [key(1, 3, null), /ended at 2026-01-03/],
  [key(1, 3, 2), /is revoked from 2026-01-02/],
])("%j may not sign on day 4", (validity, message) => {
  const refused = { code: "SIGNING_KEY_REFUSED", message: expect.stringMatching(message) };
  const asked = () => assertMaySign(validity && { ...validity, readAt: at(4) }, KEY_ID);
  expect(asked).toThrow(expect.objectContaining(refused));
});

test("what is no thumbprint is not repeated", () => {
  expect(() => assertMaySign(null, "<script>")).toThrow(/that the signature names/);
});

const pem = () =>
  generateKeyPairSync("ed25519").publicKey.export({ format: "pem", type: "spki" }).toString();
const given = (more: Partial<SigningKeyText>): SigningKeyText => ({
  publicKey: pem(),
  name: "station 7",
  role: "STATION",
  ...more,
});

test("a key is registered with its own name", () => {
  expect(readSigningKey(given({})).keyId).toMatch(/^[A-Za-z0-9_-]{43}$/);
});

const PRIVATE = generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" });

test.each<[what: string, text: Partial<SigningKeyText>, field: string]>([
  ["a private key", { publicKey: PRIVATE.toString() }, "publicKey"],
  ["no key", { publicKey: "hello" }, "publicKey"],
  ["a very long text", { publicKey: pem().padEnd(100_000, "\n") }, "publicKey"],
  ["no name", { name: "" }, "name"],
  ["an end before its beginning", { validFrom: at(5), validTo: at(5) }, "validTo"],
])("%s is refused", (_, text, field) => {
  const refused = { code: "INVALID_VALUE", details: { field } };
  expect(() => readSigningKey(given(text))).toThrow(expect.objectContaining(refused));
});
