import type { PersonKeys } from "../../shared/ledger-store/person-keys.store.ts";
import { type Database, statement } from "../../shared/postgres/database.ts";
import type { KeyNames } from "./line-name.ts";

const FORGET = statement("forget_owner", "SELECT forget_owner($1)");

/** Destroys the key that an owner's lines are named by: from then on they are nobody's. */
export async function forgetOwner(
  { database, people, names }: { database: Database; people: PersonKeys; names: KeyNames },
  tenant: string,
  subject: string,
): Promise<void> {
  for (const hash of names.hashes(tenant, subject)) {
    await database.tenant(tenant).rows(FORGET, [hash]);
    people.forget(tenant, `owner:${hash}`);
  }
}
