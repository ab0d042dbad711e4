import {
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  print,
  specifiedRules,
  validate,
} from "graphql";
import type { FollowedValue } from "../../shared/graph/subgraph-service.ts";
import { parseWithinLimits } from "../document-limits.ts";
import { hidingSchema } from "../hidden-schema.ts";
import { coercedVariables, declaredLimitCheck } from "../request/checked-variables.ts";
import type { PreparedOperation, PreparedOperations } from "../request/prepared-operation.ts";
import { type EventQuery, eventQuery, followedValue } from "./event-query.ts";

const ERRORS_MOST = 10;

/** A subscription that is valid and affordable, ready to follow. */
export interface AskedSubscription {
  /** The document's text. */
  text: string;
  operationName: string | null;
  follows: FollowedValue;
  query: EventQuery;
  /** Answers one event's query. */
  prepared: PreparedOperation;
  /** Of the largest answer to it. */
  nodes: number;
  /** The variables of one event's query, coerced and checked. */
  variablesFor(serialNumber: string): Record<string, unknown>;
}

/** A document that is none, or does not fit the graph: what the specification calls a request error. */
export class InvalidDocument extends Error {
  constructor(readonly errors: readonly GraphQLError[]) {
    super("the document is not valid");
  }
}

interface AskedText {
  text: string;
  operationName: string | null;
  variables: Readonly<Record<string, unknown>>;
  /** What its document was published with. */
  variableLimits: Readonly<Record<string, number>>;
  scope: { tellsSchema: boolean };
}

/**
 * Reads a subscription; null where the operation that is asked for is another one. Throws
 * InvalidDocument, or DomainError where it keeps the limits not.
 */
export function readSubscription(
  schema: GraphQLSchema,
  events: PreparedOperations,
  { text, operationName, variables, variableLimits, scope }: AskedText,
): AskedSubscription | null {
  const operation = subscriptionIn(text, operationName);
  if (!operation) return null;
  const document = {
    kind: Kind.DOCUMENT,
    definitions: operation.document.definitions.filter(
      (one) => one.kind !== Kind.OPERATION_DEFINITION || one === operation.node,
    ),
  } as const;
  const errors = validate(schema, operation.document, specifiedRules, {
    maxErrors: ERRORS_MOST,
    hideSuggestions: true,
  });
  if (errors.length > 0) throw invalid(errors, "GRAPHQL_VALIDATION_FAILED");
  const coerced = hidingSchema(scope, () => coercedVariables(schema, operation.node, variables));
  // Here, where also those variables are left that say what is followed.
  declaredLimitCheck(schema, document)(coerced, variableLimits);
  const query = eventQuery(document, operation.node);
  const prepared = events.prepare(print(query.document));
  const checked = (serialNumber: string) =>
    prepared.variablesOf({ ...variables, [query.serialNumber]: serialNumber });
  // What one event may cost is refused now, and not at the first event.
  const { nodes } = checked("");
  return {
    text,
    operationName: operation.node.name?.value ?? null,
    follows: followedValue(schema, operation.node, coerced),
    query,
    prepared,
    nodes,
    variablesFor: (serialNumber) => checked(serialNumber).variables,
  };
}

function subscriptionIn(text: string, operationName: string | null) {
  // Whoever asks for an ordinary query is not read twice.
  if (!text.includes("subscription")) return null;
  const document = parsed(text);
  const node = getOperationAST(document, operationName);
  if (node?.operation !== OperationTypeNode.SUBSCRIPTION) return null;
  return { document, node: node as OperationDefinitionNode };
}

function parsed(text: string) {
  try {
    return parseWithinLimits(text);
  } catch (error) {
    if (error instanceof GraphQLError) throw invalid([error], "GRAPHQL_PARSE_FAILED");
    throw error;
  }
}

function invalid(errors: readonly GraphQLError[], code: string): InvalidDocument {
  const coded = errors.map(({ message, nodes = null, source = null, positions = null }) => {
    return new GraphQLError(message, { nodes, source, positions, extensions: { code } });
  });
  return new InvalidDocument(coded);
}
