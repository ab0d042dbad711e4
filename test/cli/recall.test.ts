import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type CommandLine, startCommandLine } from "./command-line.ts";

let cli: CommandLine;
let criteria: string;
const inLot = (lot: string) => ({ group: { field: "lotCode", values: [lot] } });
const BOTH = {
  allOf: [
    { anyOf: [inLot("L-1"), { allOf: [inLot("L-2")] }] },
    { field: { name: "fwVersion", from: "1.9", to: "1.10" } },
    { noneOf: [{ group: { field: "lotCode", values: ["L-2"], at: "2020-01-01T00:00:00+01:00" } }] },
  ],
};

beforeAll(async () => {
  cli = await startCommandLine();
  const rows = Array.from({ length: 2_500 }, (_, index) => {
    const number = String(index + 1).padStart(5, "0");
    return `SN-${number},${index < 2_100 ? "L-1" : "L-2"},${index % 2 ? "1.9.2" : "1.10.0"},`;
  });
  rows.push("SN-90001,L-2,1.10.1,c-1");
  const header = "serial_number,lot_code,fw_version,connhex_id";
  const path = await cli.file("devices.csv", `${[header, ...rows].join("\n")}\n`);
  const ran = await cli.run("line", ["import", path, "--json"]);
  if (ran.exit !== 0) throw new Error(ran.stdout + ran.stderr);
  const register = `mutation ($input: RegisterOwnershipInput!) { registerOwnership(input: $input) { id } }`;
  const owner = { kind: "PERSON", displayName: "Ada Rossi", country: "IT" };
  const answer = await cli.gateway.query(
    register,
    { input: { connhexId: "c-1", owner } },
    "support",
  );
  if (answer.errors.length > 0) throw new Error(answer.text);
  criteria = await cli.file("criteria.json", JSON.stringify(BOTH));
});
afterAll(() => cli.close());

const recall = (...words: string[]) => cli.run("recall_manager", ["recall", ...words]);

describe("recall scope", () => {
  test("says what the criteria mean, how many there are, and how they are spread", async () => {
    const ran = await recall("scope", "--criteria", criteria);
    expect(ran).toMatchObject({ exit: 0, stderr: "" });
    const lines = ran.stdout.split("\n").map((line) => line.replace(/ {2,}/g, " | "));
    expect(lines).toEqual(
      expect.arrayContaining([
        'Devices of which (lotCode is "L-1" or lotCode is "L-2") and fwVersion is from 1.9 to 1.10 and not (lotCode was "L-2" at 2019-12-31T23:00:00.000000Z).',
        "2,500 devices",
        "lotCode | devices",
        "L-1 | 2,100",
        "fwVersion | devices",
        "1.10.0 | 1,250",
        "ownerCountry | devices",
        "not known | 2,500",
      ]),
    );
  });

  test("takes JSON itself, and what shares an origin with a device", async () => {
    const inline = await recall("scope", "--criteria", JSON.stringify(inLot("L-2")), "--json");
    expect(JSON.parse(inline.stdout)).toMatchObject({
      count: 401,
      breakdowns: {
        provisioned: [
          { value: "false", count: 400 },
          { value: "true", count: 1 },
        ],
        ownerCountry: [
          { value: null, count: 400 },
          { value: "IT", count: 1 },
        ],
      },
    });
    const siblings = await recall("scope", "--siblings-of", "SN-90001", "--ever", "--json");
    expect(JSON.parse(siblings.stdout).count).toBe(401);
    const early = ["--known-at", "2020-01-01"];
    const before = await recall("scope", "--siblings-of", "SN-90001", ...early);
    expect(before).toMatchObject({ exit: 2 });
  });

  test("lists every device, as many as were counted", async () => {
    const ran = await recall("scope", "--criteria", criteria, "--devices");
    const [header, ...lines] = ran.stdout.trimEnd().split("\n");
    expect(header).toBe("serialNumber,connhexId");
    expect(lines).toHaveLength(2_500);
    expect(new Set(lines).size).toBe(2_500);
  });

  test("is refused by name where a value never existed", async () => {
    const ran = await recall("scope", "--criteria", JSON.stringify(inLot("L-11")));
    expect(ran).toMatchObject({ exit: 1, stdout: "" });
    expect(ran.stderr).toContain('group: no device ever had the lotCode "L-11"; near it: "L-1"');
    expect(ran.stderr).toContain("[UNKNOWN_VALUE]");
  });

  test.each([
    [["scope"], "give --criteria"],
    [["scope", "--criteria", "{}", "--by", "lotCode"], "--by and --ever go with --siblings-of"],
    [["scope", "--criteria", "{nonsense"], "INVALID_JSON"],
    [["scope", "--criteria", '{"allOf": [{"lot": "L-1"}]}'], "lot"],
    [["compare", "-", "-"], "standard input"],
  ])("%j is wrong usage", async (words, told) => {
    const ran = await recall(...words);
    expect(ran.exit).toBeGreaterThan(0);
    expect(ran.stderr).toContain(told);
  });
});

test("recall compare sets two scopes beside each other", async () => {
  const ran = await recall("compare", criteria, JSON.stringify(inLot("L-2")), "--json");
  const { onlyInA, inBoth, onlyInB } = JSON.parse(ran.stdout);
  expect([onlyInA.count, inBoth.count, onlyInB.count]).toEqual([2_100, 400, 1]);
  expect(onlyInB.breakdowns.fwVersion).toEqual([{ value: "1.10.1", count: 1 }]);
  const text = await recall("compare", criteria, JSON.stringify(inLot("L-2")));
  expect(text.stdout).toContain("only in b: 1 device\n");
});

test("recall explain names what decided", async () => {
  const ran = await recall("explain", "SN-90001", "--criteria", criteria);
  expect(ran.stdout).toMatch(
    /^SN-90001 is not affected\nby allOf\[1\]\.field: fwVersion is from 1\.9 to 1\.10\nrevision 1, recorded /,
  );
});

test("roles that recalls do not concern are refused", async () => {
  const ran = await cli.run("line", ["recall", "scope", "--criteria", criteria]);
  expect(ran).toMatchObject({ exit: 3, stdout: "" });
});
