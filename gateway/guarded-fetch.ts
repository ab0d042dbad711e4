import { type ExecutionResult, GraphQLError } from "graphql";
import { INTERNAL_MESSAGE, publicError } from "../shared/graph/public-error.ts";
import { log } from "../shared/log.ts";
import type { RequestScope } from "./request-scope.ts";
import { type Fetch, fetchMs, type GatewaySubgraph } from "./subgraph.ts";

/** Is told each fetch that is made. For counting in tests. */
export type ObserveFetch = (subgraph: string, text: string) => void;

/**
 * Makes one fetch of a plan. Never rejects: a subgraph that cannot be asked is an error in the
 * result, and what a subgraph answers is reduced to what may leave the gateway.
 */
export async function guardedFetch(
  subgraph: GatewaySubgraph,
  fetch: Fetch,
  scope: RequestScope,
  observe?: ObserveFetch,
): Promise<ExecutionResult> {
  const { name } = subgraph;
  if (scope.unavailable.has(name)) return { errors: [unavailable(name)] };
  observe?.(name, fetch.text);
  let result: ExecutionResult;
  try {
    result = await withinMs(subgraph.execute(fetch, scope), fetchMs(fetch.isMutation));
  } catch (error) {
    log("ERROR", "subgraph-unavailable", {
      subgraph: name,
      id: scope.requestId,
      stack: stackOf(error),
    });
    scope.unavailable.add(name);
    return { errors: [unavailable(name)] };
  }
  if (!result.errors?.length) return result;
  const errors = result.errors.map((error) => reduced(error, name, scope));
  if (errors.some(({ extensions }) => isOutage(extensions, name))) {
    log("ERROR", "subgraph-unavailable", { subgraph: name, id: scope.requestId });
    scope.unavailable.add(name);
  }
  return { ...result, errors };
}

/** The one error of a subgraph that cannot be asked. */
export function unavailable(subgraph: string): GraphQLError {
  return new GraphQLError(`the ${subgraph} subgraph cannot be asked now`, {
    extensions: { code: "SUBGRAPH_UNAVAILABLE", subgraph, retryable: true },
  });
}

/** What may leave of a subgraph's error. A fault goes to the log, with the request id. */
function reduced(error: GraphQLError, subgraph: string, scope: RequestScope): GraphQLError {
  const path = error.path ?? null;
  const known = publicError(error);
  if (known?.extensions.code === "DATABASE_UNAVAILABLE") return unavailable(subgraph);
  if (known) {
    return new GraphQLError(known.message, { path, extensions: { subgraph, ...known.extensions } });
  }
  const stack = stackOf(error.originalError ?? error);
  // A remote subgraph has masked and logged its fault already. graphql-jit leaves extensions out.
  if (error.extensions?.code !== "INTERNAL") {
    log("ERROR", "fault", { subgraph, id: scope.requestId, stack });
  }
  return new GraphQLError(INTERNAL_MESSAGE, { path, extensions: { subgraph, code: "INTERNAL" } });
}

/** A subgraph may also answer that another one, which it had to ask, is unavailable. */
function isOutage({ code, subgraph }: Record<string, unknown>, name: string): boolean {
  return code === "SUBGRAPH_UNAVAILABLE" && subgraph === name;
}

async function withinMs<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

export function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
