import { expect, test } from "@jest/globals";
import { newSecrets } from "./new-secrets.ts";

const SEED = Buffer.alloc(32, 7);

test("secrets follow from the seed and the serial number, and are made only where none came", () => {
  const made = newSecrets(SEED, { serialNumber: "SN-1", isProtected: true });
  expect(made).toEqual({
    newInitKey: expect.stringMatching(/^[\w-]{36}$/),
    newClaimCode: expect.stringMatching(/^(?:[0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}$/),
  });
  expect(newSecrets(SEED, { serialNumber: "SN-1", isProtected: true })).toEqual(made);
  expect(newSecrets(SEED, { serialNumber: "SN-2" }).newInitKey).not.toBe(made.newInitKey);
  const other = Buffer.alloc(32, 8);
  expect(newSecrets(other, { serialNumber: "SN-1" }).newInitKey).not.toBe(made.newInitKey);
  expect(newSecrets(SEED, { serialNumber: "SN-1", initKey: "k" })).toEqual({});
});
