import { type GraphQLError, Kind, type OperationDefinitionNode } from "graphql";
import { Counter, Histogram } from "prom-client";
import { log } from "../log.ts";
import { LATENCY_SECONDS } from "../metrics.ts";
import { publicError } from "./public-error.ts";

const requests = new Counter({
  name: "tracegraph_subgraph_requests_total",
  help: "Requests that a subgraph in a process of its own answered, by HTTP status and first error code",
  labelNames: ["subgraph", "status", "code"],
});
const requestSeconds = new Histogram({
  name: "tracegraph_subgraph_request_seconds",
  help: "Time until a subgraph in a process of its own had answered",
  labelNames: ["subgraph"],
  buckets: LATENCY_SECONDS,
});

/** What is told of one request to a subgraph. */
export interface SubgraphRequest extends Outcome {
  subgraph: string;
  /** The id that the gateway gave the client's request. */
  id: string;
  status: number;
  /** When it came, as `performance.now()` says it. */
  began: number;
}

/** Leaves one line in the log, and counts it. */
export function recordRequest({ began, codes, ...request }: SubgraphRequest): void {
  const ms = Math.round((performance.now() - began) * 10) / 10;
  log("INFO", "request", { ...request, codes: [...codes], ms });
  const { subgraph, status } = request;
  const [code = "none"] = codes;
  requests.inc({ subgraph, status: String(status), code });
  requestSeconds.observe({ subgraph }, ms / 1_000);
}

/** What a request came to. */
export interface Outcome {
  operation: string | null;
  codes: Set<string>;
  /** What resolvers get, as it was made for the request. */
  context?: RequestContext;
}
const outcomes = new WeakMap<object, Outcome>();
const NO_HTTP = {};

/** Apollo copies contexts; the HTTP request it hands on as it is. */
export function outcomeOf({ http = NO_HTTP }: { http?: object }): Outcome {
  const outcome = outcomes.get(http) ?? { operation: null, codes: new Set() };
  outcomes.set(http, outcome);
  return outcome;
}

/** A subgraph's own context, of which nothing is known here but the request id. */
export interface RequestContext {
  requestId?: string;
}

/** What Apollo tells a plugin of a request. */
interface Started {
  contextValue: RequestContext;
  request: { http?: object };
}
interface Resolved {
  operationName: string | null;
  operation?: OperationDefinitionNode;
}

/**
 * Notes what each request comes to, and writes the faults that are masked to the log, with the
 * request id that the caller was told.
 */
export function recordingPlugin(subgraph: string) {
  return {
    requestDidStart: async ({ contextValue: { requestId: id }, request }: Started) => ({
      async didResolveOperation({ operationName, operation }: Resolved) {
        outcomeOf(request).operation = operationName ?? wordsFor(operation);
      },
      async didEncounterErrors({ errors }: { errors: readonly GraphQLError[] }) {
        noteErrors({ subgraph, id, request }, errors);
      },
    }),
  };
}

interface Erred {
  subgraph: string;
  id: string | undefined;
  request: { http?: object };
}

/** Notes the codes of a request's errors, and logs those that are faults. */
export function noteErrors({ subgraph, id, request }: Erred, errors: readonly GraphQLError[]) {
  const { codes } = outcomeOf(request);
  for (const error of errors) {
    const known = publicError(error);
    codes.add(String(known?.extensions.code ?? "INTERNAL"));
    if (known || !error.originalError) continue;
    const { stack, message } = error.originalError;
    log("ERROR", "fault", { subgraph, id, stack: stack ?? message });
  }
}

const FIELDS_NAMED = 3;

/** The fetches of a plan have no names: then what they begin with. */
function wordsFor(asked?: OperationDefinitionNode): string | null {
  if (!asked) return null;
  const fields = asked.selectionSet.selections.filter(({ kind }) => kind === Kind.FIELD);
  const names = new Set(fields.map((field) => ("name" in field ? field.name.value : "")));
  return [asked.operation, ...[...names].slice(0, FIELDS_NAMED)].join(" ");
}
