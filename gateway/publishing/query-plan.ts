import type { PlanNode, QueryPlan, QueryPlanner } from "@graphql-hive/router-query-planner";
import { GATEWAY_LIMITS } from "../limits.ts";

/** Plans operations over one supergraph, as the gateway will when it executes them. */
export interface Planner {
  /** How many fetches an operation takes at most. Rejects where it cannot be planned. */
  fetchesOf(text: string, operationName: string | null): Promise<number>;
}

/** The planner is a native program: it is loaded when the first operation is planned. */
export function plannerOf(supergraphText: string): Planner {
  let planner: Promise<QueryPlanner> | undefined;
  return {
    async fetchesOf(text, operationName) {
      planner ??= load(supergraphText);
      const signal = AbortSignal.timeout(GATEWAY_LIMITS.planMs);
      const plan = await (await planner).planAsync(text, operationName, new Set(), 50, signal);
      return countFetches(plan.node);
    },
  };
}

async function load(supergraphText: string): Promise<QueryPlanner> {
  const { QueryPlanner } = await import("@graphql-hive/router-query-planner");
  return new QueryPlanner(supergraphText);
}

/** What may be left out counts, as it does in the cost. */
function countFetches(node: QueryPlan["node"] | null): number {
  if (!node) return 0;
  switch (node.kind) {
    case "Fetch":
    case "BatchFetch":
    case "Subscription":
      return 1;
    case "Flatten":
      return countFetches(node.node);
    case "Sequence":
    case "Parallel":
      return sum(node.nodes);
    case "Condition":
      return sum([node.ifClause, node.elseClause]);
    case "Defer":
      return sum([node.primary.node, ...node.deferred.map((deferred) => deferred.node)]);
  }
}

function sum(nodes: readonly (PlanNode | null | undefined)[]): number {
  return nodes.reduce((total, node) => total + countFetches(node ?? undefined), 0);
}
