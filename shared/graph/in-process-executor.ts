import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  parse,
} from "graphql";
import { compileQuery, isCompiledQuery } from "graphql-jit";
import { watchSize } from "../watched-sizes.ts";
import { hasRecursiveVariable } from "./recursive-variable.ts";
import type { PeerExecutor, SubgraphService } from "./subgraph-service.ts";

/** Compiled operations kept a subgraph; the one used longest ago gives way. */
const COMPILED_MOST = 500;

interface Operation {
  /** The operation's text: the key of the compiled form. */
  text: string;
  document?: DocumentNode;
  variables: Record<string, unknown>;
  context: object;
}
export type InProcessExecutor = (operation: Operation) => Promise<ExecutionResult>;

/** Executes a subgraph's operations in this process, compiled once by graphql-jit. */
export function inProcessExecutor(service: Pick<SubgraphService, "schema">): InProcessExecutor {
  const compiled = new Map<string, Query>();
  watchSize("compiled_operations", compiled);
  return async ({ text, document, variables, context }) => {
    let query = compiled.get(text);
    if (query) compiled.delete(text);
    else {
      const made = queryOf(service.schema, document ?? parse(text));
      if (typeof made !== "function") return made;
      query = made;
    }
    compiled.set(text, query);
    const [oldest] = compiled.keys();
    if (compiled.size > COMPILED_MOST && oldest !== undefined) compiled.delete(oldest);
    return query(context, variables);
  };
}

type Query = (
  context: object,
  variables: Record<string, unknown>,
) => ExecutionResult | Promise<ExecutionResult>;

function queryOf(schema: GraphQLSchema, document: DocumentNode): Query | ExecutionResult {
  // graphql-jit unrolls the types of variables, and would never end with one that holds itself.
  if (hasRecursiveVariable(schema, document)) {
    return (contextValue, variableValues) =>
      execute({ schema, document, rootValue: {}, contextValue, variableValues });
  }
  const made = compileQuery(schema, document);
  return isCompiledQuery(made) ? (context, variables) => made.query({}, context, variables) : made;
}

/** Lets one service ask another one in the same process. */
export function inProcessPeer(service: () => SubgraphService): PeerExecutor {
  let execute: InProcessExecutor | undefined;
  let count = 0;
  return async (caller, text, variables) => {
    execute ??= inProcessExecutor(service());
    const request = { requestId: `${caller.subject}-${++count}` };
    const context = service().createContext(caller, request);
    try {
      return await execute({ text, variables, context });
    } catch (error) {
      return { errors: [error instanceof GraphQLError ? error : new GraphQLError(String(error))] };
    }
  };
}
