import { createHash } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Ran, runCommand } from "../cli/command-line.ts";
import { type RunningSystem, startSystem } from "../support/running-system.ts";
import { WitnessedLog } from "./witnessed-log.ts";

let system: RunningSystem;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracegraph-verify-"));
  // With the two witnesses that it brings.
  system = await startSystem({ environment: { WITNESSES: "" } });
  await writeFile(
    join(folder, "rows.csv"),
    "serial_number,lot_code,part_number,operator\nV-1,L-1,P-1,Ada\nV-2,=L-2,P-2,Ada\n",
  );
  await run("import", join(folder, "rows.csv"));
}, 180_000);
afterAll(async () => {
  await system?.stop();
  await rm(folder, { recursive: true, force: true });
});

function run(...words: string[]): Promise<Ran> {
  return runCommand(words, {
    environment: { TRACEGRAPH_URL: system.url, DATA_DIR: system.dataFolder },
  });
}

/** As somebody elsewhere: without the data folder, and whatever the gateway does. */
function elsewhere(...words: string[]): Promise<Ran> {
  return runCommand(words, { environment: { TRACEGRAPH_URL: "http://127.0.0.1:9" } });
}

const path = (name: string) => join(folder, name);

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await isSo())) if (Date.now() > end) throw new Error("it never came to be so");
}

describe("whoever runs the system", () => {
  test("verifies a device by the keys of its data folder within seconds", async () => {
    await until(async () => (await run("verify", "V-1")).exit === 0);
    const { stdout, stderr } = await run("verify", "V-1", "--save", path("V-1.tlog-proof"));
    expect(stdout).toContain("PROVEN: revision 1 of the device V-1");
    expect(stdout).toMatch(/lotCode +L-1/);
    expect(stdout).toMatch(/witness-1:[0-9a-f]{8}, at 20/);
    expect(stderr).toContain("ledger-policy");
    expect(stdout).not.toContain("Ada");
    const again = await run("verify", "V-1", "--save", path("V-1.tlog-proof"));
    expect([again.exit, again.stderr]).toEqual([2, expect.stringContaining("FILE_EXISTS")]);
    const { device, believed } = JSON.parse((await run("verify", "V-1", "--json")).stdout);
    expect([device, believed]).toEqual(["V-1", join(system.dataFolder, "ledger-policy")]);
  });

  test("hands a policy to outsiders", async () => {
    const { stdout, exit } = await run("ledger", "keys");
    expect(exit).toBe(0);
    await writeFile(path("policy"), stdout);
    expect(stdout.match(/^log /gm)).toHaveLength(3);
    expect(stdout.match(/^witness /gm)).toHaveLength(2);
  });

  test("exports rows with their proofs", async () => {
    const proofs = ["--proofs", "--format"];
    expect((await run("export", "devices", ...proofs, "csv", "-o", path("d.csv"))).exit).toBe(0);
    const of = [
      "export",
      "revisions",
      "--serial",
      "V-2",
      ...proofs,
      "ndjson",
      "-o",
      path("r.ndjson"),
    ];
    expect((await run(...of)).exit).toBe(0);
    expect((await readFile(path("r.ndjson"), "utf8")).trim().split("\n")).toHaveLength(1);
    const { exit, stderr } = await run(
      "export",
      "devices",
      ...proofs,
      "xlsx",
      "-o",
      path("d.xlsx"),
    );
    expect([exit, stderr]).toEqual([2, expect.stringContaining("csv or ndjson")]);
  });
});

