import {
  createGatewayRuntime,
  type GatewayPlugin,
  type GatewayRuntime,
} from "@graphql-hive/gateway-runtime";
import { GraphQLError, getOperationAST } from "graphql";
import { DomainError, type ErrorCode, type ErrorDetails } from "../shared/domain-error.ts";
import { withPublicErrors } from "./answer-errors.ts";
import type { AskedOperation } from "./document-cost.ts";
import { parseWithinLimits, withoutSubscription } from "./document-limits.ts";
import type { PlannedGraph } from "./planned-graph.ts";
import { variableCheck, WrongVariables } from "./request/checked-variables.ts";
import { RequestRefusal } from "./request/request-refusal.ts";
import type { RequestScope } from "./request-scope.ts";

/** What the runtime's hooks get with each request. */
export interface ServerContext extends Record<string, unknown> {
  scope: RequestScope;
  /** What was sent: already read, so that the runtime reads nothing. */
  parameters: unknown;
}
export type FederatedRuntime = GatewayRuntime<ServerContext>;

/** Hive's runtime over this graph: nothing in it lets one caller's answer reach another. */
export function createRuntime({ supergraph, handled }: PlannedGraph): FederatedRuntime {
  return withoutSignals(() =>
    createGatewayRuntime<ServerContext>({
      supergraph: () => supergraph,
      unifiedGraphHandler: () => handled,
      plugins: () => [requestPlugin()],
      logging: false,
      landingPage: false,
      graphiql: false,
      cors: false,
      batching: false,
      maskedErrors: false,
      subgraphErrors: false,
      requestId: false,
      inboundInflightRequestDeduplication: false,
      __experimental__batchExecution: false,
    }),
  );
}

/**
 * The runtime would end itself when a signal comes, in the middle of requests, and would keep the
 * signal from ending the process. When the gateway ends is its owner's to say.
 */
function withoutSignals<T>(make: () => T): T {
  const signals = ["SIGINT", "SIGTERM", "exit"];
  const before = signals.map((signal) => process.listeners(signal as "SIGINT"));
  const made = make();
  for (const [index, signal] of signals.entries()) {
    for (const listener of process.listeners(signal as "SIGINT")) {
      if (!before[index]?.includes(listener)) process.removeListener(signal, listener);
    }
  }
  return made;
}

function requestPlugin(): GatewayPlugin<ServerContext> {
  return {
    onRequestParse({ serverContext, setRequestParser }) {
      // What is no object is refused by the runtime, whatever its type says.
      setRequestParser(() => contextOf(serverContext).parameters as object);
    },
    onParse({ setParseFn }) {
      setParseFn((source: string | { body: string }) => {
        const text = typeof source === "string" ? source : source.body;
        return refusingWithStatus(() => withoutSubscription(parseWithinLimits(text)));
      });
    },
    async onExecute({ args, setResultAndStopExecution }) {
      const { schema, document, operationName, variableValues, contextValue } = args;
      const scope = scopeOf(contextValue);
      const operation = getOperationAST(document, operationName);
      scope.operationName = operation?.name?.value ?? null;
      scope.operationType = operation?.operation ?? null;
      const asked = operation && { schema, document, operation, variables: variableValues ?? {} };
      const errors = asked
        ? await operationErrors(asked, scope)
        : [refusal("BAD_USER_INPUT", "name one operation of the document")];
      scope.isExecuted = errors.length === 0;
      if (errors.length > 0) setResultAndStopExecution({ errors });
    },
    onResultProcess({ result, setResult, serverContext }) {
      if (Array.isArray(result) || Symbol.asyncIterator in result) return;
      setResult(withPublicErrors(result, scopeOf(serverContext)));
    },
  };
}

function scopeOf(context: object): RequestScope {
  return contextOf(context).scope;
}

/** Every request comes with its context; the runtime's types do not know that. */
function contextOf(context: object): ServerContext {
  return context as ServerContext;
}

/** Wrong variables and too large a question are found here, so that nothing of either is executed. */
async function operationErrors(
  asked: AskedOperation,
  scope: RequestScope,
): Promise<GraphQLError[]> {
  try {
    const { variables, nodes } = variableCheck(asked)(asked.variables);
    scope.coerced = { operation: asked.operation, variables };
    await scope.begin(nodes);
    return [];
  } catch (error) {
    if (error instanceof RequestRefusal) return [wholeRefusal(error)];
    if (error instanceof WrongVariables) {
      return error.reasons.map((reason) => refusal(error.code, reason));
    }
    if (!(error instanceof DomainError)) throw error;
    return [refusal(error.code, error.message, error.details)];
  }
}

/** Its status is the same for every client: load balancers and retries read nothing else. */
function wholeRefusal({ code, message, details, headers, status }: RequestRefusal): GraphQLError {
  const http = { spec: false, status, headers };
  return new GraphQLError(message, { extensions: { ...details, code, http } });
}

/** A request that is refused before it is executed has HTTP status 400, where clients can read it. */
function refusal(code: ErrorCode, message: string, details: ErrorDetails = {}): GraphQLError {
  const http = { spec: true, status: 400 };
  return new GraphQLError(message, { extensions: { ...details, code, http } });
}

function refusingWithStatus<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw refusal(error.code, error.message, error.details);
  }
}
