import type { Gateway, GatewayOptions } from "../gateway/server.ts";
import { remotePeer } from "../shared/graph/remote-executor.ts";
import { readServiceKeys } from "../shared/graph/service-keys.ts";
import { serviceSigner } from "../shared/graph/service-token.ts";
import { serveSubgraph } from "../shared/graph/subgraph-server.ts";
import type { PeerExecutor, SubgraphService } from "../shared/graph/subgraph-service.ts";
import type { LogKeys } from "../shared/ledger-store/log-keys.ts";
import { readManufacturingConfig } from "../subgraphs/manufacturing/config.ts";
import { startManufacturing } from "../subgraphs/manufacturing/service.ts";
import { readOwnershipConfig } from "../subgraphs/ownership/config.ts";
import { startOwnership } from "../subgraphs/ownership/service.ts";
import { readSplitConfig, readWitnessSettings, readWorkers } from "./config.ts";
import { readLogKeysOf } from "./ledger-keys.ts";
import { type LogWitnesses, openLogWitnesses } from "./log-witnesses.ts";

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
  const witnesses = openLogWitnesses(readWitnessSettings(environment).policy);
  const ledger = witnesses.ledgerOf({
    ...{ service: "gateway", databaseUrl: config.databaseUrl },
    keys: readLogKeysOf(environment, "gateway", keysFolder),
  });
  const gateway = await startGateway({ ...config, ledger }, options).catch(
    async (error: unknown) => {
      await witnesses.close();
      throw error;
    },
  );
  return { ...gateway, close: () => gateway.close().finally(() => witnesses.close()) };
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
  const keys = readLogKeysOf(environment, name, split.keysFolder);
  const witnesses = openLogWitnesses(readWitnessSettings(environment).policy);
  const service = await startService(name, { environment, keys, witnesses }, executor);
  const close = async () => {
    await service.close();
    await witnesses.close();
    await executor.close();
  };
  const server = await serveSubgraph(service, { ...split, trustedKeys }).catch(
    async (error: unknown) => {
      // A log that has begun would keep the process for ever.
      await close();
      throw error;
    },
  );
  return { url: server.url, close: () => server.close().then(close) };
}

interface LoneOptions {
  environment: Environment;
  keys: LogKeys;
  witnesses: LogWitnesses;
}

function startService(
  name: SubgraphName,
  { environment, keys, witnesses }: LoneOptions,
  peer: PeerExecutor,
): Promise<SubgraphService> {
  const ledgerOf = ({ databaseUrl }: { databaseUrl: string }) =>
    witnesses.ledgerOf({ service: name, keys, databaseUrl });
  switch (name) {
    case "manufacturing": {
      const config = readManufacturingConfig(environment);
      const ledger = ledgerOf(config);
      const { quorum: witnessQuorum } = witnesses;
      return startManufacturing({ ...config, ledger, witnessQuorum }, { ownership: peer });
    }
    case "ownership": {
      const config = readOwnershipConfig(environment);
      return startOwnership({ ...config, ledger: ledgerOf(config) }, { manufacturing: peer });
    }
  }
}
