import type { FileHandle } from "node:fs/promises";
import { CliError } from "../cli-error.ts";
import { decodeLine, type JournalRecord, RECORD_BYTES_MOST } from "./journal-record.ts";

/** A record in its place in the file. */
export interface PlacedRecord {
  record: JournalRecord;
  /** Where it begins, and where the next one does. */
  start: number;
  end: number;
}

const PIECE_BYTES = 65_536;
const LINE_FEED = 0x0a;

/**
 * The whole records of a journal from a place on, in constant memory. What was torn when the
 * station was stopped in the middle of a write was never acknowledged: it is left out, and nothing
 * after it is there. Throws JOURNAL_BROKEN where damage came to what had been on the disk.
 */
export async function* readJournal(
  name: string,
  handle: FileHandle,
  { from = 0, to = Number.POSITIVE_INFINITY }: { from?: number; to?: number } = {},
): AsyncGenerator<PlacedRecord> {
  let tornAt: number | null = null;
  for await (const { start, end, bytes } of lines(handle, from, to)) {
    const line = bytes && decodeLine(bytes);
    if (!line) tornAt ??= start;
    else if (tornAt === null) yield { record: line.record, start, end };
    else if (line.durableBytes > tornAt) throw brokenJournal(name, tornAt);
  }
}

export function brokenJournal(name: string, at: number): CliError {
  const reason = `byte ${at} and what follows is damaged, and had been on the disk`;
  return new CliError("JOURNAL_BROKEN", `${name} cannot be read: ${reason}`);
}

interface Line {
  start: number;
  end: number;
  /** Without its line feed; null where it has none, or is longer than any record. */
  bytes: Buffer | null;
}

async function* lines(handle: FileHandle, from: number, to: number): AsyncGenerator<Line> {
  let rest = Buffer.alloc(0);
  let [start, position] = [from, from];
  let isTooLong = false;
  for (;;) {
    const wanted = Math.min(PIECE_BYTES, to - position);
    const piece = Buffer.allocUnsafe(Math.max(wanted, 0));
    const { bytesRead } =
      wanted > 0 ? await handle.read(piece, 0, wanted, position) : { bytesRead: 0 };
    if (bytesRead === 0) break;
    position += bytesRead;
    let bytes = Buffer.concat([rest, piece.subarray(0, bytesRead)]);
    for (let feed = bytes.indexOf(LINE_FEED); feed >= 0; feed = bytes.indexOf(LINE_FEED)) {
      const end = start + feed + 1;
      const isWhole = !isTooLong && feed <= RECORD_BYTES_MOST;
      yield { start, end, bytes: isWhole ? bytes.subarray(0, feed) : null };
      bytes = bytes.subarray(feed + 1);
      [start, isTooLong] = [end, false];
    }
    rest = bytes;
    if (rest.length > RECORD_BYTES_MOST + 64) {
      isTooLong = true;
      start += rest.length;
      rest = Buffer.alloc(0);
    }
  }
  if (rest.length > 0 || isTooLong) yield { start, end: position, bytes: null };
}
