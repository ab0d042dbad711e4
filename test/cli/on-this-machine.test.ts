import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createServiceKeys } from "../../shared/graph/service-keys.ts";
import { SERVICE_NAMES } from "../../start/databases.ts";
import { type FreshDatabase, freshDatabase } from "../support/postgres.ts";
import { runCommand } from "./command-line.ts";

let folder: string;
let databases: FreshDatabase[];
/** The variables that name these databases. */
let urls: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracegraph-machine-"));
  databases = await Promise.all(SERVICE_NAMES.map(freshDatabase));
  const named = SERVICE_NAMES.flatMap((name, index) => {
    const { appUrl = "", ownerUrl = "" } = databases[index] ?? {};
    const service = name.toUpperCase();
    return [
      [`${service}_DATABASE_URL`, appUrl],
      [`${service}_OWNER_DATABASE_URL`, ownerUrl],
    ];
  });
  urls = Object.fromEntries(named);
});
afterAll(async () => {
  await Promise.all(databases.map((database) => database.drop()));
  await rm(folder, { recursive: true, force: true });
});

describe("what looks at a record, or takes away from it,", () => {
  const COMMANDS = [["check"], ["access", "drop", "--before", "2025-01"]];

  test.each(COMMANDS)("%s makes no database where there is none", async (...words) => {
    const DATA_DIR = join(folder, "mistyped");
    const ran = await runCommand(words, { environment: { DATA_DIR } });
    expect(ran).toMatchObject({ exit: 2, stdout: "" });
    expect(ran.stderr).toContain(`DATA_DIR names ${DATA_DIR}, where no database is`);
    expect(existsSync(DATA_DIR)).toBe(false);
    expect(await runCommand(words, { environment: { DATA_DIR: folder } })).toMatchObject({
      exit: 2,
    });
  });

  test.each(COMMANDS)("%s needs no data folder where the databases are named", async (...words) => {
    const DATA_DIR = join(folder, "unneeded");
    const ran = await runCommand(words, { environment: { DATA_DIR, ...urls } });
    expect(ran).toMatchObject({ exit: 0 });
    expect(existsSync(DATA_DIR)).toBe(false);
  });

  test("says what to do where the tables are not there", async () => {
    const database = await freshDatabase("manufacturing");
    await database.admin("DROP TABLE device CASCADE");
    const environment = { ...urls, MANUFACTURING_DATABASE_URL: database.appUrl };
    const ran = await runCommand(["check"], { environment });
    await database.drop();
    expect(ran).toMatchObject({ exit: 2, stdout: "" });
    expect(ran.stderr).toContain("[CANNOT_START]");
    expect(ran.stderr).toContain("Run `tracegraph migrate`");
  });
});

describe("a start that cannot be names what is wrong:", () => {
  test.each([
    ["HOST", "999.1.1.1", "CANNOT_START"],
    // Of a network for documentation (RFC 5737): no machine has it.
    ["HOST", "192.0.2.1", "CANNOT_START"],
    ["MANUFACTURING_DATABASE_URL", "postgres://a:b@nowhere.invalid/x", "DATABASE_UNAVAILABLE"],
  ])("%s=%s", async (name, value, code) => {
    const keys = join(folder, "keys");
    await createServiceKeys(keys);
    const environment = {
      ...urls,
      SERVICE_KEYS_DIR: keys,
      OWNERSHIP_URL: "http://127.0.0.1:9/graphql",
      [name]: value,
    };
    const command = name === "HOST" ? ["start", "manufacturing"] : ["check"];
    const ran = await runCommand(command, { environment });
    expect(ran.stderr).toContain(`[${code}]`);
    if (name === "HOST") expect(ran.stderr).toContain(`HOST must be an address of this machine`);
    if (name === "HOST") expect(ran.exit).toBe(2);
  });
});
