import { QueryPlanner } from "@graphql-hive/router-query-planner";
import { unifiedGraphHandler } from "@graphql-hive/router-runtime";
import { getDocumentString } from "@graphql-mesh/transport-common";
import type { ExecutionRequest } from "@graphql-tools/utils";
import {
  buildSchema,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
  print,
} from "graphql";
import { guardedFetch, type ObserveFetch } from "./guarded-fetch.ts";
import type { MakeFetch } from "./plan/compile-plan.ts";
import { type CompiledOperation, compileOperation } from "./plan/compiled-operation.ts";
import type { RequestScope } from "./request-scope.ts";
import { giveScalars } from "./scalars.ts";
import type { GatewaySubgraph } from "./subgraph.ts";

/** A valid operation whose document was parsed once and is kept: its plan is kept with it. */
export interface LaneOperation {
  document: DocumentNode;
  operation: OperationDefinitionNode;
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
  const planner = new QueryPlanner(supergraphText);
  const compiled = new WeakMap<DocumentNode, Promise<CompiledOperation | null>>();
  return {
    schema,
    async execute({ document, operation }, variables, scope) {
      let compiling = compiled.get(document);
      if (!compiling) {
        compiling = compileOperation({ planner, schema }, document, operation);
        compiled.set(document, compiling);
      }
      const execute = await compiling;
      if (execute) return execute(variables, fetchFor(subgraphs, scope, observe));
      const result = await executor({
        document,
        variables,
        operationType: operation.operation,
        ...(operation.name && { operationName: operation.name.value }),
        // The plan is noted by its context, so each request needs one of its own.
        context: { scope },
      });
      return result as ExecutionResult;
    },
  };
}

function fetchFor(
  subgraphs: ReadonlyMap<string, GatewaySubgraph>,
  scope: RequestScope,
  observe: ObserveFetch | undefined,
): MakeFetch {
  return ({ subgraph: name, text, document, isMutation }, variables) => {
    const subgraph = subgraphs.get(name);
    if (!subgraph) throw new Error(`no subgraph is called ${name}`);
    return guardedFetch(subgraph, { text, document, variables, isMutation }, scope, observe);
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
