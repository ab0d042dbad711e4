import type { PersonKeys } from "../../shared/ledger-store/person-keys.store.ts";
import { type Database, statement } from "../../shared/postgres/database.ts";
import { ownerKeyName } from "./line-name.ts";

const FORGET = statement("forget_owner", "SELECT forget_owner($1)");

/** Destroys the key that an owner's lines are named by: from then on they are nobody's. */
export async function forgetOwner(
  { database, people }: { database: Database; people: PersonKeys },
  tenant: string,
  subject: string,
): Promise<void> {
  await database.tenant(tenant).rows(FORGET, [subject]);
  people.forget(tenant, ownerKeyName(subject));
}
