import { type ExecutionResult, GraphQLError } from "graphql";
import { DomainError } from "../shared/domain-error.ts";
import { INTERNAL_MESSAGE, publicError } from "../shared/graph/public-error.ts";
import { log } from "../shared/log.ts";
import { stackOf, unavailable } from "./guarded-fetch.ts";
import { DOCUMENT_CODES, isAboutSchema, withoutSchema } from "./hidden-schema.ts";
import { GATEWAY_LIMITS } from "./limits.ts";
import type { RequestScope } from "./request-scope.ts";

/**
 * Reduces an answer's errors to what may leave the gateway. An outage of a subgraph is told once, and
 * so is a document's invalidity to whom the schema is not told: how often says something of it.
 */
export function withPublicErrors<Result extends ExecutionResult>(
  result: Result,
  scope: RequestScope,
): Result {
  if (!result.errors?.length) return result;
  const told = new Set<string>();
  const errors: GraphQLError[] = [];
  let omitted = 0;
  for (const raised of result.errors.flatMap(unfold)) {
    const open = answerable(raised, scope);
    const error = scope.tellsSchema ? open : withoutSchema(open);
    const { code, subgraph } = error.extensions;
    scope.outcomes.add(String(code));
    if (code === "SUBGRAPH_UNAVAILABLE" || (isAboutSchema(open) && !scope.tellsSchema)) {
      const once = `${code} ${subgraph} ${error.message}`;
      if (told.has(once)) continue;
      told.add(once);
    }
    if (errors.length < GATEWAY_LIMITS.errorsInAnswer) errors.push(error);
    else omitted++;
  }
  return {
    // The specification: an execution that failed as a whole answers null.
    ...(scope.isExecuted && { data: null }),
    ...result,
    errors,
    ...(omitted > 0 && { extensions: { omittedErrors: omitted } }),
  };
}

/** Several wrong variables are raised as one error that holds them. */
function unfold(error: GraphQLError): GraphQLError[] {
  const { originalError } = error;
  return originalError instanceof AggregateError ? originalError.errors : [error];
}

function answerable(error: GraphQLError, scope: RequestScope): GraphQLError {
  const { message, path = null, originalError } = error;
  const { code, http, subgraph } = error.extensions ?? {};
  const status = http === undefined ? {} : { http };
  const known = publicError(originalError instanceof DomainError ? originalError : error);
  if (known?.extensions.code === "SUBGRAPH_UNAVAILABLE") {
    return unavailable(String(known.extensions.subgraph));
  }
  if (known) {
    return new GraphQLError(known.message, {
      path,
      extensions: { ...known.extensions, ...status },
    });
  }
  if (DOCUMENT_CODES.includes(String(code))) {
    const { nodes = null, source = null, positions = null } = error;
    return new GraphQLError(message, { nodes, source, positions, extensions: { code, ...status } });
  }
  // What the runtime itself refuses before it executes anything: no query, two operations, a GET
  // of a mutation.
  if (!scope.isExecuted && !originalError) {
    return new GraphQLError(message, {
      extensions: {
        code: "BAD_USER_INPUT",
        ...(code === "BAD_REQUEST" ? malformed(http) : status),
      },
    });
  }
  const { requestId } = scope;
  // What comes from a subgraph was logged where it was fetched.
  if (code !== "INTERNAL") {
    log("ERROR", "fault", { id: requestId, stack: stackOf(originalError ?? error) });
  }
  const named = typeof subgraph === "string" ? { subgraph } : {};
  const extensions = { ...named, code: "INTERNAL", requestId, ...status };
  return new GraphQLError(INTERNAL_MESSAGE, { path, extensions });
}

/** What is no GraphQL request has status 400 for every client, also for those that expect 200. */
function malformed(http: unknown): { http: object } {
  return { http: { ...(typeof http === "object" && http), spec: false } };
}
