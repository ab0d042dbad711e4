import { type ExecutionResult, GraphQLError } from "graphql";
import { INTERNAL_MESSAGE, publicError } from "../shared/graph/public-error.ts";
import { log } from "../shared/log.ts";
import { tracedCall } from "../shared/tracing.ts";
import { observeFetch } from "./operation/metrics.ts";
import type { RequestScope } from "./request-scope.ts";
import { type Fetch, fetchMs, type GatewaySubgraph } from "./subgraph.ts";

const FAULTS_LOGGED = 5;

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
  const began = performance.now();
  let result: ExecutionResult;
  try {
    result = await tracedCall(`fetch ${name}`, { "tracegraph.subgraph": name }, () =>
      withinMs(subgraph.execute(fetch, scope), fetchMs(fetch.isMutation)),
    );
  } catch (error) {
    observeFetch(name, "unavailable", performance.now() - began);
    log("ERROR", "subgraph-unavailable", {
      subgraph: name,
      id: scope.requestId,
      stack: stackOf(error),
    });
    scope.unavailable.add(name);
    return { errors: [unavailable(name)] };
  }
  observeFetch(name, result.errors?.length ? "errors" : "ok", performance.now() - began);
  if (!result.errors?.length) return result;
  logFaults(result.errors, name, scope);
  const errors = result.errors.map((error) => reduced(error, name));
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

/** What may leave of a subgraph's error. */
function reduced(error: GraphQLError, subgraph: string): GraphQLError {
  const path = error.path ?? null;
  const known = publicError(error);
  if (known?.extensions.code === "DATABASE_UNAVAILABLE") return unavailable(subgraph);
  const { message, extensions } = known ?? {
    message: INTERNAL_MESSAGE,
    extensions: { code: "INTERNAL" },
  };
  return new GraphQLError(message, { path, extensions: { subgraph, ...extensions } });
}

/** Writes each fault once, however many entities it hit. */
function logFaults(errors: readonly GraphQLError[], subgraph: string, scope: RequestScope): void {
  const stacks = new Set<string>();
  for (const error of errors) {
    // A remote subgraph has masked and logged its fault already. graphql-jit leaves extensions out.
    if (publicError(error) || error.extensions?.code === "INTERNAL") continue;
    stacks.add(stackOf(error.originalError ?? error));
  }
  for (const stack of [...stacks].slice(0, FAULTS_LOGGED)) {
    log("ERROR", "fault", { subgraph, id: scope.requestId, stack });
  }
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
