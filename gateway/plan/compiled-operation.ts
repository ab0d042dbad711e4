import type { QueryPlanner } from "@graphql-hive/router-query-planner";
import {
  type DocumentNode,
  type ExecutionResult,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionNode,
  visit,
} from "graphql";
import { compilePlan, type MakeFetch } from "./compile-plan.ts";
import type { Data } from "./entities.ts";
import { type PlanNode, UnsupportedPlan } from "./plan-node.ts";
import { compileProjection, type Project } from "./projection.ts";

/** Executes one operation with variables that were coerced. Rejects only by a fault of ours. */
export type CompiledOperation = (
  variables: Readonly<Data>,
  fetch: MakeFetch,
) => Promise<ExecutionResult>;

export interface Compiling {
  planner: QueryPlanner;
  schema: GraphQLSchema;
}

/** Fields that may be left out or not: each is a shape of the answer more. */
const CONDITIONS_MOST = 6;

/**
 * Plans an operation once and compiles its plan and the shape of its answer. Answers null where
 * the plan holds what is not known here: then the planner's own executor must execute it.
 */
export async function compileOperation(
  { planner, schema }: Compiling,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Promise<CompiledOperation | null> {
  const type = schema.getRootType(operation.operation);
  const conditions = conditionsOf(document);
  if (!type || conditions.length > CONDITIONS_MOST) return null;
  const name = operation.name?.value ?? null;
  if (asksForSchema(operation)) return null;
  const { node } = await planner.planAsync(plannable(document), name, new Set<string>(), 0);
  try {
    const execute = node ? compilePlan(schema, node as PlanNode) : async () => undefined;
    const shapes = new Map<string, Project>();
    const shapeFor = (variables: Readonly<Data>): Project => {
      const key = conditions.map((one) => (variables[one] === true ? "1" : "0")).join("");
      let shape = shapes.get(key);
      if (!shape) {
        const within = { schema, fragments: fragmentsOf(document), conditions: variables };
        shape = compileProjection(within, type, operation.selectionSet);
        shapes.set(key, shape);
      }
      return shape;
    };
    return async (variables, fetch) => {
      const data: Data = {};
      const errors: GraphQLError[] = [];
      await execute({ variables, fetch, data, errors });
      // Where nothing came, the request failed as a whole; where nothing was asked, it did not.
      const isEmpty = node !== undefined && Object.keys(data).length === 0;
      return {
        ...(!isEmpty && { data: shapeFor(variables)(data) }),
        ...(errors.length > 0 && { errors }),
      };
    };
  } catch (error) {
    if (error instanceof UnsupportedPlan) return null;
    throw error;
  }
}

/**
 * The document without what can never be asked: the planner finds no plan for a field that is left
 * out for certain where nothing stands beside it. The shape of the answer leaves it out again.
 */
function plannable(document: DocumentNode): string {
  const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: "__typename" } };
  const left = visit(document, {
    SelectionSet({ selections, ...set }) {
      const kept = selections.filter((one) => !isNever(one));
      if (kept.length === selections.length) return undefined;
      return { ...set, selections: kept.length > 0 ? kept : [typename] };
    },
  });
  return print(left);
}

function isNever({ directives = [] }: SelectionNode): boolean {
  return directives.some(({ name, arguments: given = [] }) => {
    const never = name.value === "skip";
    if (!never && name.value !== "include") return false;
    return given.some(({ value }) => value.kind === Kind.BOOLEAN && value.value === never);
  });
}

/** The limits see to it that such questions stand alone, at the root. */
function asksForSchema({ selectionSet }: OperationDefinitionNode): boolean {
  return selectionSet.selections.some(
    (one) => one.kind === Kind.FIELD && /^__(schema|type)$/.test(one.name.value),
  );
}

function fragmentsOf({ definitions }: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  const fragments = definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  return new Map(
    (fragments as FragmentDefinitionNode[]).map((fragment) => [fragment.name.value, fragment]),
  );
}

/** The variables that say what of the document is asked at all. */
function conditionsOf(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive({ name, arguments: given = [] }) {
      if (name.value !== "skip" && name.value !== "include") return;
      for (const { value } of given) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names].sort();
}
