import type { ExecutionResult, GraphQLSchema } from "graphql";
import type { PlannedOperation } from "./plan/plan-executor.ts";
import type { RequestScope } from "./request-scope.ts";

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
