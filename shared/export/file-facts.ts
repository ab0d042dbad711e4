import type { ExportColumn } from "./export-column.ts";
import type { RowBatch } from "./row-batch.ts";

/** What an encoder knows of the file before its first row. */
export interface FileFacts {
  columns: readonly ExportColumn[];
  /** How many rows are to come. */
  expectedRows: number;
  /** What the rows are, in one word. */
  title: string;
  /** Texts that a spreadsheet would take for formulas get an apostrophe before them, in CSV. */
  disarmsFormulas: boolean;
}

/** Makes the bytes of a file of rows, piece by piece; no piece is touched afterwards. */
export type Encoder = (
  batches: AsyncIterable<RowBatch>,
  facts: FileFacts,
) => AsyncGenerator<Uint8Array>;
