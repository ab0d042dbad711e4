import type { Caller } from "../../shared/caller.ts";
import type { RequestFacts } from "../../shared/graph/subgraph-service.ts";
import type { PersonKeys } from "../../shared/ledger-store/person-keys.store.ts";
import type { Database, Sql } from "../../shared/postgres/database.ts";
import { sees, type VisibleThing } from "./access.ts";
import { ErasureStore } from "./erasure/erasure.store.ts";
import type { IdBlocks, IdKind } from "./id-block/id-block.store.ts";
import { IdempotencyStore } from "./idempotency/idempotency.store.ts";
import { IdentityStore } from "./identity/identity.store.ts";
import type { ContactCipher } from "./owner/contact-cipher.ts";
import { type OwnerRow, OwnerStore } from "./owner/owner.store.ts";
import type { PersonalData } from "./owner/owner.ts";
import { OwnershipStore } from "./ownership/ownership.store.ts";
import { TransferOfferStore } from "./ownership/transfer-offer.store.ts";
import { HandOverStore } from "./provisioning/hand-over.store.ts";
import type { Manufacturing } from "./provisioning/manufacturing-peer.ts";
import { ProvisioningStore } from "./provisioning/provisioning.store.ts";
import type { Verdict } from "./provisioning/provisioning.ts";
import type { SecretHasher } from "./secret/secret.ts";
import { IDENTITY, sharedWithCaller } from "./visibility/shared-with-caller.ts";

function stores(sql: Sql, tenant: string, people: PersonKeys) {
  const personOf = people.within(sql, tenant);
  const owners = new OwnerStore(sql, tenant);
  return {
    owners,
    identities: new IdentityStore(sql, tenant, personOf),
    ownerships: new OwnershipStore(sql, tenant, owners, personOf),
    offers: new TransferOfferStore(sql, tenant),
    provisioning: new ProvisioningStore(sql, tenant, personOf),
    answers: new IdempotencyStore<Verdict>(sql, tenant),
    erasures: new ErasureStore(sql, tenant),
    personOf,
  };
}
type Stores = ReturnType<typeof stores>;

/** What lives as long as the service does. */
export interface Parts {
  database: Database;
  manufacturing: Manufacturing;
  contacts: ContactCipher;
  secrets: SecretHasher;
  idBlocks: IdBlocks;
  /** By what entries name people. */
  people: PersonKeys;
}

/** What a resolver may touch, made afresh for each client request. */
export function createContext(parts: Parts, caller: Caller, request: RequestFacts) {
  const { requestId, seen } = request;
  const { tenant } = caller;
  const connections = parts.database.tenant(tenant, request);
  const { people } = parts;
  let reads = stores(connections, tenant, people);
  const shared = sharedWithCaller(parts.manufacturing, caller);
  return {
    ...parts,
    caller,
    requestId,
    ...(seen && { seen }),
    get owners() {
      return reads.owners;
    },
    get identities() {
      return reads.identities;
    },
    get ownerships() {
      return reads.ownerships;
    },
    handOvers: new HandOverStore(connections, tenant, people),
    get answers() {
      return reads.answers;
    },
    get erasures() {
      return reads.erasures;
    },
    get provisioning() {
      return reads.provisioning;
    },
    /**
     * Whether the caller sees this device's rows: an owner those of what he owns now, a partner the
     * identities that are shared with it.
     */
    async seesDevice(what: VisibleThing, connhexId: string): Promise<boolean> {
      if (sees(caller, what, null)) return true;
      if (caller.roles.includes("owner")) {
        const current = await reads.ownerships.currentOf(connhexId);
        if (sees(caller, what, current?.subject ?? null)) return true;
      }
      if (what !== "identity" || !caller.roles.includes("partner")) return false;
      return (await shared.load(connhexId))?.includes(IDENTITY) ?? false;
    },
    /** Whether the device is shared with the caller, whatever of it. */
    isShared: async (connhexId: string) => (await shared.load(connhexId)) !== null,
    /** The owner, where the caller sees him. */
    visibleOwner(ownerId: number): OwnerRow | null | Promise<OwnerRow | null> {
      const seen = (owner: OwnerRow | null) =>
        owner && sees(caller, "ownership", owner.subject) ? owner : null;
      const owner = reads.owners.find(ownerId);
      return owner instanceof Promise ? owner.then(seen) : seen(owner);
    },
    /** Personal data that this request has opened. */
    opened: new Map<OwnerRow, PersonalData>(),
    /** A fresh id. Ask before `write`, not within it. */
    nextId: (name: IdKind) => parts.idBlocks.next(connections, tenant, name),
    /** Runs `work` in one transaction, on stores bound to it. What was read before is forgotten. */
    async write<T>(work: (tx: Stores) => Promise<T>): Promise<T> {
      // A key that is made outside of the transaction is remembered.
      // The history names an owner by his id, and his subject has no key here.
      if (!caller.roles.includes("owner"))
        await people.learn(connections, tenant, [caller.subject]);
      try {
        return await connections.transaction((sql) => work(stores(sql, tenant, people)));
      } finally {
        reads = stores(connections, tenant, people);
      }
    },
  };
}
export type Context = ReturnType<typeof createContext>;
