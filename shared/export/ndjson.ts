import { TIME_CHARACTERS, writeTime } from "./database-time.ts";
import type { ExportType } from "./export-column.ts";
import type { FileFacts } from "./file-facts.ts";
import { integerText, numberText } from "./number-text.ts";
import { Output } from "./output.ts";
import type { RowBatch } from "./row-batch.ts";

const [QUOTE, BACKSLASH, LINE_FEED, BRACE] = [34, 92, 10, 125] as const;

/** One JSON object a line, with every column, in the order of the columns. */
export async function* encodeNdjson(
  batches: AsyncIterable<RowBatch>,
  { columns }: FileFacts,
): AsyncGenerator<Uint8Array> {
  const output = new Output();
  const types = columns.map(({ type }) => type);
  const names = columns.map(({ name }, index) =>
    Buffer.from(`${index === 0 ? "{" : ","}${JSON.stringify(name)}:`),
  );
  for await (const batch of batches) {
    writeRows(output, batch, { types, names });
    if (output.isPiece) yield output.take();
  }
  if (output.at > 0) yield output.take();
}

/** Nothing is made for a value: there are millions of them. */
function writeRows(
  output: Output,
  batch: RowBatch,
  { types, names }: { types: readonly ExportType[]; names: readonly Uint8Array[] },
): void {
  const { rows, lengths } = batch;
  const columns = types.length;
  for (let row = 0, place = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, place++) {
      const length = lengths[place] as number;
      const name = names[column] as Uint8Array;
      output.copy(name, 0, name.length);
      // Every byte may become `\u0000`; there are quotes around, and an end of the line behind.
      output.ensure(6 * Math.max(length, TIME_CHARACTERS) + 4);
      if (length < 0) output.ascii("null");
      else writeValue(output, batch, place, types[column] as ExportType);
    }
    output.ensure(2);
    output.bytes[output.at++] = BRACE;
    output.bytes[output.at++] = LINE_FEED;
  }
}

/** What stands in a JSON text for the bytes that may not stand in it. */
const ESCAPES: readonly string[] = Array.from({ length: 93 }, (_, byte) =>
  JSON.stringify(String.fromCharCode(byte)).slice(1, -1),
);

function writeValue(output: Output, batch: RowBatch, place: number, type: ExportType): void {
  const { bytes } = batch;
  const start = batch.starts[place] as number;
  switch (type) {
    case "text":
      writeText(output, batch, place);
      return;
    case "json":
      output.copy(bytes, start, batch.lengths[place] as number);
      return;
    case "timestamp":
      output.bytes[output.at++] = QUOTE;
      output.at = writeTime(bytes, start, output.bytes, output.at);
      output.bytes[output.at++] = QUOTE;
      return;
    case "integer":
      output.ascii(integerText(bytes, start));
      return;
    case "number":
      output.ascii(numberText(bytes, start));
      return;
    case "boolean":
      output.ascii(bytes[start] ? "true" : "false");
      return;
  }
}

function writeText(output: Output, batch: RowBatch, place: number): void {
  const from = batch.bytes;
  const { bytes } = output;
  const start = batch.starts[place] as number;
  const end = start + (batch.lengths[place] as number);
  let { at } = output;
  bytes[at++] = QUOTE;
  for (let i = start; i < end; i++) {
    const byte = from[i] as number;
    if (byte >= 32 && byte !== QUOTE && byte !== BACKSLASH) {
      bytes[at++] = byte;
      continue;
    }
    const instead = ESCAPES[byte] as string;
    for (let c = 0; c < instead.length; c++) bytes[at++] = instead.charCodeAt(c);
  }
  bytes[at++] = QUOTE;
  output.at = at;
}
