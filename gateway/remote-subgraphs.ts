import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readServiceKeys } from "../shared/graph/service-keys.ts";
import { GATEWAY, serviceSigner } from "../shared/graph/service-token.ts";
import type { RemoteConfig } from "./config.ts";
import { type GatewaySubgraph, remoteSubgraph } from "./subgraph.ts";

/**
 * The subgraphs in other processes, by their checked-in schemas: the gateway starts, and answers
 * what it can, also while one of them is down.
 */
export async function openRemoteSubgraphs(config: RemoteConfig): Promise<GatewaySubgraph[]> {
  const { privateKey } = await readServiceKeys(config.keysFolder, GATEWAY);
  const sign = serviceSigner(GATEWAY, privateKey);
  const places = [
    ["manufacturing", config.manufacturingUrl],
    ["ownership", config.ownershipUrl],
  ] as const;
  return Promise.all(
    places.map(async ([subgraph, url]) =>
      remoteSubgraph(await readSchema(subgraph), { subgraph, url, sign }),
    ),
  );
}

/** Compiled code lies in `dist`, schemas beside the sources: the nearest folder above has them. */
async function readSchema(subgraph: string): Promise<string> {
  const path = join("subgraphs", subgraph, "schema.graphql");
  const here = dirname(fileURLToPath(import.meta.url));
  for (let folder = here; ; folder = dirname(folder)) {
    const text = await readFile(join(folder, path), "utf8").catch(() => null);
    if (text !== null) return text;
    if (folder === dirname(folder)) throw new Error(`${path} is missing above ${here}`);
  }
}
