import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createServiceKeys,
  readServiceKeys,
  type ServiceKeys,
} from "../../shared/graph/service-keys.ts";
import { type SubgraphServer, serveSubgraph } from "../../shared/graph/subgraph-server.ts";
import { type TinySubgraph, tinyManufacturing } from "./tiny-subgraphs.ts";

/** A subgraph that is served as in split mode, and the keys of those who may ask it. */
export interface ServedTiny {
  service: TinySubgraph;
  server: SubgraphServer;
  /** Where the keys lie. */
  folder: string;
  gatewayKeys: ServiceKeys;
  ownershipKeys: ServiceKeys;
  close(): Promise<void>;
}

export async function servedTiny(): Promise<ServedTiny> {
  const folder = await mkdtemp(join(tmpdir(), "tracegraph-keys-"));
  await createServiceKeys(folder);
  const { trustedKeys } = await readServiceKeys(folder, "manufacturing");
  const service = tinyManufacturing();
  const server = await serveSubgraph(service, { port: 0, host: "127.0.0.1", trustedKeys });
  return {
    ...{ service, server, folder },
    gatewayKeys: await readServiceKeys(folder, "gateway"),
    ownershipKeys: await readServiceKeys(folder, "ownership"),
    async close() {
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}
