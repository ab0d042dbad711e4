import { open } from "node:fs/promises";
import { CliError } from "../cli-error.ts";
import { notReadable } from "../read-text.ts";
import type { JournalHead, JournalRecord } from "./journal-record.ts";
import { type FoundJournal, findStanding } from "./journal-standing.ts";
import { readJournal } from "./read-journal.ts";

/** A journal that is only read, also while its station runs. */
export interface JournalFile extends FoundJournal {
  head: JournalHead;
  records(): AsyncGenerator<JournalRecord>;
  close(): Promise<void>;
}

export async function openJournalFile(path: string): Promise<JournalFile> {
  const handle = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
    throw notReadable(path, error);
  });
  try {
    const found = await findStanding(path, handle);
    const { head } = found;
    if (!head) throw new CliError("EMPTY_FILE", `${path} is empty`);
    return {
      ...found,
      head,
      async *records() {
        const range = { to: found.standing.end };
        for await (const { record } of readJournal(path, handle, range)) yield record;
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
