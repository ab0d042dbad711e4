import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isListType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  typeFromAST,
  valueFromAST,
} from "graphql";
import { assertPageSize, PAGE_SIZE_MOST } from "../shared/page.ts";
import { GATEWAY_LIMITS } from "./limits.ts";
import { limitCheck } from "./within-limit.ts";

/** A valid operation with its variables as they were coerced. */
export interface AskedOperation {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Readonly<Record<string, unknown>>;
}

/**
 * The cost of an operation. Refuses one whose answer may become larger than the gateway can hold for
 * one client, and sizes that are beyond theirs: here, before a mutation has changed anything.
 */
export function assertCostWithinLimits(asked: AskedOperation): DocumentCost {
  const cost = measuredCost(asked, {
    page: assertPageSize,
    ids: (ids) => assertAtMost("nodesAtOnce", ids),
  });
  assertAffordable(cost);
  return cost;
}

export function assertAffordable({ nodes, values }: DocumentCost): void {
  assertAtMost("documentNodes", nodes);
  assertAtMost("documentValues", values);
}

const assertAtMost = limitCheck(
  {
    documentNodes: ["COST_TOO_HIGH", "nodes"],
    documentValues: ["COST_TOO_HIGH", "values"],
    nodesAtOnce: ["TOO_MANY_IDS", "ids"],
  },
  (what, most, asked) =>
    what === "ids"
      ? `ask for at most ${most} nodes, not ${asked}`
      : `a document asks for at most ${most} ${what}, not ${asked}: ask for smaller pages, or page through the inner lists by themselves`,
);

/** Is told each size that is asked for. */
interface Sizes {
  page(items: number): void;
  ids(count: number): void;
}
const ANY_SIZES: Sizes = { page: () => undefined, ids: () => undefined };

/** What the largest answer to an operation holds. */
export interface DocumentCost {
  /** Objects: devices, revisions, owners, and also the pages that they come in, which count more. */
  nodes: number;
  /** Fields without fields of their own. */
  values: number;
}

/**
 * The cost of an operation, before anything of it is executed. Pages count as full, other lists
 * as `listItems`, and what @skip or @include may leave out counts. Walks every fragment where it
 * is spread: the limit on expanded fields has been kept before.
 */
export function documentCost(asked: AskedOperation): DocumentCost {
  return measuredCost(asked, ANY_SIZES);
}

function measuredCost(asked: AskedOperation, sizes: Sizes): DocumentCost {
  const { schema, document, operation, variables } = asked;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
    fragments.set(definition.name.value, definition);
  }
  const root = schema.getRootType(operation.operation);
  if (!root) return { nodes: 0, values: 0 };
  const { nodes, values } = costOf(root, {
    within: { schema, fragments, variables, sizes },
    sets: [operation.selectionSet],
    pageItems: null,
  });
  return { nodes: exact(nodes), values: exact(values) };
}

/** Beyond this a figure says no more than "far too many". */
function exact(figure: number): number {
  return Math.min(figure, Number.MAX_SAFE_INTEGER);
}

interface Within {
  schema: GraphQLSchema;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  variables: Readonly<Record<string, unknown>>;
  sizes: Sizes;
}
interface Selected {
  within: Within;
  /** All that is asked of one object; several sets where one field is named several times. */
  sets: readonly SelectionSetNode[];
  /** The size of the page that this object is; null where it is none. */
  pageItems: number | null;
}

/** What lies within one object of this type: of an abstract type, of its most costly object. */
function costOf(type: GraphQLCompositeType, selected: Selected): DocumentCost {
  if (!isAbstractType(type)) return costOfObject(type, selected);
  const costs = selected.within.schema
    .getPossibleTypes(type)
    .map((possible) => costOfObject(possible, selected));
  return {
    nodes: Math.max(0, ...costs.map(({ nodes }) => nodes)),
    values: Math.max(0, ...costs.map(({ values }) => values)),
  };
}

