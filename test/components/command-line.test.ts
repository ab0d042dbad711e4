import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type CommandLine, startCommandLine } from "../cli/command-line.ts";

let cli: CommandLine;
beforeAll(async () => {
  cli = await startCommandLine();
  const devices = "serial_number,part_number\nSN-1,GW\nSN-2,GW\nSN-3,GW\n";
  await cli.run("line", ["import", await cli.file("devices.csv", devices)]);
});
afterAll(() => cli?.close());

const FILE = `parent,parent_supplier,Parent Part Number,parentSerialNumber,supplier,part_number,serial_number,supplier_lot,position,quantity,measure,installed_at
SN-1,,,,ACME,PCB,0001,,main,,,2026-01-01T00:00:00Z
SN-2,,,,ACME,PCB,0002,,main,,,2026-01-01T00:00:00Z
,ACME,PCB,0001,CHIPS,C-4,,L-7,U1,2,g,2026-01-01T00:00:00Z
,ACME,PCB,0002,CHIPS,C-4,,L-7,U1,2,g,2026-01-01T00:00:00Z
SN-9,,,,ACME,PCB,0009,,,,,
SN-1,,,,ACME,PCB,,,,,,
SN-1,ACME,PCB,0001,ACME,FAN,1,,,,,
SN-1,,,,ACME,FAN,1,,,two,,
SN-1,,,,ACME,FAN,1,,,,,yesterday
`;

describe("a file of installations", () => {
  test("is judged row by row, and reported; read again it changes nothing", async () => {
    const path = await cli.file("parts.csv", FILE);
    const report = path.replace("parts.csv", "refused.csv");
    const ran = await cli.run("line", ["components", "import", path, "--report", report]);
    expect(ran.exit).toBe(1);
    expect(ran.stdout).toContain("installations: recorded 4 · unchanged 0 · refused 5");
    const reasons = (await readFile(report, "utf8")).split("\n").slice(1, -1);
    expect(reasons.map((line) => line.split(",").slice(0, 3).join(" "))).toEqual([
      "6 parent.device DEVICE_NOT_RECORDED",
      "7 child.component FIELD_REQUIRED",
      "8 parent INVALID_VALUE",
      "9 quantity INVALID_VALUE",
      "10 installedAt INVALID_VALUE",
    ]);
    const again = await cli.run("line", ["components", "import", path, "--json"]);
    expect(JSON.parse(again.stdout)).toMatchObject({
      ...{ rows: 9, recorded: 0, unchanged: 4, refused: 5, complete: true, dryRun: false },
    });
    // A report can be imported as it is: it says the same of the same rows.
    const mended = await cli.run("line", ["components", "import", report, "--json"]);
    expect(JSON.parse(mended.stdout)).toMatchObject({ rows: 5, recorded: 0, refused: 5 });
  });

  test("that cannot be understood is refused as a whole, and dry runs write nothing", async () => {
    const run = async (name: string, content: string, ...words: string[]) =>
      cli.run("line", ["components", "import", await cli.file(name, content), ...words]);
    const unknown = await run("u.csv", "parent,supplier,part_numbr\nSN-1,A,B\n");
    expect(unknown.stderr).toContain('"part_numbr" (nearest known name: partNumber)');
    const missing = await run("m.csv", "parent,part_number\nSN-1,B\n");
    expect(missing.stderr).toContain("MISSING_COLUMN");
    const twice = await run("t.csv", "parent,Parent,supplier\nSN-1,SN-1,A\n");
    expect(twice.stderr).toContain("DUPLICATE_COLUMN");
    const row = {
      parent: "SN-3",
      supplier: "A",
      partNumber: "DRY",
      serialNumber: "1",
      quantity: 3,
    };
    const dry = await run("d.ndjson", `${JSON.stringify(row)}\n`, "--dry-run");
    expect(dry.stdout).toContain("dry run, nothing written: 1 would be sent · 0 refused");
    const listed = await cli.run("support", ["components", "SN-3", "--json"]);
    expect(JSON.parse(listed.stdout).totalCount).toBe(0);
  });
});

describe("components and where-used", () => {
  test("list what is in a device", async () => {
    const ran = await cli.run("support", ["components", "SN-1"]);
    expect(ran).toMatchObject({ exit: 0, stderr: "1 installation\n" });
    const [header, line] = ran.stdout.split("\n");
    expect(header?.split(/ {2,}/)).toEqual([
      ...["position", "amount", "item", "supplier", "part number", "serial number"],
      ...["supplier lot", "installed", "removed"],
    ]);
    expect(line?.split(/ {2,}/)).toEqual([
      ...["main", "1", "component", "ACME", "PCB", "0001", "–"],
      ...["2026-01-01T00:00:00.000000Z", "–"],
    ]);
    const before = ["components", "SN-1", "--at", "2025-12-31T00:00:00Z", "--json"];
    expect(JSON.parse((await cli.run("support", before)).stdout).totalCount).toBe(0);
    expect((await cli.run("support", ["components", "SN-9"])).stderr).toContain("NOT_FOUND");
  });

  test("list what contains a supplier's lot, level by level", async () => {
    const lot = ["where-used", "--supplier", "CHIPS", "--supplier-lot", "L-7"];
    const ran = await cli.run("support", lot);
    expect(ran.stderr).toBe("4 items\n");
    const lines = ran.stdout.trimEnd().split("\n").slice(1);
    expect(lines.map((line) => line.split(/ {2,}/).join(" "))).toEqual([
      "1 component ACME PCB 0001 –",
      "1 component ACME PCB 0002 –",
      "2 device – GW SN-1 –",
      "2 device – GW SN-2 –",
    ]);
    expect(ran.stderr).toBe("4 items\n");
    const near = await cli.run("support", [...lot, "--levels", "1", "--json"]);
    expect(JSON.parse(near.stdout)).toMatchObject({ totalCount: 2, isComplete: false, loops: [] });
    const mistyped = await cli.run("support", ["where-used", "--supplier-lot", "L-77"]);
    expect(mistyped).toMatchObject({ exit: 1, stdout: "" });
    expect(mistyped.stderr).toContain('no component ever had supplierLot "L-77"');
    expect((await cli.run("support", ["where-used"])).exit).toBe(2);
  });
});
