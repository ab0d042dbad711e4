import { randomBytes } from "node:crypto";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { openSecrets, ownershipConfigOf } from "./data-folder-secrets.ts";

const URL = "postgres://127.0.0.1/ownership";
const given = randomBytes(32);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracegraph-secrets-"));
  await writeFile(join(folder, "key"), given.toString("base64"));
});
afterAll(() => rm(folder, { recursive: true }));

test("a folder keeps the secrets that it was given first, also by two starts at once", async () => {
  const [one, other] = await Promise.all([openSecrets(folder), openSecrets(folder)]);
  expect(one).toEqual(other);
  expect(await openSecrets(folder)).toEqual(one);
  expect((await stat(join(folder, "secrets.json"))).mode & 0o777).toBe(0o600);
});

test("a key of the environment, in a variable or a file, goes before the folder's", async () => {
  const secrets = await openSecrets(folder);
  const keyOf = (environment: Record<string, string>) =>
    ownershipConfigOf(environment, secrets, URL).encryptionKey;
  expect(keyOf({})).toEqual(secrets.encryptionKey);
  expect(keyOf({ OWNERSHIP_ENCRYPTION_KEY: "" })).toEqual(secrets.encryptionKey);
  expect(keyOf({ OWNERSHIP_ENCRYPTION_KEY: given.toString("base64") })).toEqual(given);
  expect(keyOf({ OWNERSHIP_ENCRYPTION_KEY_FILE: join(folder, "key") })).toEqual(given);
});
