import {
  type DocumentNode,
  type GraphQLSchema,
  getNullableType,
  getVariableValues,
  isListType,
  type OperationDefinitionNode,
  typeFromAST,
} from "graphql";
import { DomainError } from "../../shared/domain-error.ts";
import { type AskedOperation, assertCostWithinLimits } from "../document-cost.ts";
import { GATEWAY_LIMITS } from "../limits.ts";
import { assertVariablesWithinLimits, assertWithinDeclaredLimits } from "../variable-limits.ts";
import { quicklyCoerced } from "./quick-coercion.ts";
import {
  assertUnsizedWithinDeclaredLimits,
  type VariablyLargePage,
  variablyLargePages,
} from "./unsized-pages.ts";

const REASONS_MOST = 10;

/** Coerces and checks variables, before anything is executed. Throws DomainError. */
export type VariableCheck = (
  given: Readonly<Record<string, unknown>>,
  declared?: Readonly<Record<string, number>>,
) => CheckedVariables;

export interface CheckedVariables {
  variables: Record<string, unknown>;
  /** Of the largest answer that they can have. */
  nodes: number;
}

/** The check of an operation's variables. It remembers what each size of the answer costs. */
export function variableCheck({
  schema,
  document,
  operation,
}: Omit<AskedOperation, "variables">): VariableCheck {
  const costs = new Map<string, number>();
  const sizeOf = sizeReader(schema, operation);
  const assertDeclared = declaredLimitCheck(schema, document);
  return (given, declared = {}) => {
    const variables = coercedVariables(schema, operation, given);
    assertDeclared(variables, declared);
    const size = sizeOf(variables);
    let nodes = costs.get(size);
    if (nodes === undefined) {
      ({ nodes } = assertCostWithinLimits({ schema, document, operation, variables }));
      if (costs.size < GATEWAY_LIMITS.sizesOfADocument) costs.set(size, nodes);
    }
    return { variables, nodes };
  };
}

/** Refuses coerced variables beyond what their document was published with. */
export function declaredLimitCheck(
  schema: GraphQLSchema,
  document: DocumentNode,
): (variables: Variables, declared: Readonly<Record<string, number>>) => void {
  let pages: VariablyLargePage[] | null = null;
  return (variables, declared) => {
    if (Object.keys(declared).length === 0) return;
    assertWithinDeclaredLimits(variables, declared);
    pages ??= variablyLargePages(schema, document);
    assertUnsizedWithinDeclaredLimits(pages, variables, declared);
  };
}

type Variables = Readonly<Record<string, unknown>>;

/** Variables that do not fit their types: one refusal, or as many as there are reasons. */
export class WrongVariables extends DomainError {
  constructor(readonly reasons: readonly string[]) {
    super("BAD_USER_INPUT", reasons[0] ?? "the variables are wrong");
  }
}

/** Variables as their types have them. Throws DomainError where they are too large or do not fit. */
export function coercedVariables(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  assertVariablesWithinLimits(given);
  const quick = quicklyCoerced(schema, variableDefinitions, given);
  if (quick) return quick;
  const options = { maxErrors: REASONS_MOST };
  const { errors, coerced } = getVariableValues(schema, variableDefinitions, given, options);
  if (errors) throw new WrongVariables(errors.map(({ message }) => message));
  return coerced;
}

/** The part of the variables that an answer's size depends on: numbers, and lengths of lists. */
function sizeReader(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
): (variables: Readonly<Record<string, unknown>>) => string {
  const names = variableDefinitions
    .filter(({ type }) => {
      const known = typeFromAST(schema, type as never);
      const nullable = known && getNullableType(known);
      return isListType(nullable) || String(nullable) === "Int";
    })
    .map(({ variable }) => variable.name.value);
  return (variables) =>
    names
      .map((name) => {
        const value = variables[name];
        return Array.isArray(value) ? value.length : String(value);
      })
      .join();
}
