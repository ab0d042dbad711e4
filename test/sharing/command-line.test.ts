import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type CommandLine, startCommandLine } from "../cli/command-line.ts";

let cli: CommandLine;
beforeAll(async () => {
  cli = await startCommandLine();
  const rows = Array.from({ length: 2_500 }, (_, n) => `SN-${n},LOT-${n % 2},P-1,Prato`);
  const header = "serial_number,lot_code,part_number,site";
  const path = await cli.file("devices.csv", `${[header, ...rows].join("\n")}\n`);
  const ran = await cli.run("line", ["import", path]);
  if (ran.exit !== 0) throw new Error(ran.stderr);
}, 60_000);
afterAll(() => cli.close());

const WHY = ["--reason", "warranty audit"];

test("share add, list and end tell what a partner may see", async () => {
  const group = ["--group", "lotCode", "--value", "LOT-1", "--field", "lotCode"];
  const added = await cli.run("compliance", ["share", "add", "lab", ...group, ...WHY]);
  expect(added).toMatchObject({ exit: 0, stderr: "covers 1,250 devices now\n" });
  expect(added.stdout.replace(/ {2,}/g, " | ")).toMatch(
    /\n\S+ \| lab \| ACTIVE \| lotCode LOT-1 \| lotCode \| [\d-]{10} to – \| warranty audit\n/,
  );
  const listed = await cli.run("support", ["share", "list", "--partner", "lab", "--json"]);
  const [share] = JSON.parse(listed.stdout);
  expect(share).toMatchObject({ partner: "lab", kind: "GROUP", state: "ACTIVE", endedAt: null });
  const ended = await cli.run("admin", ["share", "end", share.id, ...WHY, "--json"]);
  expect(JSON.parse(ended.stdout)).toMatchObject({ id: share.id, state: "ENDED" });
  const again = await cli.run("admin", ["share", "end", share.id, ...WHY]);
  expect(again).toMatchObject({ exit: 1, stderr: expect.stringContaining("It is so already") });
});

test("share add notes that no partner has the name, to who may know", async () => {
  const add = ["share", "add", "newcomer", "--serial", "SN-1", ...WHY];
  const early = await cli.run("admin", add);
  expect(early).toMatchObject({ exit: 0, stderr: expect.stringContaining("no partner is called") });
  await cli.run("admin", ["client", "add", "newcomer", "--kind", "partner"]);
  expect(await cli.run("admin", add)).toMatchObject({ exit: 0, stderr: "covers 1 device now\n" });
});

test("a list of thousands comes from a file, or from standard input", async () => {
  const serials = Array.from({ length: 2_500 }, (_, n) => `SN-${n}`);
  const path = await cli.file("serials.txt", `${serials.join("\r\n")}\r\n`);
  const add = ["share", "add", "shop", ...WHY, "--json", "--list"];
  const fromFile = await cli.run("compliance", [...add, path]);
  expect(JSON.parse(fromFile.stdout)).toMatchObject({ kind: "LIST", deviceCount: 2_500 });
  const fromInput = await cli.run("compliance", [...add, "-"], { input: "SN-1\n\nSN-2" });
  expect(JSON.parse(fromInput.stdout)).toMatchObject({ kind: "LIST", deviceCount: 2 });
});

test("criteria are given one by one", async () => {
  const criteria = ["--part-number", "P-1", "--part-number", "P-2", "--site", "Prato"];
  const words = ["share", "add", "lab", ...criteria, "--serial-from", "SN-2499", ...WHY, "--json"];
  const share = JSON.parse((await cli.run("admin", words)).stdout);
  // By code points: SN-2499, then 25 to 29, 250 to 299, and all that begin with 3 to 9.
  const deviceCount = 1 + 5 + 50 + 7 + 70 + 700;
  expect(share).toMatchObject({ kind: "CRITERIA", fields: [], deviceCount });
  expect(share.criteria).toMatchObject({ partNumber: ["P-1", "P-2"], site: ["Prato"] });
});

test("a list that is not UTF-8 is refused, from a file as from standard input", async () => {
  const bytes = Buffer.from("SN-1\nSN-\u00e9\n", "latin1");
  const add = ["share", "add", "lab", ...WHY, "--list"];
  const fromFile = await cli.run("admin", [...add, await cli.file("latin1.txt", bytes)]);
  expect(fromFile).toMatchObject({ exit: 2, stderr: expect.stringContaining("[NOT_UTF8]") });
  const fromInput = await cli.run("admin", [...add, "-"], { input: bytes });
  expect(fromInput).toMatchObject({ exit: 2, stderr: expect.stringContaining("[NOT_UTF8]") });
});

test.each<[string, string[], number, string]>([
  ["no terms", [], 2, "USAGE"],
  ["a group without a value", ["--group", "lotCode"], 2, "USAGE"],
  ["two kinds of terms", ["--serial", "SN-1", "--site", "Prato"], 2, "USAGE"],
  ["a list that is not there", ["--list", "nothing.txt"], 2, "NOT_READABLE"],
  ["a device that is not recorded", ["--serial", "X"], 1, "DEVICE_NOT_RECORDED"],
])("%s is refused", async (_, terms, exit, code) => {
  const ran = await cli.run("admin", ["share", "add", "lab", ...terms, ...WHY]);
  expect(ran).toMatchObject({ exit, stdout: "" });
  expect(ran.stderr).toContain(`[${code}]`);
});

test("a role that does not share is told so", async () => {
  const ran = await cli.run("engineering", ["share", "add", "lab", "--serial", "SN-1", ...WHY]);
  expect(ran).toMatchObject({ exit: 3, stdout: "" });
  expect(ran.stderr).toContain("Ask with the role compliance");
});
