import { ExportRows } from "../../shared/export/export-rows.store.ts";
import type { PeerExecutor, SubgraphService } from "../../shared/graph/subgraph-service.ts";
import { Backfill } from "../../shared/ledger-store/backfill.store.ts";
import { type Ledger, type LedgerConfig, startLedger } from "../../shared/ledger-store/ledger.ts";
import { PersonKeys } from "../../shared/ledger-store/person-keys.store.ts";
import { Database, statement } from "../../shared/postgres/database.ts";
import type { OwnershipConfig } from "./config.ts";
import { createContext } from "./context.ts";
import { ErasureOrders } from "./erasure/erasure-orders.store.ts";
import { exportOwnerships } from "./export/export-ownerships.store.ts";
import { IdBlocks } from "./id-block/id-block.store.ts";
import { BACKFILL_SOURCES } from "./ledger/backfill.store.ts";
import { contactCipher } from "./owner/contact-cipher.ts";
import { OwnershipChanges } from "./ownership-change/ownership-changes.store.ts";
import { HandOverStore, tenantsWithHandOvers } from "./provisioning/hand-over.store.ts";
import { HandOverDispatcher } from "./provisioning/hand-over-dispatcher.ts";
import { manufacturingPeer } from "./provisioning/manufacturing-peer.ts";
import { secretHasher } from "./secret/secret.ts";
import { ownershipSubgraph } from "./subgraph.ts";

export type { OwnershipConfig } from "./config.ts";

/** Whom Ownership asks. */
export interface OwnershipPeers {
  manufacturing: PeerExecutor;
}

const PING = statement("ping", "SELECT 1");

/** Starts the subgraph and its dispatcher on a migrated database, and waits for neither. */
export async function startOwnership(
  config: OwnershipConfig,
  peers: OwnershipPeers,
): Promise<SubgraphService> {
  const { databaseUrl: url, observe } = config;
  const subgraph = await ownershipSubgraph();
  const database = new Database({ url, role: "ownership_app", ...(observe && { observe }) });
  const exports = new ExportRows({ url, role: "ownership_app", ...(observe && { observe }) });
  const changes = new OwnershipChanges(database);
  const workers = new Database({ url, role: "ownership_worker", poolSize: 1 });
  const manufacturing = manufacturingPeer(peers.manufacturing);
  const parts = {
    database,
    manufacturing,
    contacts: contactCipher(config.encryptionKey),
    secrets: secretHasher(config.secretPepper),
    idBlocks: new IdBlocks(),
    people: new PersonKeys(),
  };
  const ledger = config.ledger ? startOwnershipLedger(config.ledger, url, parts) : null;
  // "*" is no tenant's name; the worker's own policy shows it the links of all.
  const dispatcher = new HandOverDispatcher({
    dueTenants: () => tenantsWithHandOvers(workers.tenant("*")),
    handOversOf: (tenant) => new HandOverStore(database.tenant(tenant), tenant, parts.people),
    manufacturing,
  });
  const orders = new ErasureOrders(workers, database);
  dispatcher.start();
  return {
    name: "ownership",
    ...subgraph,
    createContext: (caller, request) => {
      changes.tidy(caller.tenant);
      return createContext(parts, caller, request);
    },
    events: (caller, question) => changes.events(caller, question),
    export: async (caller, question, request) =>
      exportOwnerships(exports, parts.contacts, { caller, question, request }),
    erasures: async (forgotten) => {
      await orders.settle(forgotten);
      return orders.due();
    },
    ...(ledger && { log: ledger.log }),
    ready: async () => {
      await workers.tenant("*").rows(PING);
      await ledger?.ready();
    },
    close: async () => {
      await dispatcher.stop();
      await ledger?.close();
      await Promise.all([database.close(), exports.close(), workers.close()]);
    },
  };
}

function startOwnershipLedger(
  config: LedgerConfig,
  databaseUrl: string,
  { database, people }: { database: Database; people: PersonKeys },
): Ledger {
  const backfill = new Backfill(BACKFILL_SOURCES, people);
  return startLedger({
    ...{ service: "ownership", databaseUrl, database },
    ...config,
    backfill: (sequencer) => backfill.run(sequencer),
  });
}
