import type { Gateway, GatewayOptions } from "../gateway/server.ts";
import { remotePeer } from "../shared/graph/remote-executor.ts";
import { readServiceKeys } from "../shared/graph/service-keys.ts";
import { serviceSigner } from "../shared/graph/service-token.ts";
import { serveSubgraph } from "../shared/graph/subgraph-server.ts";
import type { PeerExecutor, SubgraphService } from "../shared/graph/subgraph-service.ts";
import type { LedgerConfig } from "../shared/ledger-store/ledger.ts";
import { readManufacturingConfig } from "../subgraphs/manufacturing/config.ts";
import { startManufacturing } from "../subgraphs/manufacturing/service.ts";
import { readOwnershipConfig } from "../subgraphs/ownership/config.ts";
import { startOwnership } from "../subgraphs/ownership/service.ts";
import { readSplitConfig, readWorkers } from "./config.ts";
import { readLogKeysOf } from "./ledger-keys.ts";

/** The services that can run alone beside the gateway. */
export type SubgraphName = "manufacturing" | "ownership";
type Environment = Readonly<Record<string, string | undefined>>;

/** One service in a process of its own. */
export interface RunningService {
  url: string;
  close(): Promise<void>;
}

/** Starts the gateway before subgraphs that are other processes. */
export async function startLoneGateway(environment: Environment): Promise<RunningService> {
  const count = readWorkers(environment);
  if (count === 1) return serveLoneGateway(environment);
  const { readGatewayConfig } = await import("../gateway/config.ts");
  const { startWorkers } = await import("./workers.ts");
  const { host, port } = readGatewayConfig(environment);
  return startWorkers({ count, work: "gateway", environment, host, port });
}

/** The same in this process alone. */
export async function serveLoneGateway(
  environment: Environment,
  options: Pick<GatewayOptions, "metrics" | "share"> = {},
): Promise<Gateway> {
  // Loaded here only: a lone subgraph needs neither the query planner nor the runtime.
  const { readGatewayConfig } = await import("../gateway/config.ts");
  const { startGateway } = await import("../gateway/server.ts");
  const config = readGatewayConfig(environment);
  if (!config.remote) {
    throw new Error("MANUFACTURING_URL and OWNERSHIP_URL must say where the subgraphs are");
  }
  const { keysFolder } = config.remote;
  const ledger = { keys: readLogKeysOf(environment, "gateway", keysFolder) };
  return startGateway({ ...config, ledger }, options);
}

/** Starts one subgraph for holders of service tokens: the gateway and the other subgraph. */
export async function startLoneSubgraph(
  name: SubgraphName,
  environment: Environment,
): Promise<RunningService> {
  const peer = name === "manufacturing" ? "ownership" : "manufacturing";
  const split = readSplitConfig(environment, `${peer.toUpperCase()}_URL`);
  const { privateKey, trustedKeys } = await readServiceKeys(split.keysFolder, name);
  const executor = remotePeer({
    subgraph: peer,
    url: split.peerUrl,
    sign: serviceSigner(name, privateKey),
  });
  const ledger = { keys: readLogKeysOf(environment, name, split.keysFolder) };
  const service = await startService(name, { environment, ledger }, executor);
  const server = await serveSubgraph(service, { ...split, trustedKeys });
  return {
    url: server.url,
    async close() {
      await server.close();
      await service.close();
      await executor.close();
    },
  };
}

function startService(
  name: SubgraphName,
  { environment, ledger }: { environment: Environment; ledger: LedgerConfig },
  peer: PeerExecutor,
): Promise<SubgraphService> {
  switch (name) {
    case "manufacturing":
      return startManufacturing(
        { ...readManufacturingConfig(environment), ledger },
        { ownership: peer },
      );
    case "ownership":
      return startOwnership(
        { ...readOwnershipConfig(environment), ledger },
        { manufacturing: peer },
      );
  }
}
