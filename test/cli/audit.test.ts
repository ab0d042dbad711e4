import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Random } from "../../demo/random.ts";
import { type AuditedTown, openAuditedTown, SERVICES } from "../ledger-audit/audited-town.ts";
import { BusyTown } from "../ledger-audit/busy-town.ts";
import { type Ran, runCommand } from "./command-line.ts";

let audited: AuditedTown;
let folder: string;
let policy: string;
beforeAll(async () => {
  audited = await openAuditedTown();
  folder = await mkdtemp(join(tmpdir(), "tracegraph-audit-"));
  policy = join(folder, "factory.policy");
  await new BusyTown(audited, new Random("audit command", "a day")).live(15);
  await audited.caughtUp();
  const signers = SERVICES.flatMap((service) => audited.keys[service].signers);
  const logs = signers.map(({ verifierKey }) => `log ${verifierKey}\n`);
  await writeFile(policy, `${logs.join("")}quorum none\n`);
}, 60_000);
afterAll(async () => {
  await audited?.close();
  await rm(folder, { recursive: true, force: true });
});

function audit(...words: string[]): Promise<Ran> {
  const urls = SERVICES.map((service) => [
    `${service.toUpperCase()}_DATABASE_URL`,
    audited.databases[service].appUrl,
  ]);
  const environment = { ...Object.fromEntries(urls), WITNESSES: "none" };
  return runCommand(["audit", "--trust", policy, ...words], { environment });
}

describe("tracegraph audit", () => {
  test("says of each service that everything agrees, and ends well", async () => {
    const { exit, stdout, stderr } = await audit();
    expect(exit).toBe(0);
    const verdicts = stdout.trimEnd().split("\n");
    expect(verdicts).toHaveLength(3);
    for (const [at, service] of SERVICES.entries()) {
      expect(verdicts[at]).toMatch(
        new RegExp(`^${service}: \\d+ entries, \\d+ rows?, \\d+ checkpoints?: everything agrees$`),
      );
    }
    expect(stderr).toContain("manufacturing: no witness was asked");
  });

  test("tells what was changed by device and revision, and ends with 1", async () => {
    await audited.databases.manufacturing.admin(
      `BEGIN; SET LOCAL session_replication_role = replica;
       UPDATE device_revision SET lot_code = 'L-FORGED' WHERE serial_number = 'SN-1' AND revision = 1;
       COMMIT`,
    );
    const told = await audit("--service", "manufacturing", "--logs-only");
    expect(told.exit).toBe(1);
    expect(told.stdout).toMatch(
      /manufacturing +ROW_DIFFERS +SN-1 +1 +revision\/\d+\/1 +\d+ +the content/,
    );
    const json = await audit("--json");
    expect(json.exit).toBe(1);
    const { deviations, found, services } = JSON.parse(json.stdout);
    expect(deviations).toBe(found.length);
    expect(found[0]).toMatchObject({ code: "ROW_DIFFERS", device: "SN-1", revision: 1 });
    expect(services[0].deviations.ROW_DIFFERS).toBe(1);
  });

  test("says what is wrong with the policy that it is given", async () => {
    const missing = join(folder, "missing.policy");
    expect(await runCommand(["audit", "--trust", missing])).toMatchObject({
      ...{ exit: 2, stdout: "" },
      stderr: expect.stringContaining(`cannot read ${missing}: there is no such file`),
    });
    const malformed = join(folder, "malformed.policy");
    await writeFile(malformed, "log nobody\n");
    const { exit, stderr } = await runCommand(["audit", "--trust", malformed]);
    expect(exit).toBe(2);
    expect(stderr).toContain(`${malformed} is no policy: `);
  });

  test("makes no database where there is none, and believes nobody where it knows no key", async () => {
    const DATA_DIR = join(folder, "mistyped");
    const none = await runCommand(["audit"], { environment: { DATA_DIR } });
    expect(none).toMatchObject({ exit: 2, stdout: "" });
    expect(none.stderr).toContain(`DATA_DIR names ${DATA_DIR}, where no database is`);
    expect(existsSync(DATA_DIR)).toBe(false);
    const url = audited.databases.gateway.appUrl;
    const environment = { DATA_DIR, GATEWAY_DATABASE_URL: url };
    const keyless = await runCommand(["audit", "--service", "gateway"], { environment });
    expect(keyless).toMatchObject({ exit: 2, stdout: "" });
    expect(keyless.stderr).toContain("no keys of logs are here");
  });
});
