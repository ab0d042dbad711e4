import { ACCESS_TABLES } from "./access-tables.ts";
import { type DocumentCheck, documentCheck } from "./publishing/check-document.ts";
import type { WebhookParts } from "./registry/context.ts";
import { type RegistryConfig, type RunningRegistry, startRegistry } from "./registry/service.ts";
import type { Supergraph } from "./supergraph.ts";

export interface OpenRegistry extends RunningRegistry {
  /** Says what documents are checked against: the graph that the registry is itself a part of. */
  checkAgainst(supergraph: Supergraph): void;
}

/** Starts the registry of this process. What documents are checked with is made for the first one. */
export async function openRegistry(
  config: RegistryConfig,
  webhooks: WebhookParts | null = null,
): Promise<OpenRegistry> {
  let graph: Supergraph | null = null;
  let check: DocumentCheck | null = null;
  const running = await startRegistry(config, {
    webhooks,
    check: (document) => {
      if (!graph) throw new Error("the registry was asked before there was a graph");
      check ??= documentCheck(graph, ACCESS_TABLES);
      return check(document);
    },
  });
  return {
    ...running,
    checkAgainst(supergraph) {
      graph = supergraph;
      check = null;
    },
  };
}
