import type { Database, Sql, Statement } from "../postgres/database.ts";
import { statement } from "../postgres/database.ts";
import { now } from "../time.ts";
import type { Person } from "./commitment.ts";
import { type Entry, entryText } from "./entry.ts";
import { ENTER } from "./entry-sql.store.ts";
import { NO_TENANT } from "./log-key-entry.ts";
import { markEntry, markId } from "./mark-entry.ts";
import type { PersonKeys } from "./person-keys.store.ts";

/** Rows that the ledger may find there when it begins, and the entries that they must have. */
export interface BackfillSource<Row extends EnteredRow = EnteredRow> {
  /** Its name in `ledger_backfill`. */
  source: string;
  page: PagesOfRows;
  most: number;
  keyOf(row: Row): readonly (string | number)[];
  entryOf(row: Row, person: Person | null): Entry;
}

/** The rows after a key ($1, as text) in the order of their keys, at most $2, of all tenants. */
export interface PagesOfRows {
  /** Each with whether it is entered already. */
  toEnter: Statement;
  /** The same where everything is entered: nobody asks of each row. */
  entered: Statement;
}

/** Pages whose rows have entries with this id; `text` is given what says whether a row is entered. */
export function pagesOf(
  name: string,
  id: string,
  text: (isEntered: string) => string,
): PagesOfRows {
  return {
    toEnter: statement(`ledger_backfill_${name}`, text(isEnteredSql(id))),
    entered: statement(`ledger_entered_${name}`, text("true")),
  };
}

/**
 * A part of the key that a page comes after; where there is none, the first of all. As a query of its
 * own: behind row-level security PostgreSQL takes no other `coalesce` for the beginning of an index,
 * and would read all rows before the page, too.
 */
export function afterKey(part: number, type: string, first: string): string {
  return `(SELECT coalesce(($1::text[])[${part}]::${type}, ${first}))`;
}

/**
 * Rows are read in the order of an index, page after page. What row-level security lets through is
 * not to be guessed, so PostgreSQL would rather read and sort the whole table for each page.
 */
const ALONG_INDEXES = statement(
  "ledger_along_indexes",
  `SELECT set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'off', true),
     set_config('max_parallel_workers_per_gather', '0', true), set_config('jit', 'off', true)`,
);

/** From now on, until the transaction ends, pages are read along indexes. */
export async function readAlongIndexes(sql: Sql): Promise<void> {
  await sql.rows(ALONG_INDEXES);
}

/** What the back-fill needs of a row. */
export interface EnteredRow {
  tenant: string;
  /** Who did it; null where nobody in particular. */
  actor: string | null;
  isEntered: boolean;
}

/**
 * SQL that says whether an id has an entry, or waits for its place. Of the many leaves just those that
 * are asked for are read, by their index; of those that wait there are few, and they have none.
 */
function isEnteredSql(id: string): string {
  return `((SELECT true FROM ledger_leaf l WHERE l.id = ${id} LIMIT 1) IS NOT NULL
    OR ${id} IN (SELECT p.id FROM ledger_pending p))`;
}

const DUE = statement(
  "ledger_backfill_due",
  `SELECT source, after FROM ledger_backfill WHERE NOT is_done ORDER BY source LIMIT 1 FOR UPDATE`,
);
const NOTE = statement(
  "ledger_backfill_note",
  "UPDATE ledger_backfill SET after = $2, is_done = $3 WHERE source = $1",
);

// Those that were empty when the ledger began, or were entered before the log said so.
const UNMARKED = statement(
  "ledger_backfill_unmarked",
  `SELECT source FROM ledger_backfill b WHERE is_done
     AND NOT EXISTS (SELECT FROM ledger_leaf l WHERE l.id = '${markId("BACKFILL", "")}' || b.source)
     AND NOT EXISTS (SELECT FROM ledger_pending p WHERE p.id = '${markId("BACKFILL", "")}' || b.source)`,
);

/**
 * A source whose rows are of this type, in a list with others: whoever walks a source gives it its own
 * rows only, which a list of several types cannot say.
 */
export function backfillSource<Row extends EnteredRow>(
  source: BackfillSource<Row>,
): BackfillSource {
  return source as unknown as BackfillSource;
}

/**
 * Enters rows that were written before there was a ledger, some at a time; what is written since
 * has its entry from the beginning. Goes on where it was cut off.
 */
export class Backfill {
  private isDone = false;

  constructor(
    private readonly sources: readonly BackfillSource[],
    private readonly people: PersonKeys,
  ) {}

  /** Enters some rows, as the sequencer. False where none is left. */
  async run(sequencer: Database): Promise<boolean> {
    if (this.isDone) return false;
    this.isDone = !(await sequencer.tenant("*").transaction((sql) => this.enterSome(sql)));
    if (this.isDone) await sequencer.tenant("*").transaction(enterMarks);
    return !this.isDone;
  }

  private async enterSome(sql: Sql): Promise<boolean> {
    const [due] = await sql.rows<{ source: string; after: string[] }>(DUE);
    if (!due) return false;
    const source = this.sources.find((one) => one.source === due.source);
    if (!source) throw new Error(`nobody knows how to enter ${due.source}`);
    await readAlongIndexes(sql);
    const rows = await sql.rows<EnteredRow>(source.page.toEnter, [due.after, source.most]);
    await this.enter(
      sql,
      source,
      rows.filter(({ isEntered }) => !isEntered),
    );
    const last = rows.at(-1);
    const after = last ? source.keyOf(last).map(String) : due.after;
    const isDone = rows.length < source.most;
    await sql.rows(NOTE, [due.source, after, isDone]);
    if (isDone) await enterMarks(sql);
    return true;
  }

  private async enter(sql: Sql, source: BackfillSource, rows: readonly EnteredRow[]) {
    for (const tenant of new Set(rows.map((row) => row.tenant))) {
      const own = rows.filter((row) => row.tenant === tenant);
      const subjects = [...new Set(own.flatMap(({ actor }) => actor ?? []))];
      const persons = await this.people.find(sql, tenant, subjects);
      const entries = own.map((row) =>
        source.entryOf(row, row.actor === null ? null : (persons.get(row.actor) ?? null)),
      );
      await sql.rows(ENTER, [tenant, entries.map(({ id }) => id), entries.map(entryText)]);
    }
  }
}

/** The log itself says which sources are done: nobody can then say that rows are still to be entered. */
async function enterMarks(sql: Sql): Promise<void> {
  const sources = await sql.rows<{ source: string }>(UNMARKED);
  const at = now();
  const entries = sources.map(({ source }) => markEntry({ type: "BACKFILL", name: source, at }));
  await sql.rows(ENTER, [NO_TENANT, entries.map(({ id }) => id), entries.map(entryText)]);
}
