import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  cell,
  escaped,
  type MadeWorkbook,
  readWorkbook,
  sheetXml,
  workbookBytes,
} from "./made-workbook.ts";

const HEADER = [cell.inline("serial_number"), cell.inline("lot_code")];

async function read(made: MadeWorkbook, sheet?: string) {
  return readWorkbook(await workbookBytes(made), sheet);
}

/** One column of one sheet, below its header. */
async function column(cells: string[], made: Partial<MadeWorkbook> = {}) {
  const rows = [[cell.inline("v")], ...cells.map((one) => [one])];
  const found = await read({ ...made, sheets: { Sheet1: rows } });
  return found.map(([, value]) => (typeof value === "string" ? value : (value as { v: string }).v));
}

describe("a cell is read as its type and its style say", () => {
  test("shared texts, those of several letters, those with their sound, and texts of the cell itself", async () => {
    const shared = [
      "<t>one</t>",
      "<r><t>tw</t></r><r><rPr/><t>o</t></r>",
      '<t xml:space="preserve"> 3 </t><rPh><t>x</t></rPh>',
      "<t>a_x000D_&amp;b</t>",
      "<t/>",
    ];
    const cells = [
      cell.shared(0),
      cell.shared(1),
      cell.shared(2),
      cell.shared(3),
      cell.inline("four"),
      cell.formula("five"),
    ];
    expect(await column(cells, { shared })).toEqual(["one", "two", " 3 ", "a\r&b", "four", "five"]);
  });

  test("numbers, dates, truth and errors", async () => {
    const formats = ["dd/mm/yyyy hh:mm", "yyyy-mm-dd", "00000000", "h:mm", "0.00"];
    const cells = [
      cell.number("123456789012"),
      cell.number("1.23456789012E+11", 5),
      cell.number("46053.333333333336", 1),
      cell.number("46053", 2),
      cell.number("4711", 3),
      cell.number("0.5", 4),
      cell.boolean(true),
      cell.number("60", 2),
      cell.error("#N/A"),
      cell.number("twelve"),
      't="d"><v>2026-01-31T08:00:00Z</v>',
    ];
    expect(await column(cells, { formats })).toEqual([
      "123456789012",
      "123456789012",
      "2026-01-31T08:00:00",
      "2026-01-31",
      "00004711",
      "12:00:00",
      "true",
      "v INVALID_VALUE: the number 60 is no day of a calendar",
      'v INVALID_VALUE: the cell holds the error "#N/A"',
      'v INVALID_VALUE: the cell holds "twelve", and no number',
      "2026-01-31T08:00:00Z",
    ]);
  });

  test("days that count from 1904", async () => {
    const made = { formats: ["yyyy-mm-dd"], is1904: true };
    expect(await column([cell.number("44591", 1)], made)).toEqual(["2026-01-31"]);
  });
});

describe("a sheet", () => {
  const rows = [
    [],
    HEADER,
    [],
    [cell.inline("SN-1"), null],
    [null, cell.styled(1)],
    [cell.inline("SN-2"), cell.inline("L-1")],
  ];

  test("begins with its first row that is not empty, and counts lines as the spreadsheet does", async () => {
    expect(await read({ sheets: { Sheet1: rows } })).toEqual([
      [4, { serial_number: "SN-1", lot_code: "" }],
      [6, { serial_number: "SN-2", lot_code: "L-1" }],
    ]);
  });

  test("is the first one that can be seen, or the one that is named", async () => {
    const one = [HEADER, [cell.inline("SN-1")]];
    const other = [HEADER, [cell.inline("SN-2")]];
    const made = { sheets: { Notes: one, Devices: other }, hidden: ["Notes"] };
    expect(await read(made)).toEqual([[2, { serial_number: "SN-2", lot_code: "" }]]);
    expect(await read(made, "Notes")).toEqual([[2, { serial_number: "SN-1", lot_code: "" }]]);
    await expect(read(made, "devices")).rejects.toMatchObject({
      code: "UNKNOWN_SHEET",
      message: 'there is no sheet "devices"; there are "Notes", "Devices"',
    });
  });

  test("needs no places of its rows and cells, and no prefix or another one", async () => {
    const xml = `<x:worksheet xmlns:x="urn:x"><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>a</x:t></x:is></x:c></x:row><x:row><x:c><x:v>7</x:v></x:c></x:row></x:sheetData></x:worksheet>`;
    const parts = { "xl/worksheets/sheet1.xml": xml };
    expect(await read({ sheets: { Sheet1: [] }, parts })).toEqual([[2, { a: "7" }]]);
  });

  test("refuses a row with something in a column that has no name, and no other", async () => {
    const found = await read({
      sheets: { S: [[cell.inline("a")], [null, cell.number(1)], [cell.number(2)]] },
    });
    expect(found).toEqual([
      [2, "null WRONG_COLUMN_COUNT: column B has no name in the header"],
      [3, { a: "2" }],
    ]);
  });

  test("refuses a cell that is too long by itself", async () => {
    const long = "x".repeat(70_000);
    expect(
      await column([cell.inline(long), cell.shared(0), cell.inline("b")], {
        shared: [`<t>${long}</t>`],
      }),
    ).toEqual([
      "v FIELD_TOO_LARGE: the cell has more than 65536 characters",
      "v FIELD_TOO_LARGE: the cell has more than 65536 characters",
      "b",
    ]);
  });
});

