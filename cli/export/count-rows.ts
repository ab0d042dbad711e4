import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";

/** How many rows a file has, read from the file itself; null where that takes a spreadsheet. */
export async function countRows(path: string, format: string): Promise<number | null> {
  switch (format) {
    case "csv":
      return countCsv(path);
    case "ndjson":
      return countLines(path);
    case "parquet":
      return countParquet(path);
    case "arrow":
      return countArrow(path);
    default:
      return null;
  }
}

/** Line ends outside quotes, without the header's. A doubled quote opens what it has closed. */
async function countCsv(path: string): Promise<number> {
  let isQuoted = false;
  let lines = 0;
  for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) {
    for (const byte of piece) {
      if (byte === 34) isQuoted = !isQuoted;
      else if (byte === 10 && !isQuoted) lines++;
    }
  }
  return lines - 1;
}

async function countLines(path: string): Promise<number> {
  let lines = 0;
  for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) {
    for (const byte of piece) if (byte === 10) lines++;
  }
  return lines;
}

/** The file's end says so. */
async function countParquet(path: string): Promise<number> {
  const { parquetMetadata } = await import("hyparquet");
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const tail = Buffer.alloc(8);
    await file.read(tail, 0, 8, Math.max(0, size - 8));
    const footer = Buffer.alloc(Math.min(size, tail.readUInt32LE(0) + 8));
    await file.read(footer, 0, footer.length, size - footer.length);
    const { buffer, byteOffset, length } = footer;
    const bytes = buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer;
    return Number(parquetMetadata(bytes).num_rows);
  } finally {
    await file.close();
  }
}

async function countArrow(path: string): Promise<number> {
  const { RecordBatchReader } = await import("apache-arrow");
  const reader = await RecordBatchReader.from(createReadStream(path));
  let rows = 0;
  for await (const batch of reader) rows += batch.numRows;
  return rows;
}
