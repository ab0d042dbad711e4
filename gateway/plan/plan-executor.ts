import { QueryPlanner } from "@graphql-hive/router-query-planner";
import type { ExecutionRequest, Executor } from "@graphql-tools/utils";
import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  type OperationDefinitionNode,
} from "graphql";
import type { RequestScope } from "../request-scope.ts";
import type { MakeFetch } from "./compile-plan.ts";
import { type CompiledOperation, compileOperation } from "./compiled-operation.ts";

/** A valid operation of a document that is kept as long as its plan is to be kept. */
export interface PlannedOperation {
  document: DocumentNode;
  operation: OperationDefinitionNode;
}
export interface PlanExecutor {
  /** Executes with variables that were coerced. */
  execute(
    planned: PlannedOperation,
    variables: Record<string, unknown>,
    scope: RequestScope,
  ): Promise<ExecutionResult>;
  /** The same for a request of the runtime, whose variables are as the client sent them. */
  readonly executor: Executor;
}
export interface PlanExecutorParts {
  supergraphText: string;
  /** What clients may ask. */
  schema: GraphQLSchema;
  /** Executes what our own plans do not hold: questions about the schema, mostly. */
  fallback: Executor;
  fetchFor: (scope: RequestScope) => MakeFetch;
}

/** Plans each document's operation once, and executes it by compiled functions. */
export function planExecutor(parts: PlanExecutorParts): PlanExecutor {
  const { supergraphText, schema, fallback, fetchFor } = parts;
  const planner = new QueryPlanner(supergraphText);
  const compiled = new WeakMap<OperationDefinitionNode, Promise<CompiledOperation | null>>();
  const compiledOf = ({ document, operation }: PlannedOperation) => {
    let compiling = compiled.get(operation);
    if (!compiling) {
      compiling = compileOperation({ planner, schema }, document, operation);
      compiled.set(operation, compiling);
    }
    return compiling;
  };
  return {
    async execute(planned, variables, scope) {
      const execute = await compiledOf(planned);
      if (execute) return execute(variables, fetchFor(scope));
      const { document, operation } = planned;
      const result = await fallback({
        document,
        variables,
        operationType: operation.operation,
        ...(operation.name && { operationName: operation.name.value }),
        // The plan is noted by its context, so each request needs one of its own.
        context: { scope },
      });
      return result as ExecutionResult;
    },
    executor: (async (request: ExecutionRequest) => {
      const { document, operationName, variables = {} } = request;
      const operation = getOperationAST(document, operationName);
      const execute = operation && (await compiledOf({ document, operation }));
      if (!execute) return fallback(request);
      const { scope } = request.context as { scope: RequestScope };
      if (scope.coerced?.operation === operation) {
        return execute(scope.coerced.variables, fetchFor(scope));
      }
      const definitions = operation.variableDefinitions ?? [];
      // Wrong variables were refused before; only their coercion is done again.
      const { coerced = {} } = getVariableValues(schema, definitions, variables);
      return execute(coerced, fetchFor(scope));
    }) as Executor,
  };
}
