import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type CommandLine, startCommandLine } from "./command-line.ts";

let cli: CommandLine;
beforeAll(async () => {
  cli = await startCommandLine();
});
afterAll(() => cli.close());

describe("a file with bad rows", () => {
  const text = [
    "serial_number,lot_code,phase,produced_at",
    "BAD-1,L-1,TESTING,2026-01-31T08:00:00Z",
    "BAD-2,L-1,SHIPPING,2026-01-31T08:00:00Z",
    "BAD-1,L-2,TESTING,2026-01-31T08:00:00Z",
    "BAD-3,L-1,TESTING",
    ",L-1,TESTING,2026-01-31T08:00:00Z",
    `BAD-4,${"x".repeat(70_000)},TESTING,2026-01-31T08:00:00Z`,
    "BAD-5,L\u0000,TESTING,2026-01-31T08:00:00Z",
    '"BAD-6","L-1",TESTING,2026-01-31T08:00:00+01:00',
    "",
  ].join("\r\n");

  test("records the good ones and tells the others by line, field, code and reason", async () => {
    const path = await cli.file("bad.csv", text);
    const report = `${path}.refused.csv`;
    const ran = await cli.run("line", ["import", path, "--json", "--report", report]);
    expect(ran).toMatchObject({ exit: 1, stderr: "" });
    const { refusals, ...summary } = JSON.parse(ran.stdout);
    expect(summary).toMatchObject({ complete: true, rows: 8, recorded: 2, refused: 6 });
    expect(refusals.map(({ line, field, code }: Json) => [line, field, code])).toEqual([
      [3, "phase", "INVALID_VALUE"],
      [4, "serialNumber", "DUPLICATE_IN_FILE"],
      [5, null, "WRONG_COLUMN_COUNT"],
      [6, "serialNumber", "FIELD_REQUIRED"],
      [7, "lot_code", "FIELD_TOO_LARGE"],
      [8, "lot_code", "INVALID_VALUE"],
    ]);
    expect(refusals[1].reason).toContain("line 2");
    expect(await serialNumbersOfLot("L-1")).toEqual(["BAD-1", "BAD-6"]);
    const lines = (await readFile(report, "utf8")).trimEnd().split("\n");
    expect(lines[0]).toBe(
      "refused.line,refused.field,refused.code,refused.reason,serial_number,lot_code,phase,produced_at",
    );
    expect(lines).toHaveLength(7);
  });

  test("can be mended in its report, which imports as it is", async () => {
    const path = await cli.file("mended.csv", "serial_number,phase\nMEND-1,SHIPPING\n");
    const report = `${path}.refused.csv`;
    await cli.run("line", ["import", path, "--report", report]);
    const mended = (await readFile(report, "utf8")).replace(",SHIPPING\n", ",PACKAGING\n");
    const again = await cli.run("line", ["import", await cli.file("again.csv", mended)]);
    expect(again).toMatchObject({ exit: 0, stdout: expect.stringContaining("recorded 1 ·") });
  });

  test("changes nothing when it is imported again", async () => {
    const path = await cli.file("again-bad.csv", text);
    const ran = await cli.run("line", ["import", path, "--json"]);
    expect(JSON.parse(ran.stdout)).toMatchObject({
      recorded: 0,
      revised: 0,
      unchanged: 2,
      refused: 6,
    });
  });

  test("is judged by the gateway too: what is recorded stays as it is", async () => {
    const path = await cli.file("other.csv", "serial_number,lot_code\nBAD-1,L-9\n");
    const ran = await cli.run("line", ["import", path]);
    expect(ran.exit).toBe(1);
    expect(ran.stdout).toMatch(/line 2, lotCode: .*L-1.*\[ALREADY_RECORDED\]/);
  });
});

describe("a dry run", () => {
  test("judges the rows and writes nothing", async () => {
    const path = await cli.file("dry.csv", "serial_number,phase\nDRY-1,TESTING\nDRY-2,SHIPPING\n");
    const ran = await cli.run("line", ["import", path, "--dry-run"]);
    expect(ran.exit).toBe(1);
    expect(ran.stdout).toContain("dry run, nothing written; the rows would be");
    expect(ran.stdout).toContain("recorded 1 · revised 0 · unchanged 0 · refused 1");
    expect((await deviceOf("DRY-1")).device).toBeNull();
  });
});

