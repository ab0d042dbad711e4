import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { readOwnershipConfig } from "./config.ts";

const key = Buffer.alloc(32, 7);
const environment = {
  OWNERSHIP_DATABASE_URL: "postgres://ownership_app@localhost/ownership",
  OWNERSHIP_ENCRYPTION_KEY: key.toString("base64"),
  OWNERSHIP_SECRET_PEPPER: key.toString("base64url"),
};

test("reads the environment", () => {
  expect(readOwnershipConfig(environment)).toEqual({
    databaseUrl: environment.OWNERSHIP_DATABASE_URL,
    encryptionKey: key,
    secretPepper: key,
  });
});

test("reads secrets from files", () => {
  const folder = mkdtempSync(join(tmpdir(), "tracegraph-config-"));
  const path = join(folder, "key");
  writeFileSync(path, `${key.toString("base64")}\n`);
  const { OWNERSHIP_ENCRYPTION_KEY: _, ...others } = environment;
  const config = readOwnershipConfig({ ...others, OWNERSHIP_ENCRYPTION_KEY_FILE: path });
  expect(config.encryptionKey).toEqual(key);
  rmSync(folder, { recursive: true });
});

test.each<[variable: string, value: string | undefined]>([
  ["OWNERSHIP_DATABASE_URL", undefined],
  ["OWNERSHIP_DATABASE_URL", "mysql://x"],
  ["OWNERSHIP_ENCRYPTION_KEY", undefined],
  ["OWNERSHIP_ENCRYPTION_KEY", "c2hvcnQ="],
  ["OWNERSHIP_ENCRYPTION_KEY", `${key.toString("base64")}!`],
  ["OWNERSHIP_SECRET_PEPPER", ""],
])("fails by name at %s = %s, and does not repeat the value", (variable, value) => {
  const read = () => readOwnershipConfig({ ...environment, [variable]: value });
  expect(read).toThrow(variable);
  if (value) expect(read).not.toThrow(value);
});
