import type { GraphQLFieldResolver } from "graphql";
import { getMetadataStorage } from "type-graphql";

type ResolverClass = new () => object;
type ResolverMap = Record<string, object>;
type Method = (...values: unknown[]) => unknown;
type Param = ReturnType<typeof getMetadataStorage>["params"][number];

/**
 * Calls field resolvers that take nothing but the object, the context and the info directly, and
 * mutations with their arguments as they were coerced. TypeGraphQL would sort the parameters'
 * metadata and look for promises among the values in each call: more than what most of these methods
 * do, a hundred times in an answer. Of each row of a batch it would make two objects more, looking
 * every field up in its own lists: more than what the row's judgement takes.
 */
export function withPlainResolvers(
  resolvers: Readonly<ResolverMap>,
  classes: readonly ResolverClass[],
): ResolverMap {
  const { fieldResolvers, objectTypes, mutations } = getMetadataStorage();
  const plain: ResolverMap = { ...resolvers };
  for (const resolverClass of classes) {
    const instance = new resolverClass() as Record<string, Method>;
    for (const field of fieldResolvers.filter(({ target }) => target === resolverClass)) {
      const { methodName, schemaName, params = [], roles, middlewares = [] } = field;
      const type = objectTypes.find(({ target }) => target === field.getObjectType?.())?.name;
      const known = type === undefined ? undefined : resolvers[type];
      if (type === undefined || !known || !(schemaName in known)) continue;
      if (roles || middlewares.length > 0) continue;
      const resolve = plainResolver(instance, methodName, params);
      if (resolve) plain[type] = { ...plain[type], [schemaName]: resolve };
    }
    for (const mutation of mutations.filter(({ target }) => target === resolverClass)) {
      const { methodName, schemaName, params = [], roles, middlewares = [] } = mutation;
      if (roles || middlewares.length > 0) continue;
      const resolve = plainMutation(instance, methodName, params);
      if (resolve) plain.Mutation = { ...plain.Mutation, [schemaName]: resolve };
    }
  }
  return plain;
}

/** null where a parameter is one that TypeGraphQL has to make. */
function plainMutation(
  instance: Record<string, Method>,
  methodName: string,
  params: readonly Param[],
): GraphQLFieldResolver<unknown, unknown> | null {
  const method = instance[methodName];
  const readers = [...params].sort((a, b) => a.index - b.index).map(readerOf);
  if (!method || readers.includes(null)) return null;
  const known = readers.filter((reader) => reader !== null);
  return (_, values, context) =>
    method.apply(
      instance,
      known.map((read) => read(values, context)),
    );
}

type ReadParam = (values: Record<string, unknown>, context: unknown) => unknown;

function readerOf(param: Param): ReadParam | null {
  if (param.kind === "arg") {
    const { name, validateFn } = param;
    return validateFn ? null : (values) => values[name];
  }
  return kindOf(param) === "context" ? (_, context) => context : null;
}

/** null where a parameter is one that TypeGraphQL has to make. */
function plainResolver(
  instance: Record<string, Method>,
  methodName: string,
  params: readonly Param[],
): GraphQLFieldResolver<unknown, unknown> | null {
  const method = instance[methodName];
  const kinds = [...params].sort((a, b) => a.index - b.index).map(kindOf);
  if (!method || kinds.some((kind) => kind === null)) return null;
  switch (kinds.join()) {
    case "root":
      return (root) => method.call(instance, root);
    case "root,context":
      return (root, _, context) => method.call(instance, root, context);
    case "root,context,info":
      return (root, _, context, info) => method.call(instance, root, context, info);
  }
  return null;
}

function kindOf(param: Param): "root" | "context" | "info" | null {
  if (param.kind === "info") return "info";
  if (param.kind === "context") return param.propertyName ? null : "context";
  if (param.kind !== "root") return null;
  return param.propertyName || param.getType ? null : "root";
}
