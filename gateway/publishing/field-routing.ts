import { type ConstDirectiveNode, Kind, parse } from "graphql";

/** Which subgraphs can resolve a field, by `Type.field`. */
export type FieldRouting = ReadonlyMap<string, readonly string[]>;

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
