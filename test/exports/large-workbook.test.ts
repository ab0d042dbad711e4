import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { RowBatch } from "../../shared/export/row-batch.ts";
import { encodeXlsx } from "../../shared/export/xlsx/xlsx.ts";
import { campaignSize } from "../support/campaign-size.ts";
import { fileFolder, python } from "./readers.ts";

/** A sheet of Excel has 1,048,576 rows, of which one is the header; in the suite it is a small one. */
const ROWS_OF_A_SHEET = campaignSize({ suite: 10_000, long: undefined });
const FIT = ROWS_OF_A_SHEET ?? 1_048_575;
const ROWS = FIT + 2;
const ROWS_OF_A_BATCH = 4_096;

let files: Awaited<ReturnType<typeof fileFolder>>;
beforeAll(async () => {
  files = await fileFolder();
});
afterAll(() => files.remove());

/** Rows that number themselves. */
async function* batches(): AsyncGenerator<RowBatch> {
  for (let first = 1; first <= ROWS; first += ROWS_OF_A_BATCH) {
    const rows = Math.min(ROWS_OF_A_BATCH, ROWS - first + 1);
    const bytes = Buffer.alloc(rows * 8);
    const starts = Int32Array.from({ length: rows }, (_, row) => row * 8);
    for (let row = 0; row < rows; row++) bytes.writeBigInt64BE(BigInt(first + row), row * 8);
    yield { rows, bytes, starts, lengths: new Int32Array(rows).fill(8) };
  }
}

test("rows that fit no sheet go on on the next one", async () => {
  const path = files.path("large.xlsx");
  const facts = {
    columns: [{ name: "n", type: "integer" as const }],
    ...{ expectedRows: ROWS, title: "numbers", disarmsFormulas: true },
  };
  await pipeline(
    Readable.from(encodeXlsx(batches(), facts, ROWS_OF_A_SHEET)),
    createWriteStream(path),
  );
  const sheets = (await python("read_xlsx.py", path)) as Record<string, unknown[][]>;
  expect(Object.keys(sheets)).toEqual(["numbers", "numbers 2"]);
  const [first = [], second = []] = Object.values(sheets);
  expect([first.length, first[0], first.at(-1)]).toEqual([FIT + 1, ["n"], [FIT]]);
  expect(second).toEqual([["n"], [FIT + 1], [FIT + 2]]);
}, 180_000);
