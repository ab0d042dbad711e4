import { TIME_CHARACTERS, writeTime } from "./database-time.ts";
import type { ExportType } from "./export-column.ts";
import type { FileFacts } from "./file-facts.ts";
import { integerText, numberText } from "./number-text.ts";
import { Output } from "./output.ts";
import type { RowBatch } from "./row-batch.ts";

const [QUOTE, COMMA, LINE_FEED, RETURN, TAB, APOSTROPHE] = [34, 44, 10, 13, 9, 39] as const;
/** With these a spreadsheet begins a formula, whatever a file says of its column: = + - @ tab CR. */
const FORMULA_BEGINS: readonly boolean[] = Array.from({ length: 256 }, (_, byte) =>
  [61, 43, 45, 64, TAB, RETURN].includes(byte),
);

/**
 * CSV as RFC 4180 has it, with a header, lines that end with LF, and UTF-8 without a mark. A null is
 * nothing, an empty text is `""`.
 */
export async function* encodeCsv(
  batches: AsyncIterable<RowBatch>,
  { columns, disarmsFormulas }: FileFacts,
): AsyncGenerator<Uint8Array> {
  const output = new Output();
  const types = columns.map(({ type }) => type);
  output.ascii(`${columns.map(({ name }) => name).join()}\n`);
  for await (const batch of batches) {
    writeRows(output, batch, { types, disarmsFormulas });
    if (output.isPiece) yield output.take();
  }
  if (output.at > 0) yield output.take();
}

/** Nothing is made for a value: there are millions of them. */
function writeRows(
  output: Output,
  batch: RowBatch,
  { types, disarmsFormulas }: { types: readonly ExportType[]; disarmsFormulas: boolean },
): void {
  const { rows, bytes, starts, lengths } = batch;
  const columns = types.length;
  for (let row = 0, place = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, place++) {
      const length = lengths[place] as number;
      // Every byte may be a quote, and there are quotes around it, an apostrophe and a comma.
      output.ensure(2 * Math.max(length, TIME_CHARACTERS) + 5);
      if (column > 0) output.bytes[output.at++] = COMMA;
      if (length < 0) continue;
      const start = starts[place] as number;
      switch (types[column]) {
        case "text":
          if (disarmsFormulas && length > 0 && FORMULA_BEGINS[bytes[start] as number]) {
            writeFormula(output, batch, place);
          } else writeText(output, batch, place);
          break;
        case "json":
          writeText(output, batch, place);
          break;
        case "timestamp":
          output.at = writeTime(bytes, start, output.bytes, output.at);
          break;
        case "integer":
          output.ascii(integerText(bytes, start));
          break;
        case "number":
          output.ascii(numberText(bytes, start));
          break;
        case "boolean":
          output.ascii(bytes[start] ? "true" : "false");
          break;
      }
    }
    output.ensure(1);
    output.bytes[output.at++] = LINE_FEED;
  }
}

/** Writes a text as it is, as far as that goes, and anew within quotes where it does not. */
function writeText(output: Output, batch: RowBatch, place: number): void {
  const from = batch.bytes;
  const { bytes } = output;
  const start = batch.starts[place] as number;
  const end = start + (batch.lengths[place] as number);
  let { at } = output;
  let i = start;
  for (; i < end; i++) {
    const byte = from[i] as number;
    if (byte === QUOTE || byte === COMMA || byte === LINE_FEED || byte === RETURN) break;
    bytes[at++] = byte;
  }
  if (i === end && start < end) {
    output.at = at;
    return;
  }
  bytes[output.at++] = QUOTE;
  writeQuoted(output, batch, place);
}

function writeFormula(output: Output, batch: RowBatch, place: number): void {
  const { bytes } = output;
  bytes[output.at++] = QUOTE;
  bytes[output.at++] = APOSTROPHE;
  writeQuoted(output, batch, place);
}

/** Writes what stands behind an opening quote, and the closing one. */
function writeQuoted(output: Output, batch: RowBatch, place: number): void {
  const from = batch.bytes;
  const { bytes } = output;
  const start = batch.starts[place] as number;
  const end = start + (batch.lengths[place] as number);
  let { at } = output;
  for (let i = start; i < end; i++) {
    const byte = from[i] as number;
    if (byte === QUOTE) bytes[at++] = QUOTE;
    bytes[at++] = byte;
  }
  bytes[at++] = QUOTE;
  output.at = at;
}
