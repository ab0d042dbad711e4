import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type CommandLine, startCommandLine } from "./command-line.ts";

const CONNHEX_ID = "c-dev-1";
const SIBLINGS = 2_345;

let cli: CommandLine;
beforeAll(async () => {
  cli = await startCommandLine();
  const siblings = Array.from({ length: SIBLINGS }, (_, index) => `SIB-${index},L-1,,,`);
  const first = `DEV-1,L-1,FW-1,${CONNHEX_ID},2026-01-31T08:00:00Z`;
  const header = "serial_number,lot_code,fw_version,connhex_id,produced_at";
  const rows = [header, first, ...siblings, "LONE-1,,,,"];
  const path = await cli.file("devices.csv", `${rows.join("\n")}\n`);
  const ran = await cli.run("line", ["import", path, "--json"]);
  if (ran.exit !== 0) throw new Error(ran.stdout + ran.stderr);
  const register = `mutation ($input: RegisterOwnershipInput!) {
    registerOwnership(input: $input) { id }
  }`;
  const owner = { kind: "PERSON", displayName: "Ada Rossi", country: "IT" };
  const input = { connhexId: CONNHEX_ID, owner };
  const answer = await cli.gateway.query(register, { input }, "support");
  if (answer.errors.length > 0) throw new Error(answer.text);
});
afterAll(() => cli.close());

describe("device", () => {
  test("prints a page: the device, its identity and owner, its history, its lot", async () => {
    const ran = await cli.run("support", ["device", CONNHEX_ID]);
    expect(ran).toMatchObject({ exit: 0, stderr: "" });
    const lines = ran.stdout.split("\n").map((line) => line.trim().replace(/ {2,}/g, " | "));
    expect(lines).toEqual(expect.arrayContaining(["Device DEV-1", `connhexId | ${CONNHEX_ID}`]));
    expect(lines).toEqual(
      expect.arrayContaining([
        "firmware (factory) FW-1",
        "lot | L-1",
        "Cloud identity and owner",
        expect.stringMatching(/^state \| ACTIVE since \d{4}-\d\d-\d\d \d\d:\d\d$/),
        "owner | Ada Rossi (person, IT)",
        expect.stringMatching(/^owned \| .* to today: Ada Rossi$/),
        "History (revision 2)",
        expect.stringMatching(/^1 \| .* \| test:line \| serialNumber, .* \| devices\.csv$/),
        expect.stringMatching(/^2 \| .* \| service:ownership \| connhexId \| provisioning$/),
        "Lot L-1 (2,346 devices)",
        `DEV-1 * | ${CONNHEX_ID} | Ada Rossi`,
        "SIB-0 | – | –",
        "and 2,296 more: tracegraph siblings DEV-1",
      ]),
    );
  });

  test("finds a device by its serial number too, and gives the graph's answer as JSON", async () => {
    const ran = await cli.run("support", ["device", "DEV-1", "--json"]);
    const { data, errors } = JSON.parse(ran.stdout);
    expect(errors).toBeUndefined();
    expect(data.device).toMatchObject({
      connhexId: CONNHEX_ID,
      lotCode: "L-1",
      identity: { state: "ACTIVE" },
      owner: { displayName: "Ada Rossi" },
      lot: { deviceCount: SIBLINGS + 1 },
    });
    const lone = await cli.run("support", ["device", "LONE-1"]);
    expect(lone).toMatchObject({ exit: 0, stdout: expect.stringContaining("not provisioned") });
  });

  test("says when there is none", async () => {
    const ran = await cli.run("support", ["device", "NOBODY"]);
    expect(ran).toMatchObject({ exit: 1, stdout: "" });
    expect(ran.stderr).toContain("no device has the connhexId or serial number NOBODY");
  });

  test("is refused for a token that is not known", async () => {
    const words = ["device", "DEV-1", "--token", "not.a.token"];
    const ran = await cli.run("support", words);
    expect(ran).toMatchObject({ exit: 3, stdout: "" });
    expect(ran.stderr).toContain("[UNAUTHENTICATED]");
  });
});

