import { describe, expect, test } from "@jest/globals";
import { readCsv } from "./read-csv.ts";
import type { FileRow } from "./row.ts";

test("rows know their line and every column", async () => {
  const rows = await read('serial_number, lot_code\nSN-1,"L\n1"\nSN-2,\n');
  expect(rows.map(({ line, cells }) => [line, ...cells])).toEqual([
    [2, ["serial_number", "SN-1"], ["lot_code", "L\n1"]],
    [4, ["serial_number", "SN-2"], ["lot_code", ""]],
  ]);
});

describe("a row that cannot be read is refused alone", () => {
  test.each([
    ["a,b,c", "WRONG_COLUMN_COUNT", null, "the row has 3 cells, the header has 2"],
    ["a", "WRONG_COLUMN_COUNT", null, "the row has 1 cells, the header has 2"],
    [`a,${"x".repeat(70_000)}`, "FIELD_TOO_LARGE", "lot_code", "more than 65536 characters"],
    ['"a"b,c', "BROKEN_QUOTE", "serial_number", "text after the closing quote"],
  ])("%.20s is %s", async (line, code, field, reason) => {
    const [bad, good] = await read(`serial_number,lot_code\n${line}\nSN-2,L-1\n`);
    expect(bad?.defect).toEqual({ code, field, reason: expect.stringContaining(reason) });
    expect(good).toMatchObject({ line: 3, defect: null });
  });
});

describe("a header that cannot be read refuses the file", () => {
  test.each([
    ["", "the file is empty"],
    ["a,b,a\n1,2,3", 'the column "a" stands twice'],
    ["a,,c\n", "column 2 has no name"],
    [`${"x,".repeat(600)}x\n`, "601 columns, more than 500"],
    [`${"x".repeat(70_000)}\n`, "no header"],
  ])("%.20j", async (text, reason) => {
    await expect(read(text)).rejects.toThrow(reason);
  });
});

async function read(text: string): Promise<FileRow[]> {
  async function* source() {
    if (text !== "") yield text;
  }
  const rows: FileRow[] = [];
  for await (const row of readCsv(source())) rows.push(row);
  return rows;
}
