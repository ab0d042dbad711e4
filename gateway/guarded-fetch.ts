import { type ExecutionResult, GraphQLError } from "graphql";
import { DomainError } from "../shared/domain-error.ts";
import { INTERNAL_MESSAGE, publicError } from "../shared/graph/public-error.ts";
import { log } from "../shared/log.ts";
import { tracedCall } from "../shared/tracing.ts";
import { GATEWAY_LIMITS } from "./limits.ts";
import { CircuitBreaker } from "./load/circuit-breaker.ts";
import { NODE_SUBGRAPH } from "./node/node-text.ts";
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
  if (Date.now() >= scope.deadlineAt) return { errors: [late(name)] };
  const report = isAsker(name) ? () => undefined : circuitOf(subgraph).enter();
  if (!report) {
    scope.unavailable.add(name);
    observeFetch(name, "unavailable", 0);
    return { errors: [unavailable(name)] };
  }
  observe?.(name, fetch.text);
  const began = performance.now();
  let result: ExecutionResult;
  try {
    result = await tracedCall(`fetch ${name}`, { "tracegraph.subgraph": name }, () =>
      answered(subgraph, fetch, scope),
    );
  } catch (error) {
    // A fetch that had less than the usual time says nothing of whom it asked.
    report(error instanceof OutOfTime && error.wasCutShort ? "UNKNOWN" : "FAILED");
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
  const errors = result.errors?.map((error) => reduced(error, name)) ?? [];
  const isOut = errors.some(({ extensions }) => isOutage(extensions, name));
  report(isOut ? "FAILED" : "ANSWERED");
  if (!result.errors?.length) return result;
  logFaults(result.errors, name, scope);
  if (isOut) {
    log("ERROR", "subgraph-unavailable", { subgraph: name, id: scope.requestId });
    scope.unavailable.add(name);
  }
  return { ...result, errors };
}

/** The node subgraph asks the others by fetches like this one, and is late or fails only as they do. */
function isAsker(name: string): boolean {
  return name === NODE_SUBGRAPH;
}

/** One for each subgraph, shared by all requests. */
const circuits = new WeakMap<GatewaySubgraph, CircuitBreaker>();

function circuitOf(subgraph: GatewaySubgraph): CircuitBreaker {
  let circuit = circuits.get(subgraph);
  if (!circuit) {
    const { name } = subgraph;
    circuit = new CircuitBreaker({
      failures: GATEWAY_LIMITS.circuitFailures,
      openMs: GATEWAY_LIMITS.circuitOpenMs,
      changed: (isOpen) =>
        isOpen
          ? log("ERROR", "subgraph-circuit-opened", { subgraph: name })
          : log("INFO", "subgraph-circuit-closed", { subgraph: name }),
    });
    circuits.set(subgraph, circuit);
  }
  return circuit;
}

/**
 * Asks in the time that is left. A query whose connection failed is asked once more: the subgraph
 * may have closed a kept connection at that moment. A mutation may have been heard, and never is.
 */
async function answered(
  subgraph: GatewaySubgraph,
  fetch: Fetch,
  scope: RequestScope,
): Promise<ExecutionResult> {
  if (isAsker(subgraph.name)) return subgraph.execute(fetch, scope);
  const ask = () => withinMs(subgraph.execute(fetch, scope), fetch, scope);
  try {
    return await ask();
  } catch (error) {
    if (fetch.isMutation || !isConnectionFailure(error)) throw error;
    return ask();
  }
}

const CONNECTION_FAILURES = ["ECONNREFUSED", "ECONNRESET", "EPIPE", "UND_ERR_SOCKET"];

/** Not a time-out: what was slow once is not asked to be slow again. */
function isConnectionFailure(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return CONNECTION_FAILURES.includes(String(code));
}

/** The one error of a subgraph that cannot be asked. */
export function unavailable(subgraph: string): GraphQLError {
  return new GraphQLError(`the ${subgraph} subgraph cannot be asked now`, {
    extensions: { code: "SUBGRAPH_UNAVAILABLE", subgraph, retryable: true },
  });
}

/** The error of what is not begun any more, because the client's time is over. */
function late(subgraph: string): GraphQLError {
  const { message, extensions } = new DomainError("TIMEOUT", "the time for this request is over", {
    subgraph,
  });
  return new GraphQLError(message, { extensions });
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

class OutOfTime extends Error {
  constructor(
    ms: number,
    readonly wasCutShort: boolean,
  ) {
    super(`no answer within ${ms} ms`);
  }
}

async function withinMs<T>(
  work: Promise<T>,
  { isMutation }: Fetch,
  { deadlineAt }: RequestScope,
): Promise<T> {
  const ms = fetchMs(isMutation, deadlineAt);
  const wasCutShort = ms < fetchMs(isMutation, Number.POSITIVE_INFINITY);
  let timer: NodeJS.Timeout | undefined;
  const outOfTime = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new OutOfTime(ms, wasCutShort)), ms);
  });
  try {
    return await Promise.race([work, outOfTime]);
  } finally {
    clearTimeout(timer);
  }
}

export function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
