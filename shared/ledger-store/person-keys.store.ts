import { randomBytes } from "node:crypto";
import { type Sql, statement } from "../postgres/database.ts";
import { watchSize } from "../watched-sizes.ts";
import { commitmentOfErased, PERSON_KEY_BYTES, Person } from "./commitment.ts";

const READ = statement(
  "person_keys_read",
  "SELECT subject, key FROM person_key WHERE tenant = $1 AND subject = ANY($2::text[])",
);
const MAKE = statement(
  "person_keys_make",
  `INSERT INTO person_key (tenant, subject, key)
   SELECT $1, subject, key FROM unnest($2::text[], $3::bytea[]) AS k (subject, key)
   ORDER BY subject ON CONFLICT DO NOTHING`,
);

/** Everything here that could grow. */
const LIMITS = {
  persons: 10_000,
  /** An erased person's key is used no longer than this by a process that had read it. */
  rememberedMs: 30_000,
} as const;

/** A person by subject. */
export type PersonOf = (subject: string) => Promise<Person>;

/** The keys by which entries name people. One for a process; keys are made as people are met. */
export class PersonKeys {
  private readonly persons = new Map<string, { person: Person; until: number }>();

  constructor(private readonly now: () => number = Date.now) {
    watchSize("person keys", this.persons);
  }

  /**
   * These people, by subject. `sql` is no transaction: a key is remembered that stays whatever comes
   * of the request.
   */
  async learn(
    sql: Sql,
    tenant: string,
    subjects: readonly string[],
  ): Promise<ReadonlyMap<string, Person>> {
    const found = await this.find(sql, tenant, subjects);
    const until = this.now() + LIMITS.rememberedMs;
    for (const [subject, person] of found) {
      const key = keyOf(tenant, subject);
      if (this.persons.has(key)) continue;
      if (this.persons.size >= LIMITS.persons) this.persons.clear();
      this.persons.set(key, { person, until });
    }
    return found;
  }

  /** The same within a transaction: a key that is made in it is gone where it is rolled back. */
  async find(
    sql: Sql,
    tenant: string,
    subjects: readonly string[],
  ): Promise<ReadonlyMap<string, Person>> {
    const found = new Map<string, Person>();
    const missing = new Set<string>();
    for (const subject of subjects) {
      const person = this.remembered(tenant, subject);
      if (person) found.set(subject, person);
      else missing.add(subject);
    }
    if (missing.size === 0) return found;
    for (const person of await readOrMake(sql, tenant, [...missing])) {
      found.set(person.subject, person);
    }
    return found;
  }

  /** People by subject, for a store of this transaction. */
  within(sql: Sql, tenant: string): PersonOf {
    return async (subject) => {
      const person = (await this.find(sql, tenant, [subject])).get(subject);
      if (!person) throw new Error("a person has no key");
      return person;
    };
  }

  /** Forgets a person in this process, when his key is destroyed. */
  forget(tenant: string, subject: string): void {
    this.persons.delete(keyOf(tenant, subject));
  }

  private remembered(tenant: string, subject: string): Person | null {
    if (commitmentOfErased(subject) !== null) return new Person(subject, null);
    const key = keyOf(tenant, subject);
    const known = this.persons.get(key);
    if (known && known.until > this.now()) return known.person;
    this.persons.delete(key);
    return null;
  }
}

function keyOf(tenant: string, subject: string): string {
  return `${tenant} ${subject}`;
}

async function readOrMake(sql: Sql, tenant: string, subjects: readonly string[]) {
  const known = await readPersons(sql, tenant, subjects);
  const names = new Set(known.map(({ subject }) => subject));
  const fresh = subjects.filter((subject) => !names.has(subject));
  if (fresh.length === 0) return known;
  const keys = fresh.map(() => randomBytes(PERSON_KEY_BYTES));
  await sql.rows(MAKE, [tenant, fresh, keys]);
  // Somebody else may have been faster; then his key is the one.
  return [...known, ...(await readPersons(sql, tenant, fresh))];
}

/** The people among these who have a key. */
export async function readPersons(
  sql: Sql,
  tenant: string,
  subjects: readonly string[],
): Promise<Person[]> {
  const rows = await sql.rows<{ subject: string; key: Buffer }>(READ, [tenant, subjects]);
  return rows.map(({ subject, key }) => new Person(subject, key));
}

const PAGE = statement(
  "person_keys_after",
  `SELECT subject, key FROM person_key WHERE tenant = $1 AND subject > $2
   ORDER BY subject LIMIT $3`,
);
const PAGE_OF_PERSONS = 10_000;

/** All people of a tenant who have a key, some at a time. */
export async function* pagesOfPersons(sql: Sql, tenant: string): AsyncGenerator<Person[]> {
  for (let after = ""; ; ) {
    const parameters = [tenant, after, PAGE_OF_PERSONS];
    const rows = await sql.rows<{ subject: string; key: Buffer }>(PAGE, parameters);
    if (rows.length > 0) yield rows.map(({ subject, key }) => new Person(subject, key));
    const last = rows.at(-1);
    if (!last || rows.length < PAGE_OF_PERSONS) return;
    after = last.subject;
  }
}
