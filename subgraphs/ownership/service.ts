import { ExportRows } from "../../shared/export/export-rows.store.ts";
import type { PeerExecutor, SubgraphService } from "../../shared/graph/subgraph-service.ts";
import { Database, statement } from "../../shared/postgres/database.ts";
import type { OwnershipConfig } from "./config.ts";
import { createContext } from "./context.ts";
import { exportOwnerships } from "./export/export-ownerships.store.ts";
import { IdBlocks } from "./id-block/id-block.store.ts";
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
  };
  // "*" is no tenant's name; the worker's own policy shows it the links of all.
  const dispatcher = new HandOverDispatcher({
    dueTenants: () => tenantsWithHandOvers(workers.tenant("*")),
    handOversOf: (tenant) => new HandOverStore(database.tenant(tenant), tenant),
    manufacturing,
  });
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
    ready: async () => {
      await workers.tenant("*").rows(PING);
    },
    close: async () => {
      await dispatcher.stop();
      await Promise.all([database.close(), exports.close(), workers.close()]);
    },
  };
}
