import {
  doTypesOverlap,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  Kind,
  type SelectionSetNode,
  typeFromAST,
} from "graphql";
import type { Role } from "../../shared/caller.ts";
import type { AccessTable } from "../../shared/graph/access.ts";
import { NODE_SUBGRAPH } from "../node/node-text.ts";
import type { FieldRouting } from "./field-routing.ts";
import type { OneOperation } from "./read-document.ts";

/** The access tables of the subgraphs, by the subgraphs' names. */
export type AccessTables = Readonly<Record<string, AccessTable>>;

export interface RoleAccess {
  routing: FieldRouting;
  tables: AccessTables;
  roles: readonly Role[];
}

/** A field that none of the roles may read in the subgraph that would be asked for it. */
export interface UnreadableField {
  /** `Type.field`. */
  name: string;
  subgraph: string;
  node: FieldNode;
}

/**
 * The fields of an operation that the roles may not read, each once. Where several subgraphs may
 * be asked for a field, all of them must allow it.
 */
export function unreadableFields(asked: OneOperation, access: RoleAccess): UnreadableField[] {
  const unreadable = new Map<string, UnreadableField>();
  for (const { type, field, subgraphs, node } of resolvedFields(asked, access.routing)) {
    const name = `${type}.${field}`;
    const subgraph = subgraphs.find((one) => !mayRead(access, one, [type, field]));
    if (subgraph !== undefined && !unreadable.has(name)) {
      unreadable.set(name, { name, subgraph, node });
    }
  }
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

/** A field as it is asked for at one place, and the subgraphs of which one resolves it there. */
export interface ResolvedField {
  type: string;
  field: string;
  subgraphs: readonly string[];
  node: FieldNode;
}

/**
 * Where each field of an operation comes from: an object's fields from the subgraph that it was
 * found in as far as that one has them, as the planner does it. Fields of an interface are
 * answered for each type that may stand behind it.
 */
export function resolvedFields(asked: OneOperation, routing: FieldRouting): ResolvedField[] {
  const { schema, document, operation } = asked;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of document.definitions) {
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
  }
  const resolved: ResolvedField[] = [];
  const walked = new WeakMap<SelectionSetNode, Set<string>>();
  const walk = (type: GraphQLCompositeType, set: SelectionSetNode, within: readonly string[]) => {
    const objects = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
    for (const object of objects) walkObject(object, set, within);
  };
  const walkObject = (
    type: GraphQLObjectType,
    set: SelectionSetNode,
    within: readonly string[],
  ): void => {
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
    const able = routing.get(`${type.name}.${field.name}`) ?? [];
    const here = able.filter((subgraph) => within.includes(subgraph));
    const subgraphs = here.length > 0 ? here : able;
    resolved.push({ type: type.name, field: field.name, subgraphs, node });
    const inner = getNamedType(field.type);
    if (node.selectionSet && isCompositeType(inner)) walk(inner, node.selectionSet, subgraphs);
  };
  const root = schema.getRootType(operation.operation);
  if (root) walk(root, operation.selectionSet, []);
  return resolved;
}
