import { randomUUID } from "node:crypto";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { CliError } from "../cli-error.ts";
import { notReadable } from "../read-text.ts";
import { decodeText } from "./decode-text.ts";

const PIECE_BYTES = 65_536;

/** A file that can be read from its start as often as needed, by one descriptor. */
export interface InputFile {
  name: string;
  /** `.csv`, in lower case; empty for standard input. */
  extension: string;
  sizeBytes: number;
  /** For readers that jump about in it. */
  fd: number;
  /** Its first bytes. */
  head(length: number): Promise<Buffer>;
  bytes(): AsyncIterable<Buffer>;
  /** The text, decoded strictly. `onBytes` hears how many bytes are read so far. */
  text(onBytes?: (bytes: number) => void): AsyncIterable<string>;
  close(): Promise<void>;
}

/**
 * Opens a file, or standard input for `-`. What cannot be read twice is first copied to a file
 * without a name that nobody else can open, so that nothing is written before all of it is checked.
 */
export async function openInputFile(path: string): Promise<InputFile> {
  if (path === "-")
    return inputFile("standard input", await spool(path, process.stdin as AsyncIterable<Buffer>));
  const handle = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
    throw notReadable(path, error);
  });
  const facts = await handle.stat();
  if (facts.isFile()) return inputFile(path, handle);
  if (facts.isDirectory()) {
    await handle.close();
    throw new CliError("NOT_READABLE", `${path} is a folder`);
  }
  return inputFile(path, await spool(path, handle.createReadStream() as AsyncIterable<Buffer>));
}

async function inputFile(name: string, handle: FileHandle): Promise<InputFile> {
  const { size } = await handle.stat();
  return {
    name,
    extension: extname(name).toLowerCase(),
    sizeBytes: size,
    fd: handle.fd,
    async head(length) {
      const buffer = Buffer.alloc(length);
      const { bytesRead } = await handle.read(buffer, 0, length, 0);
      return buffer.subarray(0, bytesRead);
    },
    bytes: () => bytesOf(name, handle),
    text: (onBytes) => decodeText(bytesOf(name, handle, onBytes)),
    close: () => handle.close(),
  };
}

/** Reads by position, so that every reading starts at the start. */
async function* bytesOf(
  name: string,
  handle: FileHandle,
  onBytes: (bytes: number) => void = () => undefined,
): AsyncGenerator<Buffer> {
  let position = 0;
  for (;;) {
    const buffer = Buffer.allocUnsafe(PIECE_BYTES);
    const { bytesRead } = await handle
      .read(buffer, 0, PIECE_BYTES, position)
      .catch((error: NodeJS.ErrnoException) => {
        throw notReadable(name, error);
      });
    if (bytesRead === 0) return;
    position += bytesRead;
    onBytes(position);
    yield buffer.subarray(0, bytesRead);
  }
}

async function spool(name: string, pieces: AsyncIterable<Buffer>): Promise<FileHandle> {
  const path = join(tmpdir(), `tracegraph-input-${randomUUID()}`);
  const handle = await open(path, "wx+", 0o600);
  // From here on the file has no name, and is gone when this process ends.
  await unlink(path);
  try {
    for await (const piece of pieces) await handle.writeFile(piece);
  } catch (error) {
    throw notReadable(name, error as NodeJS.ErrnoException);
  }
  return handle;
}
