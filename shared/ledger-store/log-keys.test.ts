import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import {
  addLogKey,
  createLogKeys,
  dropOldLogKeys,
  logKeyFile,
  readEarlierKeys,
  readLogKeys,
} from "./log-keys.ts";

let parent: string;
let folder: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "tracegraph-keys-"));
  folder = join(parent, "ledger");
});
afterEach(() => rm(parent, { recursive: true, force: true }));

test("keys that are made are nobody else's to read, nor their folder's to list", async () => {
  const made = await createLogKeys(folder, "trace.example");
  expect(made).toEqual(
    ["manufacturing", "ownership", "gateway"].map((one) => `trace.example/${one}`),
  );
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await stat(logKeyFile(folder, "gateway"))).mode & 0o777).toBe(0o600);
  const before = await readFile(logKeyFile(folder, "gateway"), "utf8");
  expect(await createLogKeys(folder, "trace.example")).toEqual([]);
  expect(await readFile(logKeyFile(folder, "gateway"), "utf8")).toBe(before);
});

test("a key that others may read signs nothing", async () => {
  await createLogKeys(folder, null);
  const path = logKeyFile(folder, "manufacturing");
  expect(readLogKeys(path).signers).toHaveLength(1);
  await chmod(path, 0o644);
  expect(() => readLogKeys(path)).toThrow(`${path} may be read by others`);
  await chmod(path, 0o660);
  await expect(addLogKey(folder, "manufacturing")).rejects.toThrow("may be read by others");
});

test("a new key stands before the old one until that is dropped, as private as before", async () => {
  await createLogKeys(folder, "trace.example");
  const path = logKeyFile(folder, "ownership");
  const [old] = readLogKeys(path).signers;
  const added = await addLogKey(folder, "ownership");
  expect(readLogKeys(path).signers.map(({ keyId }) => keyId)).toEqual([added.keyId, old?.keyId]);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readEarlierKeys(folder, "ownership")).toEqual([]);
  expect(await dropOldLogKeys(folder, "ownership")).toBe(1);
  // What it has signed is to be verified for ever.
  expect(await readEarlierKeys(folder, "ownership")).toEqual([old?.verifierKey]);
  expect(readLogKeys(path).signers.map(({ keyId }) => keyId)).toEqual([added.keyId]);
});

test("a file that holds no key is refused by its name", async () => {
  const path = join(parent, "nonsense");
  await writeFile(path, "nonsense\n", { mode: 0o600 });
  expect(() => readLogKeys(path)).toThrow(`${path} has a line that is no private key of a log`);
  expect(() => readLogKeys(join(parent, "missing"))).toThrow("make it with tracegraph keys");
});
