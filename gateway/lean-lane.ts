import { unifiedGraphHandler } from "@graphql-hive/router-runtime";
import { buildSchema, type ExecutionResult, type GraphQLSchema } from "graphql";
import { fetchAsRequest, fetchFor } from "./execute-fetch.ts";
import type { ObserveFetch } from "./guarded-fetch.ts";
import { type PlannedOperation, planExecutor } from "./plan/plan-executor.ts";
import type { RequestScope } from "./request-scope.ts";
import { giveScalars } from "./scalars.ts";
import type { GatewaySubgraph } from "./subgraph.ts";

/**
 * The short way of an operation that was checked when it was prepared: plan and joins, without
 * the runtime around them. Everything that the runtime's hooks do for a request is the caller's.
 */
export interface LeanLane {
  /** What clients may ask. */
  readonly schema: GraphQLSchema;
  execute(
    operation: PlannedOperation,
    variables: Record<string, unknown>,
    scope: RequestScope,
  ): Promise<ExecutionResult>;
}

/** Opens the lane over these subgraphs. */
export async function openLeanLane(
  supergraphText: string,
  subgraphs: ReadonlyMap<string, GatewaySubgraph>,
  observe?: ObserveFetch,
): Promise<LeanLane> {
  const { unifiedGraph: schema, executor } = await unifiedGraphHandler({
    unifiedGraph: buildSchema(supergraphText, { assumeValid: true, assumeValidSDL: true }),
    getUnifiedGraphSDL: () => supergraphText,
    onSubgraphExecute: fetchAsRequest(subgraphs, observe) as never,
  });
  giveScalars(schema);
  if (!executor) throw new Error("the planner came without an executor");
  const { execute } = planExecutor({
    supergraphText,
    schema,
    fallback: executor,
    fetchFor: fetchFor(subgraphs, observe),
  });
  return { schema, execute };
}
