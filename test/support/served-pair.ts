import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RemoteConfig } from "../../gateway/config.ts";
import { createServiceKeys, readServiceKeys } from "../../shared/graph/service-keys.ts";
import type { ServiceSigner } from "../../shared/graph/service-token.ts";
import { serviceSigner } from "../../shared/graph/service-token.ts";
import { type SubgraphServer, serveSubgraph } from "../../shared/graph/subgraph-server.ts";
import { type RealPair, realPair } from "./real-pair.ts";

type Name = "manufacturing" | "ownership";

/** Both subgraphs, each behind an HTTP server of its own that can stop and come back. */
export interface ServedPair {
  pair: RealPair;
  remote: RemoteConfig;
  /** Signs as the gateway. */
  sign: ServiceSigner;
  /** Ends the server and its connections; whoever asks is refused. */
  stop(name: Name): Promise<void>;
  /** Serves again, at the same address. */
  resume(name: Name): Promise<void>;
  close(): Promise<void>;
}

export async function servedPair(options: { changesMs?: number } = {}): Promise<ServedPair> {
  const keysFolder = await mkdtemp(join(tmpdir(), "tracegraph-keys-"));
  await createServiceKeys(keysFolder);
  const pair = await realPair();
  const servers = new Map<Name, SubgraphServer>();
  const serve = async (name: Name, port: number): Promise<string> => {
    const { trustedKeys } = await readServiceKeys(keysFolder, name);
    const server = await serveSubgraph(pair[name], {
      ...{ port, host: "127.0.0.1", trustedKeys },
      ...options,
    });
    servers.set(name, server);
    return server.url;
  };
  const urls = {
    manufacturing: await serve("manufacturing", 0),
    ownership: await serve("ownership", 0),
  };
  const { privateKey } = await readServiceKeys(keysFolder, "gateway");
  return {
    pair,
    remote: { manufacturingUrl: urls.manufacturing, ownershipUrl: urls.ownership, keysFolder },
    sign: serviceSigner("gateway", privateKey),
    async stop(name) {
      await servers.get(name)?.close();
      servers.delete(name);
    },
    async resume(name) {
      await serve(name, Number(new URL(urls[name]).port));
    },
    async close() {
      for (const server of servers.values()) await server.close();
      await pair.close();
      await rm(keysFolder, { recursive: true });
    },
  };
}
