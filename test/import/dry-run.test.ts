import { readdir } from "node:fs/promises";
import { dirname } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type CommandLine, startCommandLine } from "../cli/command-line.ts";
import { cell, workbookBytes } from "./made-workbook.ts";

let cli: CommandLine;
beforeAll(async () => {
  cli = await startCommandLine();
});
afterAll(() => cli.close());

async function importJson(path: string, ...options: string[]) {
  const ran = await cli.run("line", ["import", path, "--json", ...options]);
  if (ran.stdout === "") throw new Error(ran.stderr);
  // Speed and memory are never the same twice.
  const { seconds, rowsPerSecond, peakMemoryBytes, secrets, ...told } = JSON.parse(ran.stdout);
  expect([seconds, rowsPerSecond, peakMemoryBytes].every((one) => one >= 0)).toBe(true);
  return told;
}

test("a dry run of a file tells what its import tells then, and leaves nothing behind", async () => {
  const before = [
    "serial_number,connhex_id,phase,disposition",
    "OLD-1,chx-1,TESTING,",
    "OLD-2,,TESTING,QUARANTINED",
    "OLD-3,chx-3,TESTING,",
  ].join("\n");
  await cli.run("line", ["import", await cli.file("before.csv", before)]);
  const rows = [
    "serial_number,connhex_id,provision.name,phase,disposition",
    "OLD-1,chx-1,,TESTING,",
    "OLD-1,,,PACKAGING,",
    "OLD-2,,wants one,TESTING,",
    "OLD-2,,,MANUFACTURING,",
    "NEW-1,,pump,TESTING,",
    "NEW-2,,pump,TESTING,QUARANTINED",
    "NEW-3,chx-3,,TESTING,",
    "NEW-4,chx-4,,TESTING,",
    "NEW-5,chx-4,,TESTING,",
    "NEW-6,,,SHIPPED,",
    "",
  ];
  const path = await cli.file("mixed.csv", rows.join("\n"));
  // Batches of two rows: what one brings, the next one must know of.
  const dry = await importJson(path, "--dry-run", "--batch-size", "2");
  expect(await readdir(dirname(path))).toEqual(["before.csv", "mixed.csv"]);
  const query = `query { device(serialNumber: "NEW-1") { id } }`;
  expect((await cli.gateway.query(query)).data).toEqual({ device: null });
  const real = await importJson(path, "--batch-size", "2");
  expect(dry).toEqual({ ...real, dryRun: true });
  expect(real).toMatchObject({ rows: 10, recorded: 4, unchanged: 2, refused: 4 });
  expect(real.provisioning).toEqual({ provisioned: 2, pending: 0, unchanged: 1, refused: 3 });
});

test("a workbook is imported, mended in its report, and importing it again changes nothing", async () => {
  const header = ["serial_number", "lot_code", "produced_at"].map(cell.inline);
  const bytes = await workbookBytes({
    sheets: {
      Devices: [
        header,
        [cell.inline("X-1"), cell.shared(0), cell.number("46053.333333333336", 1)],
        [cell.inline("X-2"), cell.error("#N/A"), cell.number("46053", 1)],
      ],
      Notes: [],
    },
    shared: ["<t>L-X</t>"],
    formats: ["dd/mm/yyyy hh:mm"],
  });
  const path = await cli.file("devices.xlsx", bytes);
  const report = `${path}.refused.csv`;
  const words = ["import", path, "--time-zone", "Europe/Rome"];
  const ran = await cli.run("line", [...words, "--report", report]);
  expect(ran).toMatchObject({ exit: 1, stderr: expect.stringContaining('not from "Notes"') });
  expect(ran.stdout).toContain('line 3, lot_code: the cell holds the error "#N/A" [INVALID_VALUE]');
  const query = `query { device(serialNumber: "X-1") { lotCode asOf(at: "2026-02-01T00:00:00Z") { producedAt source } } }`;
  expect((await cli.gateway.query(query)).data?.device).toEqual({
    lotCode: "L-X",
    asOf: null,
  });
  const again = await cli.run("line", ["import", report, "--time-zone", "Europe/Rome", "--json"]);
  expect(JSON.parse(again.stdout)).toMatchObject({ recorded: 1, refused: 0 });
  const third = await cli.run("line", ["import", report, "--time-zone", "Europe/Rome"]);
  expect(third).toMatchObject({ exit: 0, stdout: expect.stringContaining("nothing is new") });
  const without = await cli.run("line", ["import", path]);
  expect(without.stdout).toContain("must be a time with its offset");
});
