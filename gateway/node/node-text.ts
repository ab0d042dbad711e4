import { Kind, parse } from "graphql";

/** The name of the subgraph that answers `Query.node`. */
export const NODE_SUBGRAPH = "node";

/** The types of a subgraph that can be found by their id: nodes whose key it is. */
export function typesWithId(sdl: string): string[] {
  return parse(sdl).definitions.flatMap((definition) => {
    if (
      definition.kind !== Kind.OBJECT_TYPE_DEFINITION &&
      definition.kind !== Kind.OBJECT_TYPE_EXTENSION
    ) {
      return [];
    }
    const { name, interfaces = [], directives = [] } = definition;
    const isNode = interfaces.some((one) => one.name.value === "Node");
    const hasKey = directives.some(
      (directive) =>
        directive.name.value === "key" &&
        directive.arguments?.some(
          ({ value }) => value.kind === Kind.STRING && value.value === "id",
        ),
    );
    return isNode && hasKey ? [name.value] : [];
  });
}

/** The node subgraph's text for these subgraphs. */
export function nodeText(subgraphs: readonly { sdl: string }[]): string {
  const types = [...new Set(subgraphs.flatMap(({ sdl }) => typesWithId(sdl)))].sort();
  const stubs = types.map(
    (type) => `type ${type} implements Node @key(fields: "id", resolvable: false) { id: ID! }`,
  );
  return `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])

type Query {
  "Whatever has this id; null where nothing has it, or where the caller may not see it."
  node(id: ID!): Node
  "As node, for at most 1000 ids at once, in their order."
  nodes(ids: [ID!]!): [Node]!
}

"Anything with a global id."
interface Node { id: ID! }

${stubs.join("\n")}
`;
}