function costOfObject(type: GraphQLObjectType, selected: Selected): DocumentCost {
  const { within, pageItems } = selected;
  const total: DocumentCost = { nodes: 0, values: 0 };
  for (const [asked, ...same] of fieldsOf(type, selected)) {
    const field = type.getFields()[asked.name.value];
    // __typename, and the schema, whose documents have limits of their own.
    if (!field) total.values++;
    if (!field) continue;
    const ownPage = pageSize(field, asked, within);
    const isList = isListType(getNullableType(field.type));
    const items = isList
      ? (ownPage ?? namedItems(field, asked, within) ?? pageItems ?? LIST_ITEMS)
      : 1;
    const named: GraphQLOutputType = getNamedType(field.type);
    if (!isCompositeType(named)) {
      total.values += items;
      continue;
    }
    const inner = costOf(named, {
      within,
      sets: [asked, ...same].flatMap(({ selectionSet }) => selectionSet ?? []),
      pageItems: isList ? null : ownPage,
    });
    const own = isList || ownPage === null ? 1 : GATEWAY_LIMITS.pageNodes;
    // The items of a page are read, whatever of them is asked for.
    const least = isList ? 0 : (ownPage ?? 0);
    total.nodes += items * (own + Math.max(least, inner.nodes));
    total.values += items * inner.values;
  }
  return total;
}

const LIST_ITEMS = GATEWAY_LIMITS.listItems;

/** The fields asked of an object of this type; those that are one field of the answer stand together. */
function fieldsOf(
  type: GraphQLObjectType,
  { within: { schema, fragments }, sets }: Selected,
): Iterable<[FieldNode, ...FieldNode[]]> {
  const byName = new Map<string, [FieldNode, ...FieldNode[]]>();
  const spread = new Set<string>();
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value;
        const same = byName.get(name);
        if (same) same.push(selection);
        else byName.set(name, [selection]);
        continue;
      }
      const isSpread = selection.kind === Kind.FRAGMENT_SPREAD;
      if (isSpread && spread.has(selection.name.value)) continue;
      if (isSpread) spread.add(selection.name.value);
      const fragment = isSpread ? fragments.get(selection.name.value) : selection;
      if (!fragment) continue;
      const { typeCondition: on, selectionSet } = fragment;
      const condition = on && typeFromAST(schema, on);
      const applies =
        !condition ||
        condition === type ||
        (isAbstractType(condition) && schema.isSubType(condition, type));
      if (applies) collect(selectionSet);
    }
  };
  sets.forEach(collect);
  return byName.values();
}

/** How many items a field's page may have; null where it is not paged. A size beyond the limits brings none. */
function pageSize(
  field: GraphQLField<unknown, unknown>,
  asked: FieldNode,
  { variables, sizes }: Within,
): number | null {
  const unset = unsetPageSize(field);
  if (unset === null) return null;
  const given = field.args
    .filter(({ name }) => isPageSize(name))
    .map(({ name, type }) => valueFromAST(argumentOf(asked, name), type, variables))
    .filter((size): size is number => typeof size === "number");
  for (const size of given) sizes.page(size);
  const size = given.length > 0 ? Math.max(...given) : unset;
  return size < 1 || size > PAGE_SIZE_MOST ? 0 : size;
}

/** How large a field's page is where no size is given; null where it is not paged. */
export function unsetPageSize({ args }: GraphQLField<unknown, unknown>): number | null {
  const sizes = args.filter(({ name }) => isPageSize(name));
  if (sizes.length === 0) return null;
  const unset = sizes.map(({ defaultValue }) => defaultValue).find((size) => size != null);
  return Number(unset ?? PAGE_SIZE_MOST);
}

/** Whether an argument of this name says how many items a page has. */
export function isPageSize(argument: string): boolean {
  return argument === "first" || argument === "last";
}

/** How many items a list has whose items are named by an argument, as those of nodes(ids). */
function namedItems(
  field: GraphQLField<unknown, unknown>,
  asked: FieldNode,
  { variables, sizes }: Within,
): number | null {
  const list = field.args.find(({ type }) => isListType(getNullableType(type)));
  const names = list && valueFromAST(argumentOf(asked, list.name), list.type, variables);
  if (!Array.isArray(names)) return null;
  if (list?.name === "ids") sizes.ids(names.length);
  return names.length;
}

function argumentOf({ arguments: given = [] }: FieldNode, name: string) {
  return given.find((one) => one.name.value === name)?.value;
}
