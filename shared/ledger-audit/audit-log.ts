import { verifierOf } from "../ledger/cosignature.ts";
import type { NoteVerifier } from "../ledger/note.ts";
import { LedgerFormatError } from "../ledger/strict-text.ts";
import { readAlongIndexes } from "../ledger-store/backfill.store.ts";
import { entryText } from "../ledger-store/entry.ts";
import { logKeyEntry, NO_TENANT } from "../ledger-store/log-key-entry.ts";
import { readMark } from "../ledger-store/mark-entry.ts";
import type { Sql } from "../postgres/database.ts";
import type { Timestamp } from "../time.ts";
import { AuditedLogStore } from "./audited-log.store.ts";
import type { RecordedKey } from "./believed-keys.ts";
import { EntryBuckets } from "./entry-buckets.ts";
import { type FoundEntry, findDifferences } from "./find-differences.ts";
import type { Findings } from "./findings.ts";
import { LOG_KEY_SOURCE } from "./log-key-source.ts";
import { CheckpointWalk, type TrustedKeys } from "./walk-checkpoints.ts";
import type { SeenTree, WitnessRule } from "./walk-cosignatures.ts";
import { walkLeaves } from "./walk-leaves.ts";
import { type AuditSource, type ExpectedEntry, walkRows } from "./walk-rows.ts";

/** A log, the rows that it must have entries of, and whom the audit believes. */
export interface AuditedLog {
  /** A snapshot of the database, in the sequencer's role. */
  sql: Sql;
  sources: readonly AuditSource[];
  /** Null: whatever the log says that its name is. */
  origin: string | null;
  pinned: readonly NoteVerifier[];
  witnesses: WitnessRule;
  /** What witnesses said before the snapshot was taken. */
  seen: readonly SeenTree[];
  findings: Findings;
  /** Says of an entry that its row was taken away as the rules allow; such entries are counted. */
  isExpired?: (entry: { id: string; entry: string }) => boolean;
  /** Is told whose the entries and rows are that are met, of each again and again. */
  onTenant?: (tenant: string) => void;
}

/** What an audit of one log looked at. */
export interface AuditedCounts {
  entries: number;
  /** Entries that wait for their place. */
  pending: number;
  rows: number;
  /** Rows of before the ledger that will be entered. */
  unentered: number;
  /** Entries whose rows were taken away as the rules allow. */
  expired: number;
  /** Entries that have no row: they say that something was finished or dropped. */
  marks: number;
  checkpoints: number;
  cosignatures: number;
  tenants: readonly string[];
  /** The root of all entries, in base64; null where entries are missing. */
  root: string | null;
}

const PENDING_AT_ONCE = 5_000;
const LOG_KEY_IDS = "log-key/";
/** Behind every time that a row has. */
const FOREVER = "9999";

/**
 * Walks over every entry of a log and over every row that must have one, each once, in constant
 * memory; a second time only where they differ, to tell in what.
 */
export async function auditLog(log: AuditedLog): Promise<AuditedCounts> {
  const { sql, findings } = log;
  await readAlongIndexes(sql);
  const store = new AuditedLogStore(sql);
  const buckets = new EntryBuckets();
  let expired = 0;
  const checkpoints = new CheckpointWalk(store, await trustedKeys(store, log), log.seen, findings);
  const marks = new SeenMarks();
  const walked = await walkLeaves({ store, findings }, checkpoints, (leaf) => {
    log.onTenant?.(leaf.tenant);
    if (leaf.id.startsWith(LOG_KEY_IDS)) checkpoints.met(leaf.entry);
    if (marks.isFirst(leaf)) return;
    if (log.isExpired?.(leaf)) expired += 1;
    else buckets.enter(leaf.id, leaf.entry);
  });
  const pending = await walkPending(store, (waiting) => {
    if (!marks.isFirst(waiting)) buckets.enter(waiting.id, waiting.entry);
  });
  const rows = await walkSources(store, log, ({ id, text }) => buckets.expect(id, text));
  const uneven = buckets.uneven();
  if (uneven.length > 0) {
    await findDifferences(
      uneven,
      (onEntry, onRow) => walkAgain(store, log, onEntry, onRow),
      findings,
    );
  }
  return {
    ...{ entries: walked.size, pending, expired, marks: marks.count },
    ...{ ...rows, ...checkpoints.held },
    root: walked.root?.toString("base64") ?? null,
  };
}

