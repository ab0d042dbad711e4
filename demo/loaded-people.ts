import { randomBytes } from "node:crypto";
import { PERSON_KEY_BYTES, Person } from "../shared/ledger-store/commitment.ts";
import type { BulkTable } from "./bulk-load.store.ts";

/** Entries that wait for their places in the log, and the keys by which they name people. */
export const LEDGER_TABLES = {
  person_key: {
    table: "person_key",
    columns: [
      { property: "tenant", column: "tenant", type: "text" },
      { property: "subject", column: "subject", type: "text" },
      { property: "key", column: "key", type: "bytea" },
    ],
  },
  ledger_pending: {
    table: "ledger_pending",
    columns: [
      { property: "tenant", column: "tenant", type: "text" },
      { property: "id", column: "id", type: "text" },
      { property: "entry", column: "entry", type: "text" },
    ],
  },
} as const satisfies Record<string, BulkTable>;

/** The people of a load, each with a key: those that the tenant has, and new ones. */
export class LoadedPeople {
  private readonly people = new Map<string, Person>();

  constructor(
    known: Iterable<Person>,
    /** Is told each new person's key. */
    private readonly onNew: (subject: string, key: Buffer) => void,
  ) {
    for (const person of known) this.people.set(person.subject, person);
  }

  person(subject: string): Person {
    const known = this.people.get(subject);
    if (known) return known;
    const key = randomBytes(PERSON_KEY_BYTES);
    const person = new Person(subject, key);
    this.people.set(subject, person);
    this.onNew(subject, key);
    return person;
  }
}