describe("an unknown column", () => {
  test("refuses the whole file and names the nearest known one", async () => {
    const path = await cli.file("unknown.csv", "serial_number,lot_cod\nUNK-1,L-1\n");
    const ran = await cli.run("line", ["import", path]);
    expect(ran).toMatchObject({ exit: 2, stdout: "" });
    expect(ran.stderr).toContain('"lot_cod" (nearest known name: lotCode)');
    expect(ran.stderr).toContain("--define-fields");
    expect((await deviceOf("UNK-1")).device).toBeNull();
  });

  test("becomes a custom field where that is asked for", async () => {
    const path = await cli.file("define.csv", "serial_number,burn_in_note\nDEF-1,warm\n");
    const words = ["import", path, "--define-fields"];
    expect(await cli.run("line", words)).toMatchObject({ exit: 3 });
    const ran = await cli.run("engineering", words);
    expect(ran).toMatchObject({ exit: 0, stdout: expect.stringContaining("defined: burnInNote") });
    expect((await deviceOf("DEF-1")).device.attributes).toEqual({ burnInNote: "warm" });
    const wrong = await cli.file("wrong.csv", "serial_number,attributes.units\nDEF-2,many\n");
    await cli.run("engineering", ["field", "define", "units", "--type", "integer"]);
    const refused = await cli.run("line", ["import", wrong]);
    expect(refused.stdout).toContain('line 2, attributes.units: must be an integer, not "many"');
  });
});

describe("a Connhex file", () => {
  const text = (key: string) =>
    [
      "provision.init_id,provision.init_key,provision.name,manufacturing.device_type,tenant",
      `CX-1,${key},CX-1,pump,demo`,
      `CX-2,,CX-2,pump,demo`,
      `CX-3,${key},CX-3,pump,other`,
      "",
    ].join("\n");

  test("records first, then provisions; keys that are made are told once, keys that came never", async () => {
    const key = "an-init-key-that-nobody-may-repeat-0";
    const path = await cli.file("connhex.csv", text(key));
    const report = `${path}.refused.csv`;
    const secrets = `${path}.secrets.csv`;
    const words = ["import", path, "--report", report, "--secrets", secrets];
    const ran = await cli.run("line", words);
    expect(ran.exit).toBe(1);
    expect(ran.stdout).toContain("recorded 2 · revised 0 · unchanged 0 · refused 1");
    expect(ran.stdout).toContain("cloud identities: provisioned 2 · pending 0");
    expect(ran.stdout).toContain('line 4, tenant: the row is of "other", not demo [WRONG_TENANT]');
    const made = (await readFile(secrets, "utf8")).trimEnd().split("\n");
    expect(made).toEqual([
      "serialNumber,connhexId,initKey,claimCode",
      expect.stringMatching(/^CX-2,[0-9a-f-]{36},[\w-]{36},$/),
    ]);
    expect((await stat(secrets)).mode & 0o777).toBe(0o600);
    const told = [ran.stdout, ran.stderr, await readFile(report, "utf8")].join();
    expect(told).not.toContain(key);
    const { device } = await deviceOf("CX-1");
    expect(device).toMatchObject({ connhexId: expect.any(String), identity: { state: "ACTIVE" } });
    const again = await cli.run("line", ["import", path, "--json"]);
    expect(JSON.parse(again.stdout)).toMatchObject({
      unchanged: 2,
      provisioning: { provisioned: 0, unchanged: 2 },
    });
    const over = await cli.run("line", words);
    expect(over).toMatchObject({ exit: 2, stderr: expect.stringContaining("exists already") });
  });

  test("does not provision what it could not record", async () => {
    const path = await cli.file("quarantine.csv", "serial_number,disposition\nCX-9,QUARANTINED\n");
    await cli.run("line", ["import", path]);
    const rows = "provision.init_id,manufacturing.disposition\nCX-9,QUARANTINED\nCX-1,SCRAPPED\n";
    const ran = await cli.run("line", ["import", await cli.file("no.csv", rows), "--json"]);
    expect(JSON.parse(ran.stdout)).toMatchObject({
      unchanged: 1,
      refused: 1,
      provisioning: { provisioned: 0, refused: 1 },
      refusals: [{ code: "DEVICE_QUARANTINED" }, { code: "ALREADY_RECORDED" }],
    });
  });

  const FILE = join(import.meta.dirname, "../../../shared/data/connhex/test_provision.csv");
  const testFile = existsSync(FILE) ? test : test.skip;
  testFile(
    `as its own command line has it${existsSync(FILE) ? "" : " (skipped: data not present)"}`,
    async () => {
      const ran = await cli.run("line", ["import", FILE]);
      expect(ran).toMatchObject({ exit: 0, stderr: "" });
      expect(ran.stdout).toContain("(connhex-csv): 4 rows");
      expect(ran.stdout).toContain("cloud identities: provisioned 4");
    },
  );
});

