import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import Papa from "papaparse";
import { type CsvRecord, CsvScanner, guessDelimiter } from "./csv-scanner.ts";
import { INPUT_LIMITS } from "./row.ts";

describe("the CSV scanner reads", () => {
  test.each([
    [
      "a,b\n1,2\n",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "a,b\r\n1,2",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "a,b\r1,2\r",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    ["\n\na\n\n", [["a"]]],
    [
      "a,\n,b\n",
      [
        ["a", ""],
        ["", "b"],
      ],
    ],
    ['"a","b ""c"""\n', [["a", 'b "c"']]],
    ['"a\nb",c\n', [["a\nb", "c"]]],
    ['a"b,c\n', [['a"b', "c"]]],
    ['""\n', [[""]]],
    ["", []],
  ])("%j", (text, rows) => {
    expect(scan([text]).map(({ cells }) => cells)).toEqual(rows);
  });

  test("the same records wherever the pieces are cut, as Papa Parse does", () => {
    const cell = fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "\r\n", " ", "é", "😀") });
    const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1 });
    fc.assert(
      fc.property(rows, fc.nat({ max: 20 }), (table, cut) => {
        const text = Papa.unparse(table, { newline: "\n" });
        const pieces = [text.slice(0, cut), text.slice(cut)];
        const expected = Papa.parse<string[]>(text, { newline: "\n", delimiter: "," }).data;
        expect(scan(pieces).map(({ cells }) => cells)).toEqual(expected);
      }),
    );
  });
});

describe("the CSV scanner knows", () => {
  test("the first line of every record, also after line breaks in quotes", () => {
    const lines = scan(['h\n"a\nb"\n\nc\r\nd']).map(({ line }) => line);
    expect(lines).toEqual([1, 2, 5, 6]);
  });

  test("a cell beyond the limit, which it does not keep", () => {
    const piece = "x".repeat(1_000_000);
    const [record] = scan(["a,", ...Array(10).fill(piece), ",b\n"]);
    expect(record).toMatchObject({ oversizedCell: 1, cellCount: 3 });
    expect(record?.cells[1]).toHaveLength(INPUT_LIMITS.cellCharacters);
  });

  test("text after a closing quote", () => {
    expect(scan(['a,"b"c,d\n'])[0]).toMatchObject({ brokenCell: 1, cellCount: 3 });
  });

  test("the line on which an unclosed quote stands", () => {
    expect(() => scan(['a\nb\n"c\nd\n'])).toThrow(
      "line 3: a quote is opened here and never closed",
    );
  });

  test("how many cells a row has beyond the limit of columns", () => {
    const [record] = scan([`${"x,".repeat(5_000)}x\n`]);
    expect(record?.cellCount).toBe(5_001);
    expect(record?.cells).toHaveLength(INPUT_LIMITS.columns);
  });
});

describe("the delimiter is the one that the header has most of", () => {
  test.each([
    ["a,b;c,d\n1;2;3;4;5;6", ","],
    ["a;b;c", ";"],
    ["a\tb", "\t"],
    ["a|b|c", "|"],
    ['"a;b;c",d', ","],
    ["a", ","],
  ])("%j", (text, delimiter) => {
    expect(guessDelimiter(text)).toBe(delimiter);
  });
});

function scan(pieces: readonly string[]): CsvRecord[] {
  const scanner = new CsvScanner(",");
  return [...pieces.flatMap((piece) => [...scanner.push(piece)]), ...scanner.end()];
}
