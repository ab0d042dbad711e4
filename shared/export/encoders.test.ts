import { describe, expect, test } from "@jest/globals";
import { tableFromIPC } from "apache-arrow";
import fc from "fast-check";
import { parquetReadObjects } from "hyparquet";
import Papa from "papaparse";
import { ENCODERS } from "./encoders.ts";
import type { ExportColumn } from "./export-column.ts";
import type { ExportFormat } from "./export-format.ts";
import { rowBatches } from "./row-batch.ts";

const COLUMNS: readonly ExportColumn[] = [
  { name: "text", type: "text" },
  { name: "integer", type: "integer" },
  { name: "number", type: "number" },
  { name: "time", type: "timestamp" },
  { name: "boolean", type: "boolean" },
  { name: "json", type: "json" },
];
type Value = string | bigint | number | boolean | null;

/** The microseconds from 2000 to 1970, as PostgreSQL counts. */
const EPOCH = 946_684_800_000_000n;

function encoded({ type }: ExportColumn, value: Value): Buffer | null {
  if (value === null) return null;
  if (typeof value === "string") return Buffer.from(value);
  if (typeof value === "boolean") return Buffer.of(value ? 1 : 0);
  const bytes = Buffer.alloc(8);
  if (type === "number") bytes.writeDoubleBE(Number(value));
  else bytes.writeBigInt64BE(type === "timestamp" ? BigInt(value) - EPOCH : BigInt(value));
  return bytes;
}

/** What COPY would send, cut into chunks wherever it may be cut. */
async function* copied(rows: readonly Value[][], chunkBytes: number): AsyncGenerator<Buffer> {
  const parts: Buffer[] = [Buffer.from("PGCOPY\n\xff\r\n\0", "latin1"), Buffer.alloc(8)];
  for (const row of rows) {
    const head = Buffer.alloc(2);
    head.writeInt16BE(row.length);
    parts.push(head);
    for (const [place, column] of COLUMNS.entries()) {
      const bytes = encoded(column, row[place] ?? null);
      const length = Buffer.alloc(4);
      length.writeInt32BE(bytes?.length ?? -1);
      parts.push(length, ...(bytes ? [bytes] : []));
    }
  }
  const all = Buffer.concat([...parts, Buffer.of(0xff, 0xff)]);
  for (let at = 0; at < all.length; at += chunkBytes) yield all.subarray(at, at + chunkBytes);
}

async function written(
  format: ExportFormat,
  rows: readonly Value[][],
  chunkBytes = 50,
): Promise<Buffer> {
  const facts = {
    columns: COLUMNS,
    expectedRows: rows.length,
    title: "rows",
    disarmsFormulas: false,
  };
  const batches = rowBatches(copied(rows, chunkBytes), COLUMNS.length);
  const pieces: Uint8Array[] = [];
  for await (const piece of ENCODERS[format](batches, facts)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Years 0001 to 9999. */
const time = fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n });
const row = fc.tuple(
  fc.option(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("", '"', ",", "a\r\nb", "x".repeat(200)),
    ),
  ),
  fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
  fc.option(time),
  fc.option(fc.boolean()),
  fc.option(fc.json()),
);
const rowsAnd = fc.tuple(fc.array(row, { maxLength: 40 }), fc.integer({ min: 1, max: 300 }));
/** Texts of PostgreSQL have no NUL. */
const fit = (rows: readonly Value[][]) =>
  rows.every(([text]) => typeof text !== "string" || !text.includes("\0"));
const some = rowsAnd.filter(([rows]) => fit(rows));

function timeText(micros: bigint): string {
  const rest = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((micros - rest) / 1_000n)).toISOString().slice(0, 19);
  return `${seconds}.${String(rest).padStart(6, "0")}Z`;
}
const asText = (value: Value, { type }: ExportColumn) =>
  value === null ? null : type === "timestamp" ? timeText(value as bigint) : String(value);

