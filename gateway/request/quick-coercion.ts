import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isInputType,
  isLeafType,
  isListType,
  isNonNullType,
  typeFromAST,
  type VariableDefinitionNode,
  valueFromAST,
} from "graphql";

/** Makes of a value what its type says, or answers UNFIT. */
type Coerce = (value: unknown) => unknown;

const UNFIT = Symbol("unfit");

/** By type: a list of inputs that hold lists of themselves has a coercion too. */
const known = new WeakMap<GraphQLInputType, Coerce>();

/**
 * The variables as graphql-js coerces them, or null where any does not fit: graphql-js then says which,
 * and why. It notes the place of every value in case that it has to say so, which is most of what
 * coercing a batch costs.
 */
export function quicklyCoerced(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> | null {
  const coerced: Record<string, unknown> = {};
  for (const { variable, type: node, defaultValue } of definitions) {
    const name = variable.name.value;
    const type = typeFromAST(schema, node as never);
    if (!isInputType(type)) return null;
    if (!Object.hasOwn(given, name)) {
      if (defaultValue) coerced[name] = valueFromAST(defaultValue, type);
      else if (isNonNullType(type)) return null;
      continue;
    }
    const value = coercionOf(type)(given[name]);
    if (value === UNFIT) return null;
    coerced[name] = value;
  }
  return coerced;
}

function coercionOf(type: GraphQLInputType): Coerce {
  const made = known.get(type);
  if (made) return made;
  const coerce = madeCoercion(type);
  known.set(type, coerce);
  return coerce;
}

function madeCoercion(type: GraphQLInputType): Coerce {
  if (isNonNullType(type)) {
    const inner = coercionOf(type.ofType);
    return (value) => (value === null || value === undefined ? UNFIT : inner(value));
  }
  const present = presentCoercion(type);
  return (value) => (value === null || value === undefined ? null : present(value));
}

function presentCoercion(type: GraphQLInputType): Coerce {
  if (isListType(type)) return listCoercion(coercionOf(type.ofType));
  if (isInputObjectType(type)) return objectCoercion(type);
  if (!isLeafType(type)) return () => UNFIT;
  return (value) => {
    try {
      const parsed: unknown = type.parseValue(value);
      return parsed === undefined ? UNFIT : parsed;
    } catch {
      return UNFIT;
    }
  };
}

function listCoercion(item: Coerce): Coerce {
  return (value) => {
    // A single item is a list too, and so is whatever can be iterated: rare, and not ours to say.
    if (!Array.isArray(value)) return UNFIT;
    const items = new Array<unknown>(value.length);
    for (let index = 0; index < value.length; index++) {
      const coerced = item(value[index]);
      if (coerced === UNFIT) return UNFIT;
      items[index] = coerced;
    }
    return items;
  };
}

function objectCoercion(type: GraphQLInputObjectType): Coerce {
  // Made when it is first needed: the type may hold itself.
  let fields: { name: string; coerce: Coerce; isRequired: boolean; unset: unknown }[] | null = null;
  const fieldsOf = () =>
    Object.values(type.getFields()).map(({ name, type: inner, defaultValue }) => ({
      name,
      coerce: coercionOf(inner),
      isRequired: isNonNullType(inner) && defaultValue === undefined,
      unset: defaultValue as unknown,
    }));
  return (value) => {
    if (type.isOneOf || typeof value !== "object" || value === null || Array.isArray(value)) {
      return UNFIT;
    }
    fields ??= fieldsOf();
    const given = value as Readonly<Record<string, unknown>>;
    const coerced: Record<string, unknown> = {};
    let found = 0;
    for (const { name, coerce, isRequired, unset } of fields) {
      const inner = given[name];
      if (inner === undefined) {
        if (isRequired) return UNFIT;
        if (unset !== undefined) coerced[name] = unset;
        continue;
      }
      found++;
      const made = coerce(inner);
      if (made === UNFIT) return UNFIT;
      coerced[name] = made;
    }
    return Object.keys(given).length === found ? coerced : UNFIT;
  };
}
