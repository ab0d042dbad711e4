import { randomBytes } from "node:crypto";
import { expect, test } from "@jest/globals";
import { newCode, newInitKey, readCode, secretHasher } from "./secret.ts";

const hasher = secretHasher(randomBytes(32));

test("a hash depends on the pepper, the purpose, the identity and the secret", () => {
  const hashes = [
    hasher.hash("claim-code", "c-1", "secret"),
    secretHasher(randomBytes(32)).hash("claim-code", "c-1", "secret"),
    hasher.hash("consent-code", "c-1", "secret"),
    hasher.hash("claim-code", "c-2", "secret"),
    hasher.hash("claim-code", "c-1", "secreT"),
    hasher.hash("claim-code", "c-1s", "ecret"),
    hasher.fingerprint("secret"),
  ];
  expect(new Set(hashes.map((hash) => hash.toString("hex"))).size).toBe(hashes.length);
  expect(hashes.every((hash) => hash.length === 32)).toBe(true);
});

test("equal hashes are the same, all others are not", () => {
  const hash = hasher.hash("init-key", "c", "s");
  expect(hasher.isSame(hash, Buffer.from(hash))).toBe(true);
  expect(hasher.isSame(hash, hasher.hash("init-key", "c", "t"))).toBe(false);
  expect(hasher.isSame(hash, Buffer.of())).toBe(false);
});

test("new codes can be read again and differ", () => {
  const codes = Array.from({ length: 1_000 }, newCode);
  expect(new Set(codes).size).toBe(1_000);
  for (const code of codes) {
    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/);
    expect(readCode(code)).toBe(code);
  }
});

test("new codes use all 32 characters alike", () => {
  const counts = new Map<string, number>();
  for (const character of Array.from({ length: 2_000 }, newCode).join("").replaceAll("-", "")) {
    counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  expect(counts.size).toBe(32);
  // 24,000 characters, 750 of each; seven standard deviations are 190.
  for (const count of counts.values()) expect(Math.abs(count - 750)).toBeLessThan(190);
});

test("new init keys have 36 characters", () => {
  expect(newInitKey()).toMatch(/^[A-Za-z0-9_-]{36}$/);
});

test.each<[text: string, meant: string | null]>([
  ["7z3k-9qwx-04tb", "7Z3K-9QWX-04TB"],
  [" 7Z3K 9QWX 04TB ", "7Z3K-9QWX-04TB"],
  ["7Z3K9QWX04TB", "7Z3K-9QWX-04TB"],
  ["7Z3K–9QWX—O4TB", "7Z3K-9QWX-04TB"],
  ["iL00-0000-0000", "1100-0000-0000"],
  ["7Z3K-9QWX-04T", null],
  ["7Z3K-9QWX-04TBX", null],
  ["7Z3K-9QWX-04TU", null],
  ["", null],
  [" ".repeat(10_000), null],
  ["7Z3K-9QWX-04T\u0000", null],
])("%j is read as %s", (text, meant) => {
  expect(readCode(text)).toBe(meant);
});