describe("rows come out of a file as they went in:", () => {
  test("CSV", () =>
    fc.assert(
      fc.asyncProperty(some, async ([rows, chunk]) => {
        const bytes = await written("csv", rows as Value[][], chunk);
        const { data, errors } = Papa.parse<string[]>(bytes.toString(), {
          newline: "\n",
          skipEmptyLines: false,
        });
        expect(errors.filter(({ type }) => type === "Quotes")).toEqual([]);
        const [header, ...read] = data.slice(0, -1);
        expect(header).toEqual(COLUMNS.map(({ name }) => name));
        expect(read).toEqual(
          rows.map((values) =>
            COLUMNS.map((column, place) => asText(values[place] ?? null, column) ?? ""),
          ),
        );
      }),
    ));

  test("NDJSON", () =>
    fc.assert(
      fc.asyncProperty(some, async ([rows, chunk]) => {
        const text = (await written("ndjson", rows as Value[][], chunk)).toString();
        const lines = text.split("\n").slice(0, -1);
        expect(lines).toHaveLength(rows.length);
        for (const [index, line] of lines.entries()) {
          const [string, integer, number, micros, boolean, json] = rows[index] ?? [];
          const read = JSON.parse(line);
          // A reader of JavaScript has no integers of 64 bits: their digits are compared.
          expect(line).toContain(`"integer":${integer ?? "null"},`);
          expect([read.text, read.boolean]).toEqual([string, boolean]);
          expect(Object.is(read.number, number) || read.number === number).toBe(true);
          expect(read.time).toBe(micros == null ? null : timeText(micros));
          expect(read.json).toEqual(json == null ? null : JSON.parse(json));
        }
      }),
    ));

  test("Parquet", () =>
    fc.assert(
      fc.asyncProperty(some, async ([rows, chunk]) => {
        const bytes = await written("parquet", rows as Value[][], chunk);
        const file = bytes.buffer.slice(
          bytes.byteOffset,
          bytes.byteOffset + bytes.length,
        ) as ArrayBuffer;
        const parsers = { timestampFromMicroseconds: (micros: bigint) => micros };
        const read = await parquetReadObjects({ file, parsers: parsers as never });
        expect(
          read.map((one) => [one.text, one.integer, one.number, one.time, one.boolean]),
        ).toEqual(rows.map((values) => values.slice(0, 5)));
        expect(read.map(({ json }) => json)).toEqual(
          rows.map(([, , , , , json]) => (json == null ? null : JSON.parse(json))),
        );
      }),
    ));

  test("Arrow", () =>
    fc.assert(
      fc.asyncProperty(some, async ([rows, chunk]) => {
        const table = tableFromIPC(await written("arrow", rows as Value[][], chunk));
        expect(table.numRows).toBe(rows.length);
        for (const [index, values] of rows.entries()) {
          for (const [place, { type }] of COLUMNS.entries()) {
            const vector = table.getChildAt(place);
            const raw = vector?.isValid(index) ? vector.data[0]?.values[index] : null;
            const read = type === "timestamp" ? raw : vector?.get(index);
            expect(read).toEqual(values[place]);
          }
        }
      }),
    ));
});

test("texts that come again and again, and texts that do not, are the same in Parquet", async () => {
  const rows = Array.from({ length: 70_000 }, (_, n): Value[] => [
    ...[n % 3 === 0 ? null : `often-${n % 1_000}`, BigInt(n), n / 7, BigInt(n) * 1_000_003n],
    ...[n % 2 === 0, `"seldom-${n}"`],
  ]);
  const bytes = await written("parquet", rows, 65_536);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  const read = await parquetReadObjects({ file });
  expect(read).toHaveLength(rows.length);
  for (const n of [0, 1, 8_191, 8_192, 65_535, 65_536, 69_999]) {
    const [text, integer, , , boolean, json] = rows[n] ?? [];
    expect(read[n]).toMatchObject({ text, integer, boolean, json: JSON.parse(String(json)) });
  }
});

test.each(["csv", "ndjson", "arrow", "parquet", "xlsx"] as const)(
  "rows that end in the middle make no %s",
  async (format) => {
    async function* cut() {
      for await (const chunk of copied([["a", 1n, 1, 1n, true, "{}"]], 30)) {
        if (chunk.length === 30) yield chunk;
      }
    }
    const facts = { columns: COLUMNS, expectedRows: 1, title: "rows", disarmsFormulas: true };
    const work = async () => {
      for await (const _ of ENCODERS[format](rowBatches(cut(), COLUMNS.length), facts));
    };
    await expect(work()).rejects.toThrow("end in the middle");
  },
);
