import { type FieldNode, type GraphQLResolveInfo, Kind } from "graphql";

/**
 * Whether a query asks of the nodes of the connection that is being resolved no other fields than
 * these, so that nothing else of them need be read. What it may skip counts as asked.
 */
export function asksOfNodesOnly(
  fields: ReadonlySet<string>,
  { fieldNodes, fragments }: Pick<GraphQLResolveInfo, "fieldNodes" | "fragments">,
): boolean {
  return fieldNodes.every((connection) => {
    for (const name of askedOfNodes(connection, fragments)) if (!fields.has(name)) return false;
    return true;
  });
}

type Fragments = GraphQLResolveInfo["fragments"];

/** A document is parsed once and executed often. */
const known = new WeakMap<FieldNode, ReadonlySet<string>>();

function askedOfNodes(connection: FieldNode, fragments: Fragments): ReadonlySet<string> {
  const before = known.get(connection);
  if (before) return before;
  const parts = fieldsIn(connection, fragments);
  const edges = parts.filter(isNamed("edges")).flatMap((edge) => fieldsIn(edge, fragments));
  const nodes = [...parts.filter(isNamed("nodes")), ...edges.filter(isNamed("node"))];
  const asked = nodes.flatMap((node) => fieldsIn(node, fragments)).map(({ name }) => name.value);
  const names = new Set(asked.filter((name) => name !== "__typename"));
  known.set(connection, names);
  return names;
}

/** The fields directly within a selection, those of its fragments included. */
function fieldsIn({ selectionSet }: Selected, fragments: Fragments): FieldNode[] {
  return (selectionSet?.selections ?? []).flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) return fieldsIn(selection, fragments);
    const fragment = fragments[selection.name.value];
    return fragment ? fieldsIn(fragment, fragments) : [];
  });
}

type Selected = Pick<FieldNode, "selectionSet">;

function isNamed(name: string): (field: FieldNode) => boolean {
  return (field) => field.name.value === name;
}
