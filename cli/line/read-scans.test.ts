import { expect, test } from "@jest/globals";
import { readScans, type ScanFormat } from "./read-scans.ts";
import { USUAL_CODE } from "./scan-code.ts";
import { decodePieces } from "./text-lines.ts";

interface Options {
  format?: ScanFormat;
  encoding?: string;
  /** How many bytes come at once. */
  pieceBytes?: number;
  ofEach?: object;
}

/** Each line of the input: what it says, or the code of its refusal. */
async function read(input: string | Buffer, options: Options = {}): Promise<unknown[]> {
  const { format = "lines", encoding = "utf-8", pieceBytes = 1_000_000, ofEach = {} } = options;
  const bytes = Buffer.from(input);
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      yield bytes.subarray(at, at + pieceBytes);
    }
  }
  const pattern = new RegExp(USUAL_CODE, "u");
  const found: unknown[] = [];
  for await (const lines of readScans(decodePieces(pieces(), encoding), {
    format,
    pattern,
    ofEach,
  })) {
    for (const { line, read } of lines) found.push("reason" in read ? [line, read.code] : read);
  }
  return found;
}
const scan = (record: object, scannedAt: string | null = null) => ({ record, scannedAt });

test.each([
  "SN-0001\nSN-0002\n",
  "SN-0001\r\nSN-0002\r\n",
  "SN-0001\rSN-0002",
  "\ufeffSN-0001\n\n\nSN-0002",
])("a scanner may end its lines in any way: %j", async (input) => {
  const expected = [scan({ serialNumber: "SN-0001" }), scan({ serialNumber: "SN-0002" })];
  for (const pieceBytes of [1, 2, 7, 1_000]) {
    expect(await read(input, { pieceBytes })).toEqual(expected);
  }
});

test("what is said of every scan stands in each", async () => {
  const ofEach = { phase: "TESTING", attributes: { leakTested: true } };
  const expected = [scan({ serialNumber: "SN-0001", ...ofEach })];
  expect(await read("SN-0001\n", { ofEach })).toEqual(expected);
});

test("a line that is no code loses nothing but itself", async () => {
  expect(await read("SN-0001 SN-0002\nSN-\nSN-0003\n")).toEqual([
    [1, "TWO_CODES"],
    [2, "BROKEN_CODE"],
    scan({ serialNumber: "SN-0003" }),
  ]);
});

test("another code page is decoded where it is named, and refused where it is not", async () => {
  const latin = Buffer.from("serial_number,operator\nSN-0001,M\xfcller\n", "latin1");
  const named = { format: "csv", encoding: "windows-1252" } as const;
  expect(await read(latin, named)).toEqual([scan({ serialNumber: "SN-0001", operator: "Müller" })]);
  expect(await read(Buffer.from("M\xfcller-1\n", "latin1"))).toEqual([[1, "NOT_TEXT"]]);
  const utf16 = Buffer.from("SN-0001\r\n", "utf16le");
  expect(await read(utf16)).toEqual([[1, "NOT_TEXT"]]);
  expect(await read(utf16, { encoding: "utf-16le", pieceBytes: 3 })).toEqual([
    scan({ serialNumber: "SN-0001" }),
  ]);
});

test("a line that never ends takes no memory, and the next one is read", async () => {
  const found = await read(`${"x".repeat(300_000)}\nSN-0001\n`, { pieceBytes: 4_096 });
  expect(found).toEqual([[1, "FIELD_TOO_LARGE"], scan({ serialNumber: "SN-0001" })]);
});

test("rows of CSV have the columns of an import, and a time of their own where they say one", async () => {
  const csv = [
    "Serial Number;lot_code;attributes.reel;scanned_at;outcome",
    "SN-0001;L-1;0012;2026-01-31T09:00:00+01:00;REFUSED",
    "SN-0002;;;;",
    ";L-1;;;",
    "SN-0003;L-1",
    'SN-0004;"L"1;;;',
    "SN-0005;L-1;;yesterday;",
  ].join("\n");
  const expected = [
    scan(
      { serialNumber: "SN-0001", lotCode: "L-1", attributes: { reel: "0012" } },
      "2026-01-31T08:00:00.000000Z",
    ),
    scan({ serialNumber: "SN-0002", lotCode: "L-9" }),
    [4, "FIELD_REQUIRED"],
    [5, "WRONG_COLUMN_COUNT"],
    [6, "BROKEN_QUOTE"],
    [7, "INVALID_VALUE"],
  ];
  const options = { format: "csv", ofEach: { lotCode: "L-9" } } as const;
  expect(await read(csv, options)).toEqual(expected);
  expect(await read(csv, { ...options, pieceBytes: 64 })).toEqual(expected);
});

test.each([
  ["serial_number,colour\n", "UNKNOWN_COLUMN"],
  ["serial_number,source\n", "UNKNOWN_COLUMN"],
  ["lot_code\n", "MISSING_COLUMN"],
])("a header like %j refuses all below it: %s", async (csv, code) => {
  await expect(read(csv, { format: "csv" })).rejects.toMatchObject({ code });
});

test("objects have fields and attributes of their types", async () => {
  const rows = [
    { serialNumber: "SN-0001", phase: "testing", attributes: { torque: 4.5 } },
    { serial_number: "SN-0002", "attributes.reel": "R1" },
    { serialNumber: "SN-0003", colour: "red" },
    { serialNumber: 4 },
    ["SN-0005"],
  ];
  const input = `${rows.map((row) => JSON.stringify(row)).join("\n")}\n{"serialNumber": "SN-00`;
  expect(await read(input, { format: "ndjson" })).toEqual([
    scan({ serialNumber: "SN-0001", phase: "TESTING", attributes: { torque: 4.5 } }),
    scan({ serialNumber: "SN-0002", attributes: { reel: "R1" } }),
    [3, "INVALID_VALUE"],
    [4, "INVALID_VALUE"],
    [5, "BROKEN_ROW"],
    [6, "BROKEN_ROW"],
  ]);
});