describe("siblings", () => {
  test("lists every one of them, on as many pages as there are", async () => {
    const ran = await cli.run("support", ["siblings", "DEV-1", "--csv"]);
    expect(ran).toMatchObject({ exit: 0, stderr: "2,345 siblings\n" });
    const [header, ...rows] = ran.stdout.trimEnd().split("\n");
    expect(header).toBe("serialNumber,connhexId,owner");
    expect(new Set(rows).size).toBe(SIBLINGS);
    expect(rows).not.toContain(`DEV-1,${CONNHEX_ID},Ada Rossi`);
    const json = await cli.run("support", ["siblings", "SIB-0", "--json"]);
    const { totalCount, siblings } = JSON.parse(json.stdout);
    expect(totalCount).toBe(SIBLINGS);
    expect(siblings[0]).toEqual({
      serialNumber: "DEV-1",
      connhexId: CONNHEX_ID,
      owner: { displayName: "Ada Rossi" },
    });
  });

  test("by another field, and of those that have left since", async () => {
    const correct = `mutation ($revision: Int!) {
      correctDevice(serialNumber: "SIB-7", changes: { lotCode: "L-2" }, reason: "wrong label", expectedRevision: $revision) { revision }
    }`;
    const { errors } = await cli.gateway.query(correct, { revision: 1 }, "engineering");
    expect(errors).toEqual([]);
    const now = await cli.run("support", ["siblings", "DEV-1", "--json"]);
    expect(JSON.parse(now.stdout).totalCount).toBe(SIBLINGS - 1);
    const ever = await cli.run("support", ["siblings", "DEV-1", "--ever", "--json"]);
    expect(JSON.parse(ever.stdout).totalCount).toBe(SIBLINGS);
    const orders = await cli.run("support", ["siblings", "DEV-1", "--by", "workOrder"]);
    expect(orders).toMatchObject({ exit: 0, stdout: "", stderr: "0 siblings\n" });
    const wrong = await cli.run("support", ["siblings", "DEV-1", "--by", "fwVersion"]);
    expect(wrong).toMatchObject({ exit: 2, stdout: "" });
    const nobody = await cli.run("support", ["siblings", "NOBODY"]);
    expect(nobody).toMatchObject({ exit: 1, stdout: "" });
  });
});

describe("field", () => {
  test("defines, lists and retires custom fields", async () => {
    const define = ["field", "define", "grade", "--type", "enum", "--value", "A", "--value", "B"];
    expect(await cli.run("support", define)).toMatchObject({ exit: 3, stdout: "" });
    const defined = await cli.run("engineering", [...define, "--json"]);
    expect(JSON.parse(defined.stdout)).toMatchObject([{ name: "grade", type: "ENUM" }]);
    const conflict = await cli.run("engineering", ["field", "define", "grade", "--type", "date"]);
    expect(conflict).toMatchObject({ exit: 1, stdout: "" });
    expect(conflict.stderr).toContain("[FIELD_DEFINITION_CONFLICT]");
    await cli.run("engineering", ["field", "retire", "grade"]);
    const listed = await cli.run("support", ["field", "list"]);
    expect(listed.stdout).toMatch(/grade +ENUM +retired \d{4}-\d\d-\d\d +A, B/);
  });
});

describe("while Manufacturing cannot be asked", () => {
  beforeAll(() => cli.pair.databases.manufacturing.stop());
  afterAll(() => cli.pair.databases.manufacturing.resume());

  test.each([["device"], ["siblings"]])(
    "%s says so, and not that there is no such device",
    async (name) => {
      const ran = await cli.run("support", [name, "DEV-1"]);
      expect(ran).toMatchObject({ exit: 4, stdout: "" });
      expect(ran.stderr).toContain("Try again");
    },
  );
});

describe("while Ownership cannot be asked", () => {
  beforeAll(() => cli.pair.databases.ownership.stop());
  afterAll(() => cli.pair.databases.ownership.resume());

  test("device prints the manufacturing record and says what is missing", async () => {
    const ran = await cli.run("support", ["device", "DEV-1"]);
    expect(ran).toMatchObject({ exit: 0, stdout: expect.stringContaining("History (revision 2)") });
    expect(ran.stdout).toMatch(/state +unknown/);
    expect(ran.stdout).toMatch(/owner +unknown/);
    expect(ran.stdout).toMatch(/DEV-1 \* +c-dev-1 +unknown/);
    expect(ran.stderr).toContain("note: a part is missing: the ownership subgraph cannot be asked");
  });

  test("siblings without their owners are no answer to act on", async () => {
    const ran = await cli.run("support", ["siblings", "SIB-0", "--csv"]);
    expect(ran).toMatchObject({ exit: 4, stderr: expect.stringContaining("owners are missing") });
  });

  test("an import records, stops at the provisioning, and is finished by running it again", async () => {
    const path = await cli.file("stop.csv", "serial_number,connhex_id\nSTOP-1,c-stop-1\n");
    const ran = await cli.run("line", ["import", path, "--json"]);
    expect(ran).toMatchObject({
      exit: 4,
      stderr: expect.stringContaining("it goes on where it was"),
    });
    expect(JSON.parse(ran.stdout)).toMatchObject({ complete: false, recorded: 1 });
    await cli.pair.databases.ownership.resume();
    const again = await cli.run("line", ["import", path, "--json"]);
    expect(JSON.parse(again.stdout)).toMatchObject({
      complete: true,
      provisioning: { provisioned: 1 },
    });
  });
});
