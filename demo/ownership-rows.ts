import type { Person } from "../shared/ledger-store/commitment.ts";
import { type Entry, entryText } from "../shared/ledger-store/entry.ts";
import { CloudIdentityEntity } from "../subgraphs/ownership/identity/identity.entity.ts";
import { CloudIdentityRevisionEntity } from "../subgraphs/ownership/identity/identity-revision.entity.ts";
import {
  entryOfIdentityRevision,
  entryOfOwnershipRevision,
  newReasonKey,
} from "../subgraphs/ownership/ledger/ownership-content.ts";
import type { ContactCipher } from "../subgraphs/ownership/owner/contact-cipher.ts";
import { OwnerEntity } from "../subgraphs/ownership/owner/owner.entity.ts";
import { OwnerContactEntity } from "../subgraphs/ownership/owner/owner-contact.entity.ts";
import { OwnerKeyEntity } from "../subgraphs/ownership/owner/owner-key.entity.ts";
import { OwnershipEntity } from "../subgraphs/ownership/ownership/ownership.entity.ts";
import { OwnershipRevisionEntity } from "../subgraphs/ownership/ownership/ownership-revision.entity.ts";
import { newInitKey, type SecretHasher } from "../subgraphs/ownership/secret/secret.ts";
import { bulkTable } from "./bulk-load.store.ts";
import type { Custody, NewDemoOwner } from "./custody-story.ts";
import { LEDGER_TABLES, LoadedPeople } from "./loaded-people.ts";
import { RowSet } from "./row-set.ts";

export const OWNERSHIP_TABLES = {
  owner: bulkTable("owner", OwnerEntity),
  owner_key: bulkTable("owner_key", OwnerKeyEntity),
  owner_contact: bulkTable("owner_contact", OwnerContactEntity),
  cloud_identity: bulkTable("cloud_identity", CloudIdentityEntity),
  cloud_identity_revision: bulkTable("cloud_identity_revision", CloudIdentityRevisionEntity),
  ownership: bulkTable("ownership", OwnershipEntity),
  ownership_revision: bulkTable("ownership_revision", OwnershipRevisionEntity),
  ...LEDGER_TABLES,
};

/** What Ownership seals and hashes with. */
export interface OwnershipSecrets {
  cipher: ContactCipher;
  hasher: SecretHasher;
}

/** Turns custodies and owners into the rows that provisioning and registering would have left. */
export class OwnershipRows extends RowSet<keyof typeof OWNERSHIP_TABLES> {
  private changes = 0;
  private readonly people: LoadedPeople;

  constructor(
    private readonly tenant: string,
    private readonly first: { ownerId: number; ownershipId: number },
    private readonly secrets: OwnershipSecrets,
    known: Iterable<Person>,
  ) {
    super(OWNERSHIP_TABLES);
    this.people = new LoadedPeople(known, (subject, key) =>
      this.texts.person_key.add({ tenant, subject, key }),
    );
  }

  addOwner(owner: NewDemoOwner): void {
    const { displayName, email, phone, address, createdAt } = owner;
    const key = { tenant: this.tenant, ownerId: this.first.ownerId + owner.number };
    const sealed = this.secrets.cipher.seal(key, { displayName, email, phone, address });
    this.texts.owner.add(key, owner);
    this.texts.owner_key.add(key, sealed);
    this.texts.owner_contact.add(key, { ciphertext: sealed.ciphertext, changedAt: createdAt });
  }

  addCustody(custody: Custody): void {
    this.addIdentity(custody);
    const key = { tenant: this.tenant, connhexId: custody.connhexId };
    let revision = 0;
    for (const change of custody.changes) {
      revision++;
      const row = {
        ...key,
        ...change,
        revision,
        reasonKey: newReasonKey(change.reason),
        ownerId: change.owner === null ? null : this.first.ownerId + change.owner,
        ownershipId: this.first.ownershipId + this.changes++,
        since: change.at,
      };
      this.texts.ownership_revision.add(row);
      this.enter(entryOfOwnershipRevision(row, this.people.person(row.actor)));
      if (revision === custody.changes.length) this.texts.ownership.add(row);
    }
  }

  private enter(entry: Entry): void {
    const { tenant } = this;
    this.texts.ledger_pending.add({ tenant, id: entry.id, entry: entryText(entry) });
  }

  private addIdentity({ states, claimCode, ...custody }: Custody): void {
    const { tenant, secrets } = this;
    const { connhexId, serialNumber } = custody;
    for (const [index, state] of states.entries()) {
      const key = { tenant, connhexId, serialNumber, revision: index + 1 };
      const row = { ...state, ...key, kind: "STATE_CHANGED" as const };
      this.texts.cloud_identity_revision.add(row);
      const person = state.actor === null ? null : this.people.person(state.actor);
      this.enter(entryOfIdentityRevision(row, person));
    }
    const last = states.at(-1);
    const active = states.find(({ state }) => state === "ACTIVE");
    if (!last || !active) throw new Error(`the identity ${connhexId} was never active`);
    this.texts.cloud_identity.add(custody, {
      tenant,
      state: last.state,
      revision: states.length,
      changedAt: last.at,
      provisionedAt: active.at,
      isProtected: claimCode !== null,
      // Nobody needs a demo device's init key: it is made, hashed and forgotten.
      initKeyHash: secrets.hasher.hash("init-key", connhexId, newInitKey()),
      claimCodeHash: claimCode && secrets.hasher.hash("claim-code", connhexId, claimCode),
      failedClaims: 0,
      lockedUntil: null,
      refusalCode: null,
      refusalMessage: null,
    });
  }
}
