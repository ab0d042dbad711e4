import type { FileHandle } from "node:fs/promises";
import { CliError } from "../cli-error.ts";
import type { JournalHead } from "./journal-record.ts";
import { brokenJournal, readJournal } from "./read-journal.ts";

/** How far a journal has come. */
export interface Standing {
  lastSequence: number;
  /** The highest number with a verdict; they come in order. */
  judgedSequence: number;
  /** Where the first scan without a verdict begins, or one may come to be. */
  pendingFrom: number;
  /** Where the last whole record ends. */
  end: number;
}

/** What a journal holds, found by reading all of it. */
export interface FoundJournal {
  /** null where the file is empty. */
  head: JournalHead | null;
  standing: Standing;
  /** Bytes behind the last whole record: a write that was never acknowledged. */
  tornBytes: number;
  refused: number;
  /** When the first scan without a verdict was made. */
  pendingSince: string | null;
}

/** Reads a journal through. Throws JOURNAL_BROKEN where its records do not follow each other. */
export async function findStanding(path: string, handle: FileHandle): Promise<FoundJournal> {
  const standing: Standing = { lastSequence: 0, judgedSequence: 0, pendingFrom: 0, end: 0 };
  let head: JournalHead | null = null;
  let refused = 0;
  let waiting: { sequence: number; scannedAt: string }[] = [];
  for await (const { record, start, end } of readJournal(path, handle)) {
    const isFirst = standing.end === 0;
    standing.end = end;
    if (isFirst !== (record.kind === "journal")) throw brokenJournal(path, start);
    switch (record.kind) {
      case "journal":
        assertKnownFormat(path, record);
        head = record;
        standing.lastSequence = record.firstSequence - 1;
        standing.judgedSequence = record.firstSequence - 1;
        standing.pendingFrom = end;
        break;
      case "scan":
        if (record.sequence !== standing.lastSequence + 1) throw brokenJournal(path, start);
        standing.lastSequence = record.sequence;
        if (waiting.length === 0) waiting = [record];
        break;
      case "verdict":
        standing.judgedSequence = record.sequence;
        if (record.outcome === "REFUSED") refused += 1;
        if (record.sequence === standing.lastSequence) {
          standing.pendingFrom = end;
          waiting = [];
        }
        break;
    }
  }
  const { size } = await handle.stat();
  const pendingSince = waiting[0]?.scannedAt ?? null;
  return { head, standing, tornBytes: size - standing.end, refused, pendingSince };
}

function assertKnownFormat(path: string, { format }: { format: number }): void {
  if (format === 1) return;
  const advice = "Use the release that made it, or a later one.";
  throw new CliError("WRONG_FORMAT", `${path} is a journal of format ${format}`, { advice });
}
