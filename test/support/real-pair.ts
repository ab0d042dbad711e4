import { randomBytes } from "node:crypto";
import { inProcessPeer } from "../../shared/graph/in-process-executor.ts";
import type { PeerExecutor, SubgraphService } from "../../shared/graph/subgraph-service.ts";
import { startManufacturing } from "../../subgraphs/manufacturing/service.ts";
import { startOwnership } from "../../subgraphs/ownership/service.ts";
import { type FreshDatabase, freshDatabase } from "./postgres.ts";

/** Both subgraphs on databases of their own. */
export interface RealPair {
  manufacturing: SubgraphService;
  ownership: SubgraphService;
  databases: { manufacturing: FreshDatabase; ownership: FreshDatabase };
  close(): Promise<void>;
}

/** Who each service asks; in process unless given. */
export interface Peers {
  manufacturing?: PeerExecutor;
  ownership?: PeerExecutor;
}

/** Starts both subgraphs, each the other one's peer. */
export async function realPair(peers: Peers = {}): Promise<RealPair> {
  const databases = {
    manufacturing: await freshDatabase("manufacturing"),
    ownership: await freshDatabase("ownership"),
  };
  const services: { manufacturing?: SubgraphService; ownership?: SubgraphService } = {};
  const started = (name: "manufacturing" | "ownership") => () => {
    const service = services[name];
    if (!service) throw new Error(`${name} has not started`);
    return service;
  };
  const manufacturing = await startManufacturing(
    {
      databaseUrl: databases.manufacturing.appUrl,
      observe: databases.manufacturing.observe,
    },
    { ownership: peers.ownership ?? inProcessPeer(started("ownership")) },
  );
  services.manufacturing = manufacturing;
  const ownership = await startOwnership(
    {
      databaseUrl: databases.ownership.appUrl,
      encryptionKey: randomBytes(32),
      secretPepper: randomBytes(32),
      observe: databases.ownership.observe,
    },
    { manufacturing: peers.manufacturing ?? inProcessPeer(started("manufacturing")) },
  );
  services.ownership = ownership;
  return {
    manufacturing,
    ownership,
    databases,
    async close() {
      await ownership.close();
      await manufacturing.close();
      await Promise.all([databases.manufacturing.drop(), databases.ownership.drop()]);
    },
  };
}
