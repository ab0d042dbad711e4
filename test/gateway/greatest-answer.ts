import {
  executeSync,
  type GraphQLFieldResolver,
  getNullableType,
  isAbstractType,
  isListType,
  visit,
} from "graphql";
import type { AskedOperation, DocumentCost } from "../../gateway/document-cost.ts";
import { GATEWAY_LIMITS } from "../../gateway/limits.ts";

/** An object of the greatest answer, with those in it; a page knows how many items it was asked for. */
interface Made {
  items?: number;
  within: Made[];
}
interface Arguments {
  first?: number | null;
  last?: number | null;
  ids?: unknown[];
}

/**
 * Executes the operation on a graph in which every page and every list is full, and counts what
 * the answer holds. Leaves must be `__typename`. An abstract field takes each of its types in turn.
 */
export function greatestAnswer({
  schema,
  document,
  operation,
  variables,
}: AskedOperation): DocumentCost {
  const whole = visit(document, { Directive: () => null });
  const interfaces = Object.values(schema.getTypeMap()).filter(isAbstractType);
  const possible = interfaces.flatMap((type) => schema.getPossibleTypes(type));
  const costs = possible.map(({ name }) => {
    const rootValue = made();
    const { data, errors } = executeSync({
      schema,
      document: whole,
      operationName: operation.name?.value ?? null,
      variableValues: variables,
      rootValue,
      fieldResolver: fullest,
      typeResolver: () => name,
    });
    if (errors) throw new Error(errors.map(({ message }) => message).join("; "));
    return { nodes: weight(rootValue) - 1, values: leaves(data) };
  });
  return {
    nodes: Math.max(...costs.map(({ nodes }) => nodes)),
    values: Math.max(...costs.map(({ values }) => values)),
  };
}

function made(items?: number): Made {
  return { within: [], ...(items !== undefined && { items }) };
}

const fullest: GraphQLFieldResolver<Made, unknown> = (within, given, _, { returnType }) => {
  const answer = answered(within, given as Arguments, isListType(getNullableType(returnType)));
  within.within.push(...(Array.isArray(answer) ? answer : [answer]));
  return answer;
};

function answered(within: Made, { ids, ...sizes }: Arguments, isList: boolean): Made | Made[] {
  // The schema's default makes every paged field have `first`.
  const size = "first" in sizes ? (sizes.last ?? sizes.first ?? 50) : null;
  const own = size === null ? null : size >= 1 && size <= 1_000 ? size : 0;
  if (!isList) return made(own ?? undefined);
  const length = own ?? ids?.length ?? within.items ?? GATEWAY_LIMITS.listItems;
  return Array.from({ length }, () => made());
}

function weight({ items, within }: Made): number {
  let inner = 0;
  for (const one of within) inner += weight(one);
  return items === undefined ? 1 + inner : GATEWAY_LIMITS.pageNodes + Math.max(items, inner);
}

function leaves(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  let inner = 0;
  for (const one of Object.values(value)) inner += leaves(one);
  return inner;
}