describe("provision", () => {
  test("gives recorded devices identities and tells each secret once", async () => {
    await cli.run("line", ["import", await cli.file("p.csv", "serial_number\nP-1\nP-2\n")]);
    const rows = '[{"serialNumber":"P-1","protected":true},{"serialNumber":"P-9"}]';
    const path = await cli.file("p.json", rows);
    const ran = await cli.run("line", ["provision", path]);
    expect(ran.exit).toBe(1);
    const [header, secrets, ...rest] = ran.stdout.trimEnd().split("\n");
    expect(header).toBe("serialNumber,connhexId,initKey,claimCode");
    expect(secrets).toMatch(/^P-1,[0-9a-f-]{36},[\w-]{36},[\w-]{14}$/);
    expect(rest).toEqual([]);
    expect(ran.stderr).toContain(
      "cloud identities: provisioned 1 · pending 0 · unchanged 0 · refused 1",
    );
    expect(ran.stderr).toContain("[DEVICE_NOT_RECORDED]");
  });
});

describe("as-built data of Catena-X", () => {
  const FILE = join(import.meta.dirname, "../../../shared/data/catenax-irs/smallTestdata.json");
  const testFile = existsSync(FILE) ? test : test.skip;
  testFile(
    `becomes devices and lots${existsSync(FILE) ? "" : " (skipped: data not present)"}`,
    async () => {
      const ran = await cli.run("engineering", ["import", "--format", "catena-x", FILE]);
      expect(ran).toMatchObject({ exit: 0, stderr: "" });
      expect(ran.stdout).toContain("recorded 144 · revised 0 · unchanged 0 · refused 0");
      expect(ran.stdout).toContain(
        "twins 162 = 144 devices + 0 components + 3 further twins of these + 14 lots + 1 other",
      );
      expect(ran.stdout).toContain(
        "as-built edges 283 = 218 installations + 65 told again by further twins + 0 not used",
      );
      expect(ran.stdout).toContain("installations: recorded 218 · unchanged 0 · refused 0");
      const again = await cli.run("engineering", ["import", FILE, "--json"]);
      expect(JSON.parse(again.stdout)).toMatchObject({
        ...{ recorded: 0, unchanged: 144, refused: 0 },
        installations: { recorded: 0, unchanged: 218, refused: 0 },
      });
      // The two batches of cathode material went into 31 and 29 battery cells.
      const lots = ["NO-524081472866396348374304", "NO-700809888232810301404602"];
      expect(await serialNumbersOfLot(lots[0] ?? "")).toHaveLength(31);
      const siblings = await cli.run("support", ["siblings", lots[1] ?? "", "--json"]);
      expect(JSON.parse(siblings.stdout)).toMatchObject({ totalCount: 28 });
      const byMaterial = ["siblings", lots[1] ?? "", "--by", "cathodeMaterialBatch", "--json"];
      const other = await cli.run("support", byMaterial);
      expect(JSON.parse(other.stdout)).toEqual(JSON.parse(siblings.stdout));
    },
  );
});

type Json = Record<string, unknown>;

// A test reads whatever its own document asked for.
// biome-ignore lint/suspicious/noExplicitAny: the shape is the document's
async function deviceOf(serialNumber: string): Promise<any> {
  const query = `query ($serialNumber: String!) {
    device(serialNumber: $serialNumber) { connhexId attributes identity { state } }
  }`;
  return (await cli.gateway.query(query, { serialNumber })).data;
}

async function serialNumbersOfLot(value: string): Promise<string[]> {
  const query = `query ($value: String!) { productionGroup(field: "lotCode", value: $value) {
    devices(first: 1000) { nodes { serialNumber } }
  } }`;
  const { data } = await cli.gateway.query(query, { value });
  const group = data?.productionGroup as { devices: { nodes: { serialNumber: string }[] } };
  return group.devices.nodes.map(({ serialNumber }) => serialNumber).sort();
}