describe("a workbook that cannot be read is refused whole", () => {
  const sound = { sheets: { Sheet1: [HEADER, [cell.inline("SN-1")]] } };
  const withSheet = (xml: string | null) => ({
    ...sound,
    parts: { "xl/worksheets/sheet1.xml": xml },
  });

  test.each<[what: string, made: MadeWorkbook, code: string, reason: string]>([
    ["without its sheet", withSheet(null), "BROKEN_WORKBOOK", "sheet1.xml is missing"],
    [
      "with XML that ends too soon",
      withSheet("<worksheet><sheetData><row>"),
      "BROKEN_WORKBOOK",
      "damaged",
    ],
    [
      "with a document type",
      withSheet('<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>'),
      "WRONG_FORMAT",
      "document type",
    ],
    [
      "with an entity of its own",
      withSheet(sheetXml([[cell.inline("a")]]).replace(">a<", ">&b;<")),
      "BROKEN_WORKBOOK",
      "undefined entity",
    ],
    [
      "with a shared text that is not there",
      { sheets: { S: [[cell.shared(3)]] } },
      "BROKEN_WORKBOOK",
      "shared text 3 of 0",
    ],
    [
      "with a cell beyond the last column",
      withSheet(sheetXml([[]]).replace("</row>", '<c r="XFE1"><v>1</v></c></row>')),
      "BROKEN_WORKBOOK",
      "no cell XFE1",
    ],
    ["without cells", { sheets: { S: [] } }, "EMPTY_FILE", "is empty"],
    [
      "with a column twice",
      { sheets: { S: [[cell.inline("a"), cell.inline(" a")]] } },
      "DUPLICATE_COLUMN",
      "stands twice",
    ],
    [
      "that is a text document",
      {
        sheets: {},
        parts: { "_rels/.rels": null, "xl/workbook.xml": null, "word/document.xml": "<a/>" },
      },
      "WRONG_FORMAT",
      "a Word document",
    ],
    [
      "that is any archive",
      { sheets: {}, parts: { "_rels/.rels": null, "xl/workbook.xml": null } },
      "WRONG_FORMAT",
      "no Excel workbook",
    ],
    [
      "that is binary",
      {
        sheets: {},
        parts: {
          "_rels/.rels":
            '<R><Relationship Id="a" Type="x/officeDocument" Target="xl/workbook.bin"/></R>',
        },
      },
      "WRONG_FORMAT",
      ".xlsb",
    ],
    [
      "with broken UTF-8",
      { ...sound, parts: { "xl/worksheets/sheet1.xml": Buffer.from([0x3c, 0x61, 0xff, 0x3e]) } },
      "BROKEN_WORKBOOK",
      "damaged",
    ],
    [
      "with a text of many MiB between two tags",
      withSheet(`<worksheet>${"x".repeat(3_000_000)}</worksheet>`),
      "FILE_TOO_LARGE",
      "between two tags",
    ],
    [
      "with a comment of many MiB",
      withSheet(`<worksheet><!--${"<".repeat(3_000_000)}--></worksheet>`),
      "FILE_TOO_LARGE",
      "between two tags",
    ],
    [
      "that unpacks to a thousand times its size",
      withSheet(`<worksheet>${"<a/>".repeat(8_000_000)}</worksheet>`),
      "FILE_TOO_LARGE",
      "times its size",
    ],
  ])("%s", async (_, made, code, reason) => {
    await expect(read(made)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(reason),
    });
  });

  test("cut anywhere, or with a byte changed anywhere, it is refused or read, and nothing else", async () => {
    const rows = Array.from({ length: 200 }, (_, index) => [
      cell.inline(`SN-${index}`),
      cell.shared(0),
    ]);
    const bytes = await workbookBytes({
      sheets: { Sheet1: [HEADER, ...rows] },
      shared: ["<t>L-1</t>"],
    });
    const whole = await readWorkbook(bytes);
    const places = fc.record({
      at: fc.nat(bytes.length - 1),
      byte: fc.nat(255),
      cuts: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(places, async ({ at, byte, cuts }) => {
        const broken = cuts ? bytes.subarray(0, at) : Buffer.from(bytes);
        if (!cuts) broken[at] = byte;
        try {
          expect(await readWorkbook(broken)).toEqual(whole);
        } catch (error) {
          const { code } = error as { code?: string };
          expect(["BROKEN_WORKBOOK", "WRONG_FORMAT", "FILE_TOO_LARGE", "EMPTY_FILE"]).toContain(
            code,
          );
        }
      }),
    );
  });
});

test("whatever texts stand in it, they are read as they were written", async () => {
  // XML holds no control characters; a text of blanks alone, or of nothing, is no cell.
  const text = fc
    .string({ unit: "grapheme" })
    .map((one) => one.replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, "").replaceAll("_x", "_y"));
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 1 }), async (texts) => {
      const shared = texts.map((one) => `<t>${escaped(one)}</t>`);
      const rows = texts.flatMap((one, index) =>
        one === "" ? [] : [[cell.shared(index), cell.inline(one)]],
      );
      const found = await read({ sheets: { S: [HEADER, ...rows] }, shared });
      expect(found.map(([, cells]) => cells)).toEqual(
        texts.filter((one) => one !== "").map((one) => ({ serial_number: one, lot_code: one })),
      );
    }),
    { numRuns: 50 },
  );
});
