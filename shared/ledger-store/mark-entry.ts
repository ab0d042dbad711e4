import { LedgerFormatError } from "../ledger/strict-text.ts";
import type { Timestamp } from "../time.ts";
import { contentHash, contentText } from "./content-fields.ts";
import { type Entry, entryText, parseEntry } from "./entry.ts";
import { NO_TENANT } from "./log-key-entry.ts";

/** What is said once and for all, and has no row of its own: by the kind, what its ids begin with. */
const MARKS = {
  /** All rows of a table that were there before the log have their entries. */
  BACKFILL: "backfill",
  /** A month of the access log is dropped. */
  MONTH: "month",
} as const;
export type MarkType = keyof typeof MARKS;

export interface Mark {
  type: MarkType;
  /** The table, or the month: `2026-01`. */
  name: string;
  at: Timestamp;
}

const MARK_CONTENT = { name: "text" } as const;

export function markId(type: MarkType, name: string): string {
  return `${MARKS[type]}/${name}`;
}

export function markEntry({ type, name, at }: Mark): Entry {
  return {
    actor: "",
    at,
    content: contentHash(contentText(MARK_CONTENT, { name })),
    id: markId(type, name),
    tenant: NO_TENANT,
    type,
  };
}

/** The mark that an entry is; null for all other entries, and for what only looks like one. */
export function readMark({ id, entry }: { id: string; entry: string }): Mark | null {
  const [, word, name] = /^(backfill|month)\/(.+)$/.exec(id) ?? [];
  if (!word || !name) return null;
  const type = word === MARKS.MONTH ? "MONTH" : "BACKFILL";
  try {
    const mark = { type, name, at: parseEntry(entry).at } as const;
    return entryText(markEntry(mark)) === entry ? mark : null;
  } catch (error) {
    if (error instanceof LedgerFormatError) return null;
    throw error;
  }
}
