import { isUtf8 } from "node:buffer";
import { fileError } from "../cli-error.ts";

/** What a file starts with that is no text at all, and what to do about it. */
const OTHER_FORMATS: readonly [start: Buffer, what: string][] = [
  [Buffer.from("PK\u0003\u0004"), "an Excel workbook or a ZIP archive, and no text"],
  [
    Buffer.from([0xd0, 0xcf, 0x11, 0xe0]),
    "an old Excel workbook, or one with a password; save it as .xlsx or CSV (UTF-8)",
  ],
  [Buffer.from([0x1f, 0x8b]), "compressed; unpack it first (gunzip -c file | tracegraph import -)"],
  [Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), "compressed; unpack it first"],
  [Buffer.from("%PDF"), "a PDF"],
  [Buffer.from("PAR1"), "a Parquet file; export it as CSV"],
];
const HEAD_BYTES = 512;

/** Decodes UTF-8 strictly, drops its byte order mark, and refuses what is another format. */
export async function* decodeText(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  let isStart = true;
  let offset = 0;
  for await (const chunk of chunks) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    if (isStart) assertText(bytes.subarray(0, HEAD_BYTES));
    const end = wholeCharacters(bytes);
    const text = decode(bytes.subarray(0, end), offset);
    yield isStart && text.startsWith("\ufeff") ? text.slice(1) : text;
    offset += end;
    rest = Buffer.from(bytes.subarray(end));
    isStart = false;
  }
  if (rest.length > 0) throw notUtf8(offset, rest);
}

function assertText(head: Buffer): void {
  if (head[0] === 0xff && head[1] === 0xfe) throw utf16("little-endian");
  if (head[0] === 0xfe && head[1] === 0xff) throw utf16("big-endian");
  const other = OTHER_FORMATS.find(([start]) => head.subarray(0, start.length).equals(start));
  if (other) throw fileError("WRONG_FORMAT", `the file is ${other[1]}`);
  if (/^\s*<(!doctype|html|\?xml)/i.test(head.toString("latin1"))) {
    throw fileError("WRONG_FORMAT", "the file is a web page or XML, perhaps a login or error page");
  }
  // A NUL further below is the fault of its row alone.
  const firstLine = head.subarray(0, head.includes(10) ? head.indexOf(10) : head.length);
  const nul = firstLine.indexOf(0);
  if (nul >= 0) throw fileError("WRONG_FORMAT", `the file is binary: byte ${nul} is NUL`);
}

function utf16(order: string) {
  return fileError("NOT_UTF8", `byte 0: the file is UTF-16 (${order}), not UTF-8`);
}

/** How many of the bytes are whole characters: the last one may be continued in the next piece. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) return lengthOf(byte) > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function lengthOf(lead: number): number {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc0 ? 2 : 1;
}

function decode(bytes: Buffer, offset: number): string {
  if (isUtf8(bytes)) return bytes.toString("utf8");
  let at = 0;
  while (at < bytes.length) {
    const length = lengthOf(bytes[at] ?? 0);
    if (!isUtf8(bytes.subarray(at, at + length))) break;
    at += length;
  }
  throw notUtf8(offset + at, bytes.subarray(at));
}

function notUtf8(offset: number, bytes: Buffer) {
  const hex = bytes.subarray(0, 1).toString("hex").toUpperCase();
  return fileError("NOT_UTF8", `byte ${offset} (0x${hex}) is not UTF-8`);
}
