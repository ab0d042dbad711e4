import {
  type DocumentNode,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  type NamedTypeNode,
  visit,
} from "graphql";

/** Whether a variable of the document has an input type that holds itself, at any depth. */
export function hasRecursiveVariable(schema: GraphQLSchema, document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    VariableDefinition: {
      enter({ type }) {
        let named = type;
        while (named.kind !== "NamedType") named = named.type;
        found ||= isRecursive(schema, named);
        return false;
      },
    },
  });
  return found;
}

function isRecursive(schema: GraphQLSchema, { name }: NamedTypeNode): boolean {
  const within = (type: string, above: ReadonlySet<string>): boolean => {
    if (above.has(type)) return true;
    const input = schema.getType(type);
    if (!isInputObjectType(input)) return false;
    const here = new Set([...above, type]);
    return Object.values(input.getFields()).some((field) =>
      within(getNamedType(field.type).name, here),
    );
  };
  return within(name.value, new Set());
}
