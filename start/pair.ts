import { inProcessPeer } from "../shared/graph/in-process-executor.ts";
import type { PeerExecutor, SubgraphService } from "../shared/graph/subgraph-service.ts";
import type { ManufacturingConfig } from "../subgraphs/manufacturing/config.ts";
import { startManufacturing } from "../subgraphs/manufacturing/service.ts";
import type { OwnershipConfig } from "../subgraphs/ownership/config.ts";
import { startOwnership } from "../subgraphs/ownership/service.ts";

/** Both subgraphs in this process. */
export interface Pair {
  manufacturing: SubgraphService;
  ownership: SubgraphService;
  close(): Promise<void>;
}

export interface PairConfig {
  manufacturing: ManufacturingConfig;
  ownership: OwnershipConfig;
  /** Whom each service asks instead of the other one in this process. */
  peers?: { manufacturing?: PeerExecutor; ownership?: PeerExecutor };
}

/** Starts both subgraphs, each the other one's peer. */
export async function startPair({ peers, ...config }: PairConfig): Promise<Pair> {
  const started: { manufacturing?: SubgraphService; ownership?: SubgraphService } = {};
  // Each asks the other, so neither is there before its peer's address is given away.
  const peer = (name: keyof typeof started) =>
    inProcessPeer(() => {
      const service = started[name];
      if (!service) throw new Error(`${name} has not started`);
      return service;
    });
  const manufacturing = await startManufacturing(config.manufacturing, {
    ownership: peers?.ownership ?? peer("ownership"),
  });
  started.manufacturing = manufacturing;
  const ownership = await startOwnership(config.ownership, {
    manufacturing: peers?.manufacturing ?? peer("manufacturing"),
  });
  started.ownership = ownership;
  return {
    manufacturing,
    ownership,
    async close() {
      // Ownership's dispatcher asks Manufacturing until it has stopped.
      await ownership.close();
      await manufacturing.close();
    },
  };
}
