import { LedgerFormatError } from "../ledger/strict-text.ts";
import { type Entry, parseEntry } from "../ledger-store/entry.ts";
import { bucketOf } from "./entry-buckets.ts";
import type { Findings, Found } from "./findings.ts";
import type { ExpectedEntry } from "./walk-rows.ts";

/** An entry as the log has it, or as it waits for its place. */
export interface FoundEntry {
  id: string;
  entry: string;
  /** Null where it waits. */
  index: number | null;
}

/** Buckets that are looked through at once; a bucket has some sixteen entries for each million. */
const BUCKETS_AT_ONCE = 4_096;

/**
 * Tells of every row and entry that have no other, by walking over both again; `uneven` are the buckets
 * that they are in.
 */
export async function findDifferences(
  uneven: readonly number[],
  walkAgain: (
    onEntry: (entry: FoundEntry) => void,
    onRow: (row: ExpectedEntry) => void,
  ) => Promise<void>,
  findings: Findings,
): Promise<void> {
  for (let from = 0; from < uneven.length; from += BUCKETS_AT_ONCE) {
    if (isToldEnough(findings)) return;
    const buckets = new Set(uneven.slice(from, from + BUCKETS_AT_ONCE));
    const pairs = new Map<string, Pair>();
    const pairOf = (id: string): Pair | null => {
      if (!buckets.has(bucketOf(id))) return null;
      const pair = pairs.get(id) ?? { entries: [], rows: [] };
      pairs.set(id, pair);
      return pair;
    };
    await walkAgain(
      (entry) => pairOf(entry.id)?.entries.push(entry),
      (row) => pairOf(row.id)?.rows.push(row),
    );
    for (const [id, pair] of pairs) compare(id, pair, findings);
  }
}

interface Pair {
  entries: FoundEntry[];
  rows: ExpectedEntry[];
}

/** Who changed everything is not told of every row: each code has its limit. */
function isToldEnough(findings: Findings): boolean {
  return (["ROW_WITHOUT_ENTRY", "ENTRY_WITHOUT_ROW", "ROW_DIFFERS", "ENTRY_TWICE"] as const).every(
    (code) => findings.isFull(code),
  );
}

function compare(id: string, { entries, rows }: Pair, findings: Findings): void {
  const [row] = rows;
  const [entry] = entries;
  const found: Found = { entry: id, index: entry?.index ?? null };
  if (row?.device) found.device = row.device;
  if (!row || !entry) {
    const count = Math.max(entries.length, rows.length);
    for (let at = 0; at < count; at += 1) {
      if (row) findings.add("ROW_WITHOUT_ENTRY", "the row was never entered", found);
      else findings.add("ENTRY_WITHOUT_ROW", "the row is gone, or never was", found);
    }
    return;
  }
  if (entries.length > 1) {
    const indexes = entries.map(({ index }) => index ?? "waiting").join(", ");
    findings.add("ENTRY_TWICE", `${entries.length} entries, at ${indexes}`, found);
  }
  for (const { entry: text, index } of entries) {
    if (text === row.text) continue;
    findings.add("ROW_DIFFERS", difference(text, row.text), { ...found, index });
  }
}

const MEMBERS: Readonly<Record<keyof Entry, string>> = {
  actor: "who did it",
  at: "the time",
  content: "the content",
  id: "the id",
  tenant: "the tenant",
  type: "the type",
};

/** Which members of the two entries differ. */
function difference(entered: string, expected: string): string {
  const [said, is] = [read(entered), read(expected)];
  if (said === null || is === null) return "the entry cannot be read";
  const names = (Object.keys(MEMBERS) as (keyof Entry)[]).filter((name) => said[name] !== is[name]);
  return `${names.map((name) => MEMBERS[name]).join(" and ")} of the row is other than was entered`;
}

function read(text: string): Entry | null {
  try {
    return parseEntry(text);
  } catch (error) {
    if (error instanceof LedgerFormatError) return null;
    throw error;
  }
}