/** The keys of the log are entered in it: each is believed once a believed one has signed its entry. */
async function trustedKeys(store: AuditedLogStore, log: AuditedLog): Promise<TrustedKeys> {
  const { pinned, witnesses, findings } = log;
  const recorded: RecordedKey[] = [];
  const keys = await store.keys();
  const origin = log.origin ?? keys.at(-1)?.verifierKey.split("+")[0] ?? "";
  for (const key of keys) {
    const { keyId, verifierKey } = key;
    try {
      const verifier = verifierOf(verifierKey);
      if (verifier.name === origin && verifier.keyId === keyId) {
        recorded.push({ verifier, entry: entryText(logKeyEntry(key)) });
      } else findings.add("CHECKPOINT_UNSIGNED", `the key ${keyId} is not one of this log`);
    } catch (error) {
      if (!(error instanceof LedgerFormatError)) throw error;
      findings.add("CHECKPOINT_UNSIGNED", `the key ${keyId}: ${error.message}`);
    }
  }
  return { origin, pinned, recorded, witnesses };
}

/** Marks have no rows: each is one once, and what is entered again is compared like all else. */
class SeenMarks {
  private readonly ids = new Set<string>();

  isFirst(entry: { id: string; entry: string }): boolean {
    if (this.ids.has(entry.id) || readMark(entry) === null) return false;
    this.ids.add(entry.id);
    return true;
  }

  get count(): number {
    return this.ids.size;
  }
}

async function walkPending(
  store: AuditedLogStore,
  onEntry: (entry: FoundEntry) => void,
): Promise<number> {
  let [after, count] = ["(0,0)", 0];
  for (;;) {
    const rows = await store.pending(after, PENDING_AT_ONCE);
    for (const { id, entry } of rows) onEntry({ id, entry, index: null });
    count += rows.length;
    const last = rows.at(-1);
    if (!last || rows.length < PENDING_AT_ONCE) return count;
    after = last.place;
  }
}

async function walkSources(
  store: AuditedLogStore,
  { sql, sources, findings, onTenant }: AuditedLog,
  onRow: (row: ExpectedEntry) => void,
): Promise<{ rows: number; unentered: number; tenants: string[] }> {
  const unentered = await unenteredBefore(store, findings);
  const counts = { rows: 0, unentered: 0 };
  const tenants = new Set<string>();
  for (const source of [...sources, LOG_KEY_SOURCE]) {
    const how = { unenteredBefore: unentered.get(source.source) ?? null, findings };
    const walked = await walkRows(sql, source, how, onRow);
    counts.rows += walked.rows;
    counts.unentered += walked.waiting;
    for (const tenant of walked.tenants) {
      tenants.add(tenant);
      onTenant?.(tenant);
    }
  }
  tenants.delete(NO_TENANT);
  return { ...counts, tenants: [...tenants].sort() };
}

/** Until when rows were recorded that may wait for their entries, by source. */
async function unenteredBefore(
  store: AuditedLogStore,
  findings: Findings,
): Promise<Map<string, Timestamp>> {
  const before = new Map<string, Timestamp>();
  // Since the log has a key, all that is recorded has its entry from the beginning.
  const [first] = await store.keys();
  for (const { source, isMarked } of await store.unentered()) {
    if (isMarked) {
      const detail = `${source}: the rows that have no entry were not there when the log began`;
      findings.add("BACKFILL_REOPENED", detail);
    } else before.set(source, first?.at ?? FOREVER);
  }
  return before;
}

/** The same two walks, for what was found the first time is known. */
async function walkAgain(
  store: AuditedLogStore,
  log: AuditedLog,
  onEntry: (entry: FoundEntry) => void,
  onRow: (row: ExpectedEntry) => void,
): Promise<void> {
  const marks = new SeenMarks();
  for (let from = 0; ; ) {
    const leaves = await store.leaves(from, PENDING_AT_ONCE);
    for (const leaf of leaves) if (!marks.isFirst(leaf) && !log.isExpired?.(leaf)) onEntry(leaf);
    const last = leaves.at(-1);
    if (!last || leaves.length < PENDING_AT_ONCE) break;
    from = last.index + 1;
  }
  await walkPending(store, (waiting) => {
    if (!marks.isFirst(waiting)) onEntry(waiting);
  });
  await walkSources(store, { ...log, findings: log.findings.silent() }, onRow);
}
