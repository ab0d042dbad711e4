import type { BackfillSource, EnteredRow } from "../ledger-store/backfill.store.ts";
import {
  commitmentOfErased,
  KeyDestroyed,
  PERSON_KEY_BYTES,
  Person,
} from "../ledger-store/commitment.ts";
import { type Entry, entryText } from "../ledger-store/entry.ts";
import type { Sql } from "../postgres/database.ts";
import type { Timestamp } from "../time.ts";
import type { Findings } from "./findings.ts";
import { KnownPeople } from "./known-people.ts";
import { readAhead } from "./read-ahead.ts";

/** Rows that must have entries: those that the back-fill knows, and others that are read like them. */
export interface AuditSource extends BackfillSource {
  /**
   * Whether the texts of a row may be gone, with what they were committed to in their place. They may
   * not unless told: the row would agree with its entry, whoever took them away. Is asked of every
   * row, in their order.
   */
  mayBeErased?(row: EnteredRow): boolean;
}

/** A row by the entry that it must have. */
export interface ExpectedEntry {
  id: string;
  text: string;
  /** What the row names: its serial number, or else its connhexId. */
  device: string | null;
}

/** How many rows a source has, how many wait to be entered, and whose they are. */
export interface WalkedRows {
  rows: number;
  waiting: number;
  tenants: Set<string>;
}

/** What of a row names its device, if it does. */
interface Named {
  serialNumber?: string | null;
  connhexId?: string | null;
}

/** Texts that a row may have of people, beside who did it. */
interface Texts {
  reason?: string | null;
  operator?: string | null;
}

/** So few that the next ones wait in the connection while these are looked at, and none grows old. */
const ROWS_AT_ONCE = 500;
/** For what is made of a row to see when it was recorded. */
const NO_KEY = Buffer.alloc(PERSON_KEY_BYTES);

export interface HowToWalk {
  /**
   * While rows of before the ledger are still being entered, those that were recorded before this
   * time may wait for their entries; null: none may.
   */
  unenteredBefore: Timestamp | null;
  findings: Findings;
}

/** Reads every row of a source, and tells the entry that each must have. Answers how many rows wait. */
export async function walkRows(
  sql: Sql,
  source: AuditSource,
  { unenteredBefore, findings }: HowToWalk,
  onRow: (expected: ExpectedEntry) => void,
): Promise<WalkedRows> {
  const people = new KnownPeople(sql);
  const told: WalkedRows = { rows: 0, waiting: 0, tenants: new Set() };
  const page = unenteredBefore === null ? source.page.entered : source.page.toEnter;
  const most = Math.min(source.most, ROWS_AT_ONCE);
  const read = (after: readonly string[]) => readAhead(sql.rows<EnteredRow>(page, [after, most]));
  let next: Promise<EnteredRow[]> | null = read([]);
  while (next !== null) {
    const rows: EnteredRow[] = await next;
    const last: EnteredRow | undefined = rows.at(-1);
    // PostgreSQL reads the next page while this one is looked at.
    next = last && rows.length === most ? read(source.keyOf(last).map(String)) : null;
    await people.learn(rows);
    for (const row of rows) {
      told.rows += 1;
      told.tenants.add(row.tenant);
      if (mayWait(source, row, unenteredBefore)) told.waiting += 1;
      else judge(source, row, people, { findings, onRow });
    }
  }
  return told;
}

function mayWait(source: AuditSource, row: EnteredRow, before: Timestamp | null): boolean {
  if (before === null || row.isEntered) return false;
  const person = row.actor === null ? null : new Person(row.actor, NO_KEY);
  return source.entryOf(row, person).at < before;
}

function judge(
  source: AuditSource,
  row: EnteredRow,
  people: KnownPeople,
  { findings, onRow }: { findings: Findings; onRow: (expected: ExpectedEntry) => void },
): void {
  const { serialNumber, connhexId } = row as EnteredRow & Named;
  const device = serialNumber ?? connhexId ?? null;
  const mayBeErased = source.mayBeErased?.(row) ?? false;
  if (people.isHidden(row) || (!mayBeErased && isErased(row))) {
    const detail = `${source.source} ${source.keyOf(row).join("/")}`;
    findings.add("ERASED_UNRECORDED", detail, { device });
  }
  const entry = entryOf(source, row, people);
  if (entry === null) {
    const detail = `${source.source} ${source.keyOf(row).join("/")}: a person whom it names has no key`;
    findings.add("KEY_GONE", detail, { device });
    return;
  }
  onRow({ id: entry.id, text: entryText(entry), device });
}

/** Whether what the row's person gave, or who he is, has given way to a commitment. */
function isErased({ actor, reason, operator }: EnteredRow & Texts): boolean {
  return [actor, reason, operator].some((text) => !!text && commitmentOfErased(text) !== null);
}

/** The entry that a row must have; null where it cannot be told without a key. */
function entryOf(source: AuditSource, row: EnteredRow, people: KnownPeople): Entry | null {
  if (row.actor === null) return source.entryOf(row, null);
  const person = people.of(row.tenant, row.actor);
  if (person === null) return null;
  try {
    return source.entryOf(row, person);
  } catch (error) {
    if (error instanceof KeyDestroyed) return null;
    throw error;
  }
}
