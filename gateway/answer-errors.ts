import type { ExecutionResult, GraphQLFormattedError } from "graphql";
import { DomainError } from "../shared/domain-error.ts";
import { INTERNAL_MESSAGE, publicError } from "../shared/graph/public-error.ts";
import { log } from "../shared/log.ts";
import { stackOf, unavailable } from "./guarded-fetch.ts";
import { GATEWAY_LIMITS } from "./limits.ts";
import type { RequestScope } from "./request-scope.ts";

interface RaisedError {
  message: string;
  path?: readonly (string | number)[] | undefined;
  locations?: GraphQLFormattedError["locations"];
  extensions?: Readonly<Record<string, unknown>> | undefined;
  originalError?: unknown;
}
/** Codes of the GraphQL specification's own refusals: the document is wrong, not the request. */
const DOCUMENT_CODES = ["GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"];

/** Reduces an answer's errors to what may leave the gateway, each outage of a subgraph told once. */
export function withPublicErrors<Result extends ExecutionResult>(
  result: Result,
  scope: RequestScope,
): Result {
  if (!result.errors?.length) return result;
  const told = new Set<string>();
  const errors: GraphQLFormattedError[] = [];
  let omitted = 0;
  for (const raised of result.errors.flatMap(unfold)) {
    const error = answerable(raised, scope);
    const { code, subgraph } = error.extensions ?? {};
    scope.outcomes.add(String(code));
    if (code === "SUBGRAPH_UNAVAILABLE") {
      if (told.has(String(subgraph))) continue;
      told.add(String(subgraph));
    }
    if (errors.length < GATEWAY_LIMITS.errorsInAnswer) errors.push(error);
    else omitted++;
  }
  return {
    ...result,
    errors,
    ...(omitted > 0 && { extensions: { omittedErrors: omitted } }),
  };
}

/** Several wrong variables are raised as one error that holds them. */
function unfold(error: RaisedError): RaisedError[] {
  const { originalError } = error;
  return originalError instanceof AggregateError ? originalError.errors : [error];
}

function answerable(error: RaisedError, scope: RequestScope): GraphQLFormattedError {
  const { message, path, locations, originalError } = error;
  const http = httpOf(error);
  const known = publicError(originalError instanceof DomainError ? originalError : error);
  if (known?.extensions.code === "SUBGRAPH_UNAVAILABLE") {
    return unavailable(String(known.extensions.subgraph)).toJSON();
  }
  if (known) {
    return {
      message: known.message,
      ...(path && { path }),
      extensions: { ...known.extensions, ...http },
    };
  }
  const code = error.extensions?.code;
  if (typeof code === "string" && DOCUMENT_CODES.includes(code)) {
    return { message, ...(locations && { locations }), extensions: { code, ...http } };
  }
  if (code === "BAD_REQUEST") return { message, extensions: { code: "BAD_USER_INPUT", ...http } };
  const { requestId } = scope;
  // What comes from a subgraph was logged where it was fetched.
  if (code !== "INTERNAL")
    log("ERROR", "fault", { id: requestId, stack: stackOf(originalError ?? error) });
  return {
    message: INTERNAL_MESSAGE,
    ...(path && { path }),
    extensions: { ...subgraphOf(error), code: "INTERNAL", requestId, ...http },
  };
}

function subgraphOf({ extensions }: RaisedError): { subgraph?: string } {
  const subgraph = extensions?.subgraph;
  return typeof subgraph === "string" ? { subgraph } : {};
}

/** The status that GraphQL over HTTP asks for. The runtime reads it and does not send it on. */
function httpOf({ extensions }: RaisedError): { http?: object } {
  const http = extensions?.http;
  return typeof http === "object" && http !== null ? { http } : {};
}
