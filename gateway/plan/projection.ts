import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLAbstractType,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionNode,
  type SelectionSetNode,
  typeFromAST,
} from "graphql";
import type { Data } from "./entities.ts";

/** Makes the client's answer of what the subgraphs said: only what was asked for, in its order. */
export type Project = (data: Data) => Data | null;

/** In the place of a value that may not be null and is: its parent is null then. */
const MISSING = Symbol("missing");
type Complete = (value: unknown) => unknown;

interface Within {
  schema: GraphQLSchema;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Values of the variables that @skip and @include name. */
  conditions: Readonly<Record<string, unknown>>;
}

/** Compiles the answer's shape for these values of the conditions. */
export function compileProjection(
  within: Within,
  type: GraphQLObjectType,
  selectionSet: SelectionSetNode,
): Project {
  const object = objectCompleter(within, type, [selectionSet]);
  return (data) => {
    const value = object(data);
    return value === MISSING ? null : (value as Data | null);
  };
}

function completer(
  within: Within,
  type: GraphQLOutputType,
  sets: readonly SelectionSetNode[],
): Complete {
  if (isNonNullType(type)) {
    const inner = completer(within, type.ofType, sets);
    return (value) => inner(value) ?? MISSING;
  }
  if (isListType(type)) {
    const item = completer(within, type.ofType, sets);
    return (value) => {
      if (!Array.isArray(value)) return null;
      const items = new Array<unknown>(value.length);
      for (let index = 0; index < value.length; index++) {
        const made = item(value[index]);
        if (made === MISSING) return null;
        items[index] = made;
      }
      return items;
    };
  }
  if (isObjectType(type)) return nullable(objectCompleter(within, type, sets));
  if (isAbstractType(type)) return nullable(abstractCompleter(within, type, sets));
  if (isEnumType(type)) {
    const names = new Set(type.getValues().map(({ name }) => name));
    return (value) => (typeof value === "string" && names.has(value) ? value : null);
  }
  return asIs;
}

function nullable(object: (data: Data) => unknown): Complete {
  return (value) => {
    if (typeof value !== "object" || value === null) return null;
    const made = object(value as Data);
    return made === MISSING ? null : made;
  };
}

function abstractCompleter(
  within: Within,
  type: GraphQLAbstractType,
  sets: readonly SelectionSetNode[],
): (data: Data) => unknown {
  const byName = new Map<unknown, (data: Data) => unknown>();
  return (data) => {
    // The planner asks for the name only where the answer depends on it.
    const { __typename: name } = data;
    let object = byName.get(name);
    if (!object) {
      const concrete = typeof name === "string" ? within.schema.getType(name) : type;
      // What the graph does not show is not there.
      if (!isObjectType(concrete) && concrete !== type) return null;
      object = objectCompleter(within, concrete, sets);
      byName.set(name, object);
    }
    return object(data);
  };
}

function objectCompleter(
  within: Within,
  type: GraphQLCompositeType,
  sets: readonly SelectionSetNode[],
): (data: Data) => unknown {
  const fields = "getFields" in type ? type.getFields() : {};
  const parts = [...fieldsOf(within, type, sets)].map(([key, nodes]) => {
    const name = nodes[0]?.name.value ?? "";
    const field = fields[name];
    // __typename is the one field that no type declares.
    if (!field) return { key, complete: isObjectType(type) ? () => type.name : asIs };
    const inner = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    return { key, complete: completer(within, field.type, inner) };
  });
  return (data) => {
    const made: Data = {};
    for (const { key, complete } of parts) {
      const value = complete(data[key]);
      if (value === MISSING) return MISSING;
      made[key] = value;
    }
    return made;
  };
}

function asIs(value: unknown): unknown {
  return value ?? null;
}

/** The fields asked of an object of this type, by their names in the answer, in the order asked. */
function fieldsOf(
  within: Within,
  type: GraphQLCompositeType,
  sets: readonly SelectionSetNode[],
): ReadonlyMap<string, readonly FieldNode[]> {
  const { schema, fragments } = within;
  const found = new Map<string, FieldNode[]>();
  const spread = new Set<string>();
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (!isIncluded(within, selection)) continue;
      if (selection.kind === "Field") {
        const key = (selection.alias ?? selection.name).value;
        const same = found.get(key);
        if (same) same.push(selection);
        else found.set(key, [selection]);
        continue;
      }
      if (selection.kind === "FragmentSpread") {
        if (spread.has(selection.name.value)) continue;
        spread.add(selection.name.value);
      }
      const fragment =
        selection.kind === "FragmentSpread" ? fragments.get(selection.name.value) : selection;
      if (!fragment) continue;
      const condition = fragment.typeCondition && typeFromAST(schema, fragment.typeCondition);
      const applies =
        !condition ||
        condition === type ||
        (isAbstractType(condition) && isObjectType(type) && schema.isSubType(condition, type));
      if (applies) collect(fragment.selectionSet);
    }
  };
  sets.forEach(collect);
  return found;
}

function isIncluded({ conditions }: Within, { directives = [] }: SelectionNode): boolean {
  return directives.every(({ name, arguments: given = [] }) => {
    const value = given.find((one) => one.name.value === "if")?.value;
    const isTrue =
      value?.kind === "Variable"
        ? conditions[value.name.value] === true
        : value?.kind === "BooleanValue" && value.value;
    if (name.value === "skip") return !isTrue;
    return name.value === "include" ? isTrue : true;
  });
}
