import { HeaderMap } from "@apollo/server";
import {
  type DocumentNode,
  type GraphQLError,
  type GraphQLFormattedError,
  Kind,
  type OperationDefinitionNode,
} from "graphql";
import { inProcessExecutor } from "./in-process-executor.ts";
import { noteErrors, outcomeOf } from "./subgraph-record.ts";
import type { SubgraphService } from "./subgraph-service.ts";

/** What Apollo tells a plugin of an operation that it found valid. */
interface Valid {
  source: string;
  document: DocumentNode;
  operation?: OperationDefinitionNode;
  request: { http?: object; variables?: Record<string, unknown> };
}

/**
 * Answers operations by their compiled forms, as a gateway does in one process: graphql-js, by
 * which Apollo would execute them, takes twice as long. `context` is the one that was made for
 * the request, and not Apollo's copy, in which no getter is one any more.
 */
export function compiledAnswers(
  service: SubgraphService,
  formatted: (error: GraphQLError) => GraphQLFormattedError,
) {
  const execute = inProcessExecutor(service);
  return {
    requestDidStart: async () => ({
      async responseForOperation({ source: text, document, operation, request }: Valid) {
        const { context } = outcomeOf(request);
        // Compiled is what a text says, and not which of several operations is meant.
        if (!context || !operation || operationsOf(document) !== 1) return null;
        const { variables = {} } = request;
        const { data, errors } = await execute({ text, document, variables, context });
        if (errors) noteErrors({ subgraph: service.name, id: context.requestId, request }, errors);
        return {
          // Without data nothing was executed: the variables are wrong.
          http: { headers: new HeaderMap(), ...(data === undefined && { status: 400 }) },
          body: {
            kind: "single" as const,
            singleResult: {
              ...(data !== undefined && { data }),
              ...(errors && { errors: errors.map(formatted) }),
            },
          },
        };
      },
    }),
  };
}

function operationsOf({ definitions }: DocumentNode): number {
  return definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).length;
}
