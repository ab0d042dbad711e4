import {
  GraphQLFloat,
  type GraphQLInputType,
  GraphQLInt,
  getNullableType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  typeFromAST,
  type VariableDefinitionNode,
} from "graphql";
import { DomainError } from "../../shared/domain-error.ts";
import { PAGE_SIZE_MOST } from "../../shared/page.ts";
import { assertAffordable, type DocumentCost, documentCost } from "../document-cost.ts";
import { GATEWAY_LIMITS } from "../limits.ts";
import { type DocumentProblem, problemAt } from "./document-problem.ts";
import type { OneOperation } from "./read-document.ts";

/** The most that a variable may be: a number, or a list's length. */
export type VariableLimits = Readonly<Record<string, number>>;

export interface WorstCase extends DocumentCost {
  problems: readonly DocumentProblem[];
}

/** What the largest answer holds that any variables within their declared limits can ask for. */
export function worstCase(asked: OneOperation, limits: VariableLimits): WorstCase {
  const problems = limitProblems(asked, limits);
  const atMost = { ...asked, variables: largestVariables(asked, limits) };
  const cost = documentCost(atMost);
  try {
    assertAffordable(cost);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const message = `${error.message}; variables count as the most that is declared for them`;
    problems.push(problemAt(asked.operation, error.code, { message }));
  }
  return { problems, ...cost };
}

/** Limits that say nothing, or that the operation breaks by itself. */
function limitProblems(asked: OneOperation, limits: VariableLimits): DocumentProblem[] {
  const definitions = definitionsOf(asked.operation);
  return Object.entries(limits).flatMap(([name, most]) => {
    const definition = definitions.find(({ variable }) => variable.name.value === name);
    const refused = (code: "BAD_USER_INPUT" | "VARIABLE_BEYOND_LIMIT", message: string) => [
      problemAt(definition ?? asked.operation, code, { message }),
    ];
    if (!definition) {
      return refused("BAD_USER_INPUT", `a limit names $${name}, which the operation does not have`);
    }
    if (!Number.isSafeInteger(most) || most < 1) {
      return refused(
        "BAD_USER_INPUT",
        `the limit of $${name} is a whole number from 1, not ${most}`,
      );
    }
    const kind = limitedKind(typeOf(asked, definition));
    if (kind === null) {
      return refused("BAD_USER_INPUT", `$${name} is neither a number nor a list; it has no limit`);
    }
    const unset = sizeOfDefault(definition);
    if (unset <= most) return [];
    const text = `the default of $${name} is beyond its limit: at most ${most}, not ${unset}`;
    return refused("VARIABLE_BEYOND_LIMIT", text);
  });
}

function definitionsOf({ variableDefinitions = [] }: OperationDefinitionNode) {
  return variableDefinitions;
}

function typeOf({ schema }: OneOperation, { type }: VariableDefinitionNode) {
  return typeFromAST(schema, type) as GraphQLInputType | undefined;
}

function limitedKind(type: GraphQLInputType | undefined): "number" | "list" | null {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return "list";
  return nullable === GraphQLInt || nullable === GraphQLFloat ? "number" : null;
}

function sizeOfDefault({ defaultValue }: VariableDefinitionNode): number {
  if (defaultValue?.kind === Kind.LIST) return defaultValue.values.length;
  const isNumber = defaultValue?.kind === Kind.INT || defaultValue?.kind === Kind.FLOAT;
  return isNumber ? Number(defaultValue.value) : 0;
}

/** Variables with which the operation costs at least as much as with any that keep their limits. */
function largestVariables(asked: OneOperation, limits: VariableLimits): Record<string, unknown> {
  const largest = definitionsOf(asked.operation).map((definition) => {
    const name = definition.variable.name.value;
    const type = typeOf(asked, definition);
    const most = Object.hasOwn(limits, name) ? limits[name] : undefined;
    const kind = limitedKind(type);
    // What is larger is refused, and so is what would be larger by not being given.
    if (kind === "number") return [name, Math.min(most ?? PAGE_SIZE_MOST, PAGE_SIZE_MOST)];
    if (kind === null) return [name, ""];
    const length = Math.min(most ?? LIST_MOST, LIST_MOST);
    const unset = isNonNullType(type) ? 0 : GATEWAY_LIMITS.listItems;
    return [name, listOf(Math.max(length, unset))];
  });
  return Object.fromEntries(largest);
}

const LIST_MOST = GATEWAY_LIMITS.variableListItems;

function listOf(length: number): string[] {
  return Array.from({ length }, () => "");
}
