import type { EnteredRow } from "../ledger-store/backfill.store.ts";
import { commitmentOfErased, isErasedText, Person } from "../ledger-store/commitment.ts";
import { pagesOfPersons, readPersons } from "../ledger-store/person-keys.store.ts";
import type { Sql } from "../postgres/database.ts";

const PERSONS_MOST = 10_000;
/** Of a commitment, what is kept to know it again: 64 bits. */
const KNOWN_DIGITS = 16;

/** The people of one walk, by the keys that the database has. */
export class KnownPeople {
  private readonly persons = new Map<string, Person | null>();
  /** By tenant, what everybody who has a key is committed to; read where a row names an erased one. */
  private readonly living = new Map<string, ReadonlySet<string>>();

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
      const namesErased = [...subjects].some(isErasedText);
      if (namesErased && !this.living.has(tenant)) {
        this.living.set(tenant, await livingActors(this.sql, tenant));
      }
    }
  }

  /** Null where he has no key, and was not erased. */
  of(tenant: string, subject: string): Person | null {
    return this.persons.get(`${tenant} ${subject}`) ?? null;
  }

  /** Whether who did it has given way to his commitment though his key is there: nobody erased him. */
  isHidden({ tenant, actor }: EnteredRow): boolean {
    if (actor === null || !isErasedText(actor)) return false;
    const committed = commitmentOfErased(actor)?.slice(0, KNOWN_DIGITS) ?? "";
    return this.living.get(tenant)?.has(committed) ?? false;
  }
}

function erased(subject: string): Person | null {
  return commitmentOfErased(subject) === null ? null : new Person(subject, null);
}

async function livingActors(sql: Sql, tenant: string): Promise<ReadonlySet<string>> {
  const actors = new Set<string>();
  for await (const page of pagesOfPersons(sql, tenant)) {
    for (const person of page) actors.add(person.actor.slice(0, KNOWN_DIGITS));
  }
  return actors;
}
