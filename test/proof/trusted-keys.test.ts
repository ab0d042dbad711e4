import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { readTrust } from "../../cli/verify/trusted-keys.ts";
import { WitnessedLog } from "./witnessed-log.ts";

const NONE = { log: [], witness: [] };
const here = process.cwd();
const { DATA_DIR, LEDGER_POLICY } = process.env;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracegraph-trust-"));
  await mkdir(join(folder, "data"));
  await writeFile(join(folder, "data/ledger-policy"), new WitnessedLog().policyText());
  process.chdir(folder);
  delete process.env.DATA_DIR;
  delete process.env.LEDGER_POLICY;
});
afterAll(async () => {
  process.chdir(here);
  Object.assign(process.env, DATA_DIR && { DATA_DIR }, LEDGER_POLICY && { LEDGER_POLICY });
  await rm(folder, { recursive: true });
});

const files = (mode: number) =>
  Promise.all(
    ["secrets.json", "credentials.json", "cluster.json"].map(async (name) => {
      await writeFile(join(folder, "data", name), "{}");
      await chmod(join(folder, "data", name), mode);
    }),
  );

test("a folder called data is believed by nobody for its name", async () => {
  const refused = { code: "NO_POLICY", message: expect.stringContaining("data/ledger-policy") };
  await expect(readTrust(NONE, { isFile: false })).rejects.toMatchObject(refused);
  // As it comes out of a repository.
  await files(0o644);
  await expect(readTrust(NONE, { isFile: false })).rejects.toMatchObject(refused);
});

test("one's own data folder is believed of a device, and not of a file beside it", async () => {
  await files(0o600);
  const { from } = await readTrust(NONE, { isFile: false });
  expect(from).toBe("data/ledger-policy");
  await expect(readTrust(NONE, { isFile: true })).rejects.toMatchObject({ code: "NO_POLICY" });
});

test("a data folder that is named is believed", async () => {
  process.env.DATA_DIR = join(folder, "data");
  const { from, policy } = await readTrust(NONE, { isFile: true });
  expect(from).toBe(join(folder, "data/ledger-policy"));
  expect(policy.logs).toHaveLength(1);
});
