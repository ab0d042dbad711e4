import { Readable } from "node:stream";
import yazl from "yazl";
import type { FileFacts } from "../file-facts.ts";
import { Output } from "../output.ts";
import type { RowBatch } from "../row-batch.ts";
import { sheetColumns, writeHeader, writeRow } from "./cells.ts";
import { SHEET_BEGIN, SHEET_END, sheetPath, workbookParts } from "./workbook.ts";

/** A sheet has 1,048,576 rows, of which the first names the columns. */
const ROWS_OF_A_SHEET = 1_048_575;
/** XML is so repetitive that more effort hardly makes it smaller. */
const COMPRESSION_LEVEL = 3;
/** The files of a zip have times; with these the same rows make the same bytes. */
const ZIP_OPTIONS = {
  mtime: new Date(2000, 0, 1),
  mode: 0o100644,
  forceDosTimestamp: true,
  compressionLevel: COMPRESSION_LEVEL,
};

/** An Excel workbook. What does not fit on one sheet goes on on the next, under the same header. */
export async function* encodeXlsx(
  batches: AsyncIterable<RowBatch>,
  facts: FileFacts,
  rowsOfASheet = ROWS_OF_A_SHEET,
): AsyncGenerator<Uint8Array> {
  const sheets = Math.max(1, Math.ceil(facts.expectedRows / rowsOfASheet));
  const zip = new yazl.ZipFile();
  const packed = zip.outputStream as Readable;
  zip.on("error", (error: Error) => packed.destroy(error));
  for (const [path, text] of workbookParts(facts.title, sheets)) {
    zip.addBuffer(Buffer.from(text), path, ZIP_OPTIONS);
  }
  const rows = new RowsInTurn(batches);
  for (let number = 1; number <= sheets; number++) {
    zip.addReadStreamLazy(sheetPath(number), ZIP_OPTIONS, (answer) => {
      const written = Readable.from(sheet(rows, facts, rowsOfASheet), { objectMode: false });
      // The library does not listen for errors of what it reads.
      written.on("error", (error) => packed.destroy(error));
      answer(null, written);
    });
  }
  zip.end();
  try {
    yield* packed as AsyncIterable<Uint8Array>;
  } finally {
    await rows.end();
  }
}

async function* sheet(
  rows: RowsInTurn,
  { columns }: FileFacts,
  rowsOfASheet: number,
): AsyncGenerator<Uint8Array> {
  const output = new Output();
  const sheet = sheetColumns(columns);
  output.ascii(SHEET_BEGIN);
  writeHeader(output, columns);
  let number = 1;
  for await (const { batch, first, end } of rows.take(rowsOfASheet)) {
    for (let row = first; row < end; row++)
      writeRow(output, batch, { row, number: ++number, sheet });
    yield output.take();
  }
  output.ascii(SHEET_END);
  yield output.take();
}

/** Rows of a batch, from one on and before another. */
interface Stretch {
  batch: RowBatch;
  first: number;
  end: number;
}

/** Rows that several sheets take one after the other. */
class RowsInTurn {
  private readonly batches: AsyncIterator<RowBatch>;
  private batch: RowBatch | null = null;
  private row = 0;

  constructor(batches: AsyncIterable<RowBatch>) {
    this.batches = batches[Symbol.asyncIterator]();
  }

  /** So many rows, or as many as there are. */
  async *take(most: number): AsyncGenerator<Stretch> {
    let left = most;
    while (left > 0) {
      if (!this.batch || this.row === this.batch.rows) {
        const next = await this.batches.next();
        if (next.done) return;
        this.batch = next.value;
        this.row = 0;
      }
      const first = this.row;
      this.row = Math.min(this.batch.rows, first + left);
      left -= this.row - first;
      yield { batch: this.batch, first, end: this.row };
    }
  }

  async end(): Promise<void> {
    await this.batches.return?.();
  }
}