describe("an outsider, while the gateway is away", () => {
  beforeAll(() => system.stop({ keepData: true }));

  test("verifies a proof by the policy that he was given", async () => {
    const { stdout, exit } = await elsewhere(
      "verify",
      path("V-1.tlog-proof"),
      "--policy",
      path("policy"),
    );
    expect([exit, stdout]).toEqual([
      0,
      expect.stringContaining("PROVEN: revision 1 of the device V-1"),
    ]);
    const said = await elsewhere(
      "verify",
      path("V-1.tlog-proof"),
      "--policy",
      path("policy"),
      "--json",
    );
    expect(JSON.parse(said.stdout)).toMatchObject({
      ...{ proven: true, file: path("V-1.tlog-proof"), believed: path("policy") },
      content: { serialNumber: "V-1" },
    });
  });

  test("verifies by the log's key alone, and is told what rests on the operator then", async () => {
    const policy = await readFile(path("policy"), "utf8");
    const [, vkey = ""] = /^log (\S+manufacturing\S+)$/m.exec(policy) ?? [];
    const { stdout, exit } = await elsewhere("verify", path("V-1.tlog-proof"), "--log", vkey);
    expect([exit, stdout]).toEqual([0, expect.stringContaining("rests on its operator alone")]);
  });

  test("verifies every row of an export", async () => {
    for (const [file, rows] of [
      ["d.csv", "2 rows"],
      ["r.ndjson", "1 row"],
    ] as const) {
      const { stdout, exit } = await elsewhere("verify", path(file), "--policy", path("policy"));
      expect([exit, stdout]).toEqual([0, expect.stringContaining(`PROVEN: ${rows}`)]);
      expect(stdout).toContain("as the record of the tenant demo");
    }
  });

  test("is told where a file took a device's place, and believes no folder that came with it", async () => {
    await mkdir(path("data"));
    await copyFile(path("policy"), path("data/ledger-policy"));
    await copyFile(path("V-1.tlog-proof"), path("V-2"));
    const there = { folder, environment: { DATA_DIR: "", TRACEGRAPH_URL: "http://127.0.0.1:9" } };
    const unasked = await runCommand(["verify", "V-2"], there);
    expect([unasked.exit, unasked.stderr]).toEqual([2, expect.stringContaining("NO_POLICY")]);
    const { stdout, stderr } = await runCommand(["verify", "V-2", "--policy", "policy"], there);
    expect(stdout).toContain("PROVEN: revision 1 of the device V-1");
    expect(stderr).toContain("V-2 is a file here");
  });

  test("believes nobody until he is told whom, and no key that comes with the proof", async () => {
    const nobody = await elsewhere("verify", path("V-1.tlog-proof"));
    expect([nobody.exit, nobody.stderr]).toEqual([2, expect.stringContaining("NO_POLICY")]);
    const other = path("other");
    await writeFile(other, new WitnessedLog().policyText());
    const { exit, stderr } = await elsewhere("verify", path("V-1.tlog-proof"), "--policy", other);
    expect([exit, stderr]).toEqual([1, expect.stringContaining("UNKNOWN_LOG")]);
  });

  test("finds what was changed in a proof, and in a row beside its proof", async () => {
    const text = await readFile(path("V-1.tlog-proof"), "utf8");
    await writeFile(
      path("changed.tlog-proof"),
      text.replace(/^index (\d+)$/m, (_, index) => `index ${Number(index) - 1}`),
    );
    const proof = await elsewhere("verify", path("changed.tlog-proof"), "--policy", path("policy"));
    expect([proof.exit, proof.stderr]).toEqual([1, expect.stringContaining("NOT_PROVEN")]);
    // Whoever changes a row can make a manifest for it.
    const row = await readFile(path("r.ndjson"), "utf8");
    const manifest = JSON.parse(await readFile(path("r.ndjson.manifest.json"), "utf8"));
    const forged = async (text: string) => {
      const sha256 = createHash("sha256").update(text).digest("hex");
      const facts = { sha256, bytes: Buffer.byteLength(text) };
      await writeFile(path("f.ndjson"), text);
      await writeFile(path("f.ndjson.manifest.json"), JSON.stringify({ ...manifest, ...facts }));
      return elsewhere("verify", path("f.ndjson"), "--policy", path("policy"), "--json");
    };
    const changed = await forged(row.replace('"P-2"', '"P-3"'));
    expect([changed.exit, changed.stderr]).toEqual([
      1,
      expect.stringContaining("partNumber is not what"),
    ]);
    const bare = await forged(`${JSON.stringify({ ...JSON.parse(row), proof: null })}\n`);
    expect([bare.exit, JSON.parse(bare.stdout).proven.withoutProof]).toEqual([1, 1]);
  });
});
