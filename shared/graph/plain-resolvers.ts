import type { GraphQLFieldResolver } from "graphql";
import { getMetadataStorage } from "type-graphql";

type ResolverClass = new () => object;
type ResolverMap = Record<string, object>;
type Method = (...values: unknown[]) => unknown;
type Param = ReturnType<typeof getMetadataStorage>["params"][number];

/**
 * Calls field resolvers that take nothing but the object, the context and the info directly.
 * TypeGraphQL would sort the parameters' metadata and look for promises among the values in each
 * call: more than what most of these methods do, a hundred times in an answer.
 */
export function withPlainResolvers(
  resolvers: Readonly<ResolverMap>,
  classes: readonly ResolverClass[],
): ResolverMap {
  const { fieldResolvers, objectTypes } = getMetadataStorage();
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
  }
  return plain;
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
