import { randomBytes } from "node:crypto";
import { expect, test } from "@jest/globals";
import { contactCipher } from "./contact-cipher.ts";

const cipher = contactCipher(randomBytes(32));
const owner = { tenant: "acme", ownerId: 1 };
const data = { displayName: "Ada Canary", email: "ada@example.com", phone: null, address: null };

test("opens what it sealed", () => {
  expect(cipher.open(owner, cipher.seal(owner, data))).toEqual(data);
});

test("seals other data of the same owner under the key that he has", () => {
  const { wrappedKey, ciphertext } = cipher.seal(owner, data);
  const changed = { ...data, email: null };
  const again = cipher.sealAgain(owner, { wrappedKey }, changed);
  expect(cipher.open(owner, { wrappedKey, ciphertext: again })).toEqual(changed);
  expect(again.subarray(1, 13).equals(ciphertext.subarray(1, 13))).toBe(false);
  expect(() => cipher.sealAgain({ ...owner, ownerId: 2 }, { wrappedKey }, changed)).toThrow();
});

test("never seals twice alike, and shows nothing of what it sealed", () => {
  const [one, two] = [cipher.seal(owner, data), cipher.seal(owner, data)];
  expect(one.ciphertext.equals(two.ciphertext)).toBe(false);
  expect(one.wrappedKey.equals(two.wrappedKey)).toBe(false);
  expect(Buffer.concat([one.ciphertext, one.wrappedKey]).includes("Canary")).toBe(false);
});

test.each<[what: string, open: (sealed: ReturnType<typeof cipher.seal>) => unknown]>([
  ["another owner's name", (sealed) => cipher.open({ ...owner, ownerId: 2 }, sealed)],
  ["another tenant's name", (sealed) => cipher.open({ ...owner, tenant: "globex" }, sealed)],
  ["another service's key", (sealed) => contactCipher(randomBytes(32)).open(owner, sealed)],
  [
    "another owner's data key",
    (sealed) => cipher.open(owner, { ...sealed, wrappedKey: cipher.seal(owner, data).wrappedKey }),
  ],
  [
    "key and data in each other's place",
    ({ wrappedKey, ciphertext }) =>
      cipher.open(owner, { wrappedKey: ciphertext, ciphertext: wrappedKey }),
  ],
  ["an empty row", ({ wrappedKey }) => cipher.open(owner, { wrappedKey, ciphertext: Buffer.of() })],
  [
    "a cut tag",
    ({ wrappedKey, ciphertext }) =>
      cipher.open(owner, { wrappedKey, ciphertext: ciphertext.subarray(0, 20) }),
  ],
])("does not open under %s", (_, open) => {
  expect(() => open(cipher.seal(owner, data))).toThrow();
});

test("does not open with any one byte changed", () => {
  const { wrappedKey, ciphertext } = cipher.seal(owner, data);
  for (let index = 0; index < ciphertext.length; index++) {
    const changed = Buffer.from(ciphertext);
    changed[index] = (changed[index] ?? 0) ^ 1;
    expect(() => cipher.open(owner, { wrappedKey, ciphertext: changed })).toThrow();
  }
});

test("wants a key of 32 bytes", () => {
  expect(() => contactCipher(randomBytes(16))).toThrow("32 bytes");
});
