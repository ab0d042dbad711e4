import { type Hash, leafHash } from "../ledger/merkle.ts";
import type { BackfillSource, EnteredRow } from "../ledger-store/backfill.store.ts";
import { commitmentOfErased, Person } from "../ledger-store/commitment.ts";
import { entryText } from "../ledger-store/entry.ts";
import { readPersons } from "../ledger-store/person-keys.store.ts";
import type { Sql } from "../postgres/database.ts";
import type { Findings } from "./findings.ts";

/** Rows that must have entries: those that the back-fill knows, and others that are read like them. */
export type AuditSource = BackfillSource;

/** A row by the entry that it must have. */
export interface ExpectedEntry {
  id: string;
  text: string;
  hash: Hash;
  /** What the row names: its serial number, or else its connhexId. */
  device: string | null;
}

/** What of a row names its device, if it does. */
interface Named {
  serialNumber?: string | null;
  connhexId?: string | null;
}

const PERSONS_MOST = 10_000;

/** The people of one walk, by the keys that the database has. */
class KnownPeople {
  private readonly persons = new Map<string, Person | null>();

  constructor(private readonly sql: Sql) {}

  async learn(rows: readonly EnteredRow[]): Promise<void> {
    if (this.persons.size > PERSONS_MOST) this.persons.clear();
    for (const tenant of new Set(rows.map((row) => row.tenant))) {
      const own = rows.filter((row) => row.tenant === tenant);
      const subjects = new Set(own.flatMap(({ actor }) => actor ?? []));
      const unknown = [...subjects].filter((subject) => !this.persons.has(`${tenant} ${subject}`));
      const found = unknown.length > 0 ? await readPersons(this.sql, tenant, unknown) : [];
      for (const subject of unknown) this.persons.set(`${tenant} ${subject}`, erased(subject));
      for (const person of found) this.persons.set(`${tenant} ${person.subject}`, person);
    }
  }

  /** Null where he has no key, and was not erased. */
  of(tenant: string, subject: string): Person | null {
    return this.persons.get(`${tenant} ${subject}`) ?? null;
  }
}

function erased(subject: string): Person | null {
  return commitmentOfErased(subject) === null ? null : new Person(subject, null);
}

/** Reads every row of a source, and tells the entry that each must have. Answers how many rows wait. */
export async function walkRows(
  sql: Sql,
  source: AuditSource,
  { isUnentered, findings }: { isUnentered: boolean; findings: Findings },
  onRow: (expected: ExpectedEntry) => void,
): Promise<{ rows: number; waiting: number }> {
  const people = new KnownPeople(sql);
  const told = { rows: 0, waiting: 0 };
  let after: string[] = [];
  for (;;) {
    const rows = await sql.rows<EnteredRow>(source.page, [after, source.most]);
    await people.learn(rows);
    for (const row of rows) {
      told.rows += 1;
      // While rows of before the ledger are still being entered, what has no entry yet will have one.
      if (isUnentered && !row.isEntered) told.waiting += 1;
      else judge(source, row, people, { findings, onRow });
    }
    const last = rows.at(-1);
    if (!last || rows.length < source.most) return told;
    after = source.keyOf(last).map(String);
  }
}

function judge(
  source: AuditSource,
  row: EnteredRow,
  people: KnownPeople,
  to: { findings: Findings; onRow: (expected: ExpectedEntry) => void },
): void {
  const { serialNumber, connhexId } = row as EnteredRow & Named;
  const device = serialNumber ?? connhexId ?? null;
  const person = row.actor === null ? null : people.of(row.tenant, row.actor);
  if (row.actor !== null && person === null) {
    const key = source.keyOf(row).join("/");
    const detail = `${source.source} ${key}: the person who did it has no key`;
    to.findings.add("KEY_GONE", detail, { device });
    return;
  }
  const entry = source.entryOf(row, person);
  const text = entryText(entry);
  to.onRow({ id: entry.id, text, hash: leafHash(Buffer.from(text)), device });
}
