import {
  type ConstDirectiveNode,
  doTypesOverlap,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  Kind,
  parse,
  type SelectionSetNode,
  typeFromAST,
} from "graphql";
import type { Role } from "../../shared/caller.ts";
import type { AccessTable } from "../../shared/graph/access.ts";
import { NODE_SUBGRAPH } from "../node/node-text.ts";
import type { OneOperation } from "./read-document.ts";

/** The access tables of the subgraphs, by the subgraphs' names. */
export type AccessTables = Readonly<Record<string, AccessTable>>;

/** Which subgraphs can resolve a field, by `Type.field`. */
export type FieldRouting = ReadonlyMap<string, readonly string[]>;

export interface RoleAccess {
  routing: FieldRouting;
  tables: AccessTables;
  roles: readonly Role[];
}

/** A field that none of the roles may read in the subgraph that would be asked for it. */
export interface UnreadableField {
  name: string;
  subgraph: string;
  node: FieldNode;
}

/**
 * The fields of an operation that the roles may not read, each once. An object's fields come from
 * the subgraph that it was found in as far as that one has them, as the planner does it; where
 * several others have a field, all of them must allow it. Fields of an interface are judged for
 * each type that may stand behind it.
 */
export function unreadableFields(asked: OneOperation, access: RoleAccess): UnreadableField[] {
  const { schema, document, operation } = asked;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of document.definitions) {
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
  }
  const unreadable = new Map<string, UnreadableField>();
  const walked = new WeakMap<SelectionSetNode, Set<string>>();

  const walk = (type: GraphQLCompositeType, set: SelectionSetNode, within: readonly string[]) => {
    const objects = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
    for (const object of objects) walkObject(object, set, within);
  };
  const walkObject = (
    type: GraphQLObjectType,
    set: SelectionSetNode,
    within: readonly string[],
  ) => {
    const way = `${type.name} ${within.join()}`;
    const ways = walked.get(set) ?? new Set();
    if (ways.has(way)) return;
    walked.set(set, ways.add(way));
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        walkField(type, selection, within);
        continue;
      }
      const isSpread = selection.kind === Kind.FRAGMENT_SPREAD;
      const fragment = isSpread ? fragments.get(selection.name.value) : selection;
      if (!fragment) continue;
      const condition = fragment.typeCondition && typeFromAST(schema, fragment.typeCondition);
      const applies = !isCompositeType(condition) || doTypesOverlap(schema, condition, type);
      if (applies) walkObject(type, fragment.selectionSet, within);
    }
  };
  const walkField = (type: GraphQLObjectType, node: FieldNode, within: readonly string[]) => {
    const field = type.getFields()[node.name.value];
    if (!field) return;
    const name = `${type.name}.${field.name}`;
    const able = access.routing.get(name) ?? [];
    const here = able.filter((subgraph) => within.includes(subgraph));
    const resolvers = here.length > 0 ? here : able;
    const refusing = resolvers.find(
      (subgraph) => !mayRead(access, subgraph, [type.name, field.name]),
    );
    if (refusing !== undefined && !unreadable.has(name)) {
      unreadable.set(name, { name, subgraph: refusing, node });
    }
    const inner = getNamedType(field.type);
    if (node.selectionSet && isCompositeType(inner)) walk(inner, node.selectionSet, resolvers);
  };
  const root = schema.getRootType(operation.operation);
  if (root) walk(root, operation.selectionSet, []);
  return [...unreadable.values()];
}

/** The gateway's own subgraph says only whether something exists, and asks its owner that. */
function mayRead(
  { tables, roles }: RoleAccess,
  subgraph: string,
  [type, field]: readonly [string, string],
): boolean {
  if (subgraph === NODE_SUBGRAPH) return true;
  const allowed = tables[subgraph]?.[type]?.[field] ?? [];
  return roles.some((role) => allowed.includes(role));
}

/** Reads from a supergraph which subgraphs resolve each field. */
export function fieldRouting(supergraphText: string): FieldRouting {
  const { definitions } = parse(supergraphText);
  const names = new Map<string, string>();
  for (const definition of definitions) {
    if (definition.kind !== Kind.ENUM_TYPE_DEFINITION) continue;
    for (const { name, directives = [] } of definition.values ?? []) {
      const [graph] = directives.filter((one) => one.name.value === "join__graph");
      const subgraph = graph && textArgument(graph, "name");
      if (subgraph) names.set(name.value, subgraph);
    }
  }
  const subgraphsOf = (directives: readonly ConstDirectiveNode[], name: string): string[] => {
    const graphs = directives
      .filter((one) => one.name.value === name && !isElsewhere(one))
      .map((one) => textArgument(one, "graph"));
    return [...new Set(graphs)].flatMap((graph) => names.get(graph ?? "") ?? []);
  };
  const routing = new Map<string, readonly string[]>();
  for (const definition of definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    const { name: type, directives = [], fields = [] } = definition;
    const all = subgraphsOf(directives, "join__type");
    for (const { name, directives: own = [] } of fields) {
      const isRouted = own.some((one) => one.name.value === "join__field");
      const subgraphs = isRouted ? subgraphsOf(own, "join__field") : all;
      routing.set(`${type.value}.${name.value}`, subgraphs);
    }
  }
  return routing;
}

/** Whether a subgraph only names a field that others resolve. */
function isElsewhere({ arguments: given = [] }: ConstDirectiveNode): boolean {
  return given.some(
    ({ name, value }) =>
      (name.value === "external" || name.value === "usedOverridden") &&
      value.kind === Kind.BOOLEAN &&
      value.value,
  );
}

function textArgument({ arguments: given = [] }: ConstDirectiveNode, name: string): string | null {
  const value = given.find((one) => one.name.value === name)?.value;
  return value?.kind === Kind.STRING || value?.kind === Kind.ENUM ? value.value : null;
}
