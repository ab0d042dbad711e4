import type { SubgraphService } from "../shared/graph/subgraph-service.ts";
import type { Ledger, LedgerConfig } from "../shared/ledger-store/ledger.ts";
import type { AccessLog } from "./access-log/access-log.ts";
import { startAccessLog } from "./access-log/service.ts";
import { followErasures } from "./erasure/erasure-follower.ts";
import { MergedFeed } from "./events/merged-feed.ts";
import type { ObserveFetch } from "./guarded-fetch.ts";
import type { LeanLane } from "./lean-lane.ts";
import { nodeSubgraph } from "./node/node-subgraph.ts";
import { openRegistry } from "./open-registry.ts";
import { openPlannedGraph } from "./planned-graph.ts";
import type { Registry } from "./registry/registry.ts";
import { createRuntime, type FederatedRuntime } from "./runtime.ts";
import { type GatewaySubgraph, localSubgraph } from "./subgraph.ts";
import { composeSupergraph } from "./supergraph.ts";
import type { WebhookPace } from "./webhooks/limits.ts";
import { openWebhooks, type WebhookConfig } from "./webhooks/open-webhooks.ts";

export interface GraphOptions {
  /** The gateway's own database. */
  databaseUrl: string;
  /** What the gateway's log is signed with. */
  ledger?: LedgerConfig | undefined;
  observeFetch?: ObserveFetch | undefined;
  /** null: this gateway has none. */
  webhooks?: WebhookConfig | null | undefined;
  /** Other times for webhooks: tests do not wait as long. */
  webhookPace?: Partial<WebhookPace> | undefined;
  /** The registry with one of its checks removed: the access matrix must tell. */
  changeRegistry?: ((registry: SubgraphService) => Promise<SubgraphService>) | undefined;
}

/** The whole graph, and the registry and the access log, which are parts of it and of the way to it. */
export interface OpenGraph {
  /** The given ones, and the gateway's own. */
  subgraphs: readonly GatewaySubgraph[];
  lane: LeanLane;
  runtime: FederatedRuntime;
  registry: Registry;
  accessLog: AccessLog;
  /** What happens in the given ones, for other systems. */
  feed: MergedFeed;
  /** The gateway's own log, where this process may sequence it. */
  ledger: Ledger | null;
  /** Rejects where the gateway's own database cannot be asked. */
  pingDatabase(): Promise<void>;
  /** Closes the given subgraphs too. */
  close(): Promise<void>;
}

/** Composes these subgraphs and the gateway's own. Whoever asks is vouched for already. */
export async function openGraph(
  given: readonly GatewaySubgraph[],
  { databaseUrl, ledger, observeFetch, changeRegistry, ...options }: GraphOptions,
): Promise<OpenGraph> {
  const feed = new MergedFeed(given);
  const pace = options.webhookPace;
  const webhooks = options.webhooks && openWebhooks(options.webhooks, { databaseUrl, feed, pace });
  const { registry, ...own } = await openRegistry({ databaseUrl }, webhooks?.parts);
  const encryptionKey = options.webhooks?.encryptionKey;
  const recording = await startAccessLog({ databaseUrl, ledger, encryptionKey });
  const clients = (await changeRegistry?.(own.service)) ?? own.service;
  const subgraphs = [...given, localSubgraph(clients), localSubgraph(recording.service)];
  const supergraph = composeSupergraph(subgraphs);
  own.checkAgainst(supergraph);
  const all = [...subgraphs, nodeSubgraph(subgraphs, observeFetch)];
  const byName = new Map(all.map((subgraph) => [subgraph.name, subgraph]));
  const graph = await openPlannedGraph(supergraph.supergraphText, byName, observeFetch);
  const runtime = createRuntime(graph);
  // Otherwise the first request would wait for the supergraph.
  await runtime.getSchema();
  const dispatcher = webhooks?.serve(recording.accessLog);
  const followers = followErasures(given, recording.forgetOwner);
  return {
    ...{ subgraphs, runtime, registry, lane: graph },
    accessLog: recording.accessLog,
    feed,
    ledger: recording.ledger,
    pingDatabase: () => own.service.ready(),
    async close() {
      await dispatcher?.stop();
      await Promise.all(followers.map((follower) => follower.stop()));
      await runtime[Symbol.asyncDispose]();
      await Promise.all([
        own.close(),
        recording.close(),
        ...subgraphs.map((subgraph) => subgraph.close()),
      ]);
    },
  };
}
