import { TIME_CHARACTERS, writeTime } from "./database-time.ts";
import type { ExportType } from "./export-column.ts";
import type { FileFacts } from "./file-facts.ts";
import { integerText, numberText } from "./number-text.ts";
import { Output } from "./output.ts";
import type { RowBatch } from "./row-batch.ts";

const [QUOTE, COMMA, LINE_FEED, RETURN, TAB, APOSTROPHE] = [34, 44, 10, 13, 9, 39] as const;
/** With these a spreadsheet begins a formula, whatever a file says of its column: = + - @ tab CR. */
const FORMULA_BEGINS: ReadonlySet<number> = new Set([61, 43, 45, 64, TAB, RETURN]);

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
    yield output.take();
  }
  if (output.at > 0) yield output.take();
}

function writeRows(
  output: Output,
  { rows, bytes, starts, lengths }: RowBatch,
  { types, disarmsFormulas }: { types: readonly ExportType[]; disarmsFormulas: boolean },
): void {
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
        case "text": {
          const isFormula = disarmsFormulas && FORMULA_BEGINS.has(bytes[start] as number);
          writeText(output, bytes, { start, length, isFormula: isFormula && length > 0 });
          break;
        }
        case "json":
          writeText(output, bytes, { start, length, isFormula: false });
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

function writeText(
  output: Output,
  from: Uint8Array,
  { start, length, isFormula }: { start: number; length: number; isFormula: boolean },
): void {
  const { bytes } = output;
  const end = start + length;
  let at = output.at;
  if (isFormula) bytes[at++] = APOSTROPHE;
  let i = start;
  for (; i < end; i++) {
    const byte = from[i] as number;
    if (byte === QUOTE || byte === COMMA || byte === LINE_FEED || byte === RETURN) break;
    bytes[at++] = byte;
  }
  if (i < end || length === 0) {
    at = output.at;
    bytes[at++] = QUOTE;
    if (isFormula) bytes[at++] = APOSTROPHE;
    for (i = start; i < end; i++) {
      const byte = from[i] as number;
      if (byte === QUOTE) bytes[at++] = QUOTE;
      bytes[at++] = byte;
    }
    bytes[at++] = QUOTE;
  }
  output.at = at;
}
