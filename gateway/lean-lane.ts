import { unifiedGraphHandler } from "@graphql-hive/router-runtime";
import { getDocumentString } from "@graphql-mesh/transport-common";
import type { ExecutionRequest } from "@graphql-tools/utils";
import {
  buildSchema,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationTypeNode,
  print,
} from "graphql";
import { guardedFetch, type ObserveFetch } from "./guarded-fetch.ts";
import type { RequestScope } from "./request-scope.ts";
import { giveScalars } from "./scalars.ts";
import type { GatewaySubgraph } from "./subgraph.ts";

/** An operation whose document was parsed once and is kept: its plan is kept with it. */
export interface LaneOperation {
  document: DocumentNode;
  operationName: string | null;
  operationType: OperationTypeNode;
}

/**
 * The short way of an operation that was checked when it was prepared: plan and joins, without
 * the runtime around them. Everything that the runtime's hooks do for a request is the caller's.
 */
export interface LeanLane {
  readonly schema: GraphQLSchema;
  execute(
    operation: LaneOperation,
    variables: Record<string, unknown>,
    scope: RequestScope,
  ): Promise<ExecutionResult>;
}

/** Opens the lane over these subgraphs, by the same planner as the runtime's. */
export async function openLeanLane(
  supergraphText: string,
  subgraphs: ReadonlyMap<string, GatewaySubgraph>,
  observe?: ObserveFetch,
): Promise<LeanLane> {
  const handled = await unifiedGraphHandler({
    unifiedGraph: buildSchema(supergraphText, { assumeValid: true, assumeValidSDL: true }),
    getUnifiedGraphSDL: () => supergraphText,
    onSubgraphExecute: ((name: string, request: ExecutionRequest) => {
      const subgraph = subgraphs.get(name);
      if (!subgraph) throw new Error(`no subgraph is called ${name}`);
      return guardedFetch(subgraph, fetchOf(request), scopeOf(request), observe);
    }) as never,
  });
  giveScalars(handled.unifiedGraph);
  const { executor, unifiedGraph: schema } = handled;
  if (!executor) throw new Error("the planner came without an executor");
  return {
    schema,
    async execute({ document, operationName, operationType }, variables, scope) {
      const result = await executor({
        document,
        variables,
        operationType,
        ...(operationName !== null && { operationName }),
        // The plan is noted by its context, so each request needs one of its own.
        context: { scope },
      });
      return result as ExecutionResult;
    },
  };
}

function fetchOf({ document, variables, operationType }: ExecutionRequest) {
  return {
    text: getDocumentString(document, print),
    document,
    variables: variables ?? {},
    isMutation: operationType === "mutation",
  };
}

function scopeOf({ context }: ExecutionRequest): RequestScope {
  return (context as { scope: RequestScope }).scope;
}
