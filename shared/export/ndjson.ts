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
    yield output.take();
  }
}

function writeRows(
  output: Output,
  { rows, bytes, starts, lengths }: RowBatch,
  { types, names }: { types: readonly ExportType[]; names: readonly Uint8Array[] },
): void {
  const columns = types.length;
  for (let row = 0, place = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, place++) {
      const length = lengths[place] as number;
      const start = starts[place] as number;
      const name = names[column] as Uint8Array;
      output.copy(name, 0, name.length);
      // Every byte may become `\u0000`; there are quotes around, and an end of the line behind.
      output.ensure(6 * Math.max(length, TIME_CHARACTERS) + 4);
      if (length < 0) output.ascii("null");
      else writeValue(output, bytes, { start, length, type: types[column] as ExportType });
    }
    output.ensure(2);
    output.bytes[output.at++] = BRACE;
    output.bytes[output.at++] = LINE_FEED;
  }
}

function writeValue(
  output: Output,
  from: Uint8Array,
  { start, length, type }: { start: number; length: number; type: ExportType },
): void {
  switch (type) {
    case "text":
      writeText(output, from, start, length);
      return;
    case "json":
      output.copy(from, start, length);
      return;
    case "timestamp":
      output.bytes[output.at++] = QUOTE;
      output.at = writeTime(from, start, output.bytes, output.at);
      output.bytes[output.at++] = QUOTE;
      return;
    case "integer":
      output.ascii(integerText(from, start));
      return;
    case "number":
      output.ascii(numberText(from, start));
      return;
    case "boolean":
      output.ascii(from[start] ? "true" : "false");
      return;
  }
}

function writeText(output: Output, from: Uint8Array, start: number, length: number): void {
  const { bytes } = output;
  let at = output.at;
  bytes[at++] = QUOTE;
  for (let i = start; i < start + length; i++) {
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

/** What stands in a JSON text for the bytes that may not stand in it. */
const ESCAPES: readonly string[] = Array.from({ length: 93 }, (_, byte) =>
  JSON.stringify(String.fromCharCode(byte)).slice(1, -1),
);
