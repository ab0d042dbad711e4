import { unifiedGraphHandler } from "@graphql-hive/router-runtime";
import { buildSchema, type GraphQLSchema } from "graphql";
import { fetchAsRequest, fetchFor } from "./execute-fetch.ts";
import type { ObserveFetch } from "./guarded-fetch.ts";
import type { LeanLane } from "./lean-lane.ts";
import { planExecutor } from "./plan/plan-executor.ts";
import { giveScalars } from "./scalars.ts";
import type { GatewaySubgraph } from "./subgraph.ts";

type HandledGraph = Awaited<ReturnType<typeof unifiedGraphHandler>>;

/** The composed graph with its planner, built once: the lean lane itself, and what the runtime stands on. */
export interface PlannedGraph extends LeanLane {
  /** With the routing that clients do not see. */
  readonly supergraph: GraphQLSchema;
  /** As the runtime takes it, with the same plans. */
  readonly handled: HandledGraph;
}

/** Builds the graph over these subgraphs, which are reached as this gateway decides. */
export async function openPlannedGraph(
  supergraphText: string,
  subgraphs: ReadonlyMap<string, GatewaySubgraph>,
  observe?: ObserveFetch,
): Promise<PlannedGraph> {
  const supergraph = buildSchema(supergraphText, { assumeValid: true, assumeValidSDL: true });
  const handled = await unifiedGraphHandler({
    unifiedGraph: supergraph,
    getUnifiedGraphSDL: () => supergraphText,
    onSubgraphExecute: fetchAsRequest(subgraphs, observe) as never,
  });
  const { unifiedGraph: schema, executor: fallback } = handled;
  giveScalars(schema);
  if (!fallback) throw new Error("the planner came without an executor");
  const { execute, executor } = planExecutor({
    supergraphText,
    schema,
    fallback,
    fetchFor: fetchFor(subgraphs, observe),
  });
  return { schema, execute, supergraph, handled: { ...handled, executor } };
}
