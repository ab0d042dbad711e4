import {
  type ASTNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLInputType,
  getNamedType,
  isInputObjectType,
  Kind,
  TypeInfo,
  typeFromAST,
  visit,
  visitWithTypeInfo,
} from "graphql";
import type { OneOperation } from "./read-document.ts";

/**
 * What of a schema a document uses, with the first place that does:
 *
 * - `Type.field`: a field that is selected, an input field or enum value that stands in it
 * - `Type.field(argument:)`: an argument that is given
 * - `Type.field(argument: unset)`: an argument whose default may apply
 * - `out Type`: a type of the answer
 * - `in Type`: a type of what its variables may hold
 * - `literal Type`: an input type of which an object stands in it
 * - `@directive`
 */
export type DocumentUsage = ReadonlyMap<string, Use>;

/** One place of a document. */
export interface Use {
  node: ASTNode;
  /** `Type.field`, where it lies in a field. */
  field: string | null;
}

export function documentUsage(asked: OneOperation): DocumentUsage {
  const { schema, document, operation } = asked;
  const usage = new Map<string, Use>();
  const types = new TypeInfo(schema);
  const fieldHere = (): string | null => {
    const parent = types.getParentType();
    const field = types.getFieldDef();
    return parent && field ? `${parent.name}.${field.name}` : null;
  };
  const use = (name: string, node: ASTNode, field = fieldHere()): void => {
    if (!usage.has(name)) usage.set(name, { node, field });
  };
  const mayBeUnset = unsetVariables(asked);
  const visitor = visitWithTypeInfo(types, {
    Field(node) {
      const field = types.getFieldDef();
      const parent = types.getParentType();
      if (!field || !parent) return;
      const name = `${parent.name}.${field.name}`;
      use(name, node);
      use(`out ${parent.name}`, node);
      use(`out ${getNamedType(field.type).name}`, node);
      for (const argument of unsetArguments(field, node, mayBeUnset)) {
        use(`${name}(${argument}: unset)`, node);
      }
    },
    InlineFragment: ({ typeCondition: on }) => on && use(`out ${on.name.value}`, on),
    FragmentDefinition: ({ typeCondition: on }) => use(`out ${on.name.value}`, on),
    Argument(node) {
      const field = fieldHere();
      if (field && !types.getDirective()) use(`${field}(${node.name.value}:)`, node);
    },
    ObjectValue(node) {
      const type = getNamedType(types.getInputType());
      if (type) use(`literal ${type.name}`, node);
    },
    ObjectField(node) {
      const parent = getNamedType(types.getParentInputType());
      if (parent) use(`${parent.name}.${node.name.value}`, node);
    },
    EnumValue(node) {
      const type = getNamedType(types.getInputType());
      if (type) use(`${type.name}.${node.value}`, node);
    },
    Directive: (node) => use(`@${node.name.value}`, node),
  });
  visit(document, visitor);
  for (const definition of operation.variableDefinitions ?? []) {
    const type = typeFromAST(schema, definition.type) as GraphQLInputType | undefined;
    for (const name of typesWithin(type)) use(`in ${name}`, definition, null);
  }
  return usage;
}

/** Variables without a default that a request may leave out. */
function unsetVariables({ operation }: OneOperation): ReadonlySet<string> {
  const optional = (operation.variableDefinitions ?? []).filter(
    ({ type, defaultValue }) => type.kind !== Kind.NON_NULL_TYPE && !defaultValue,
  );
  return new Set(optional.map(({ variable }) => variable.name.value));
}

function unsetArguments(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  mayBeUnset: ReadonlySet<string>,
): string[] {
  const names = field.args.map(({ name }) => name);
  return names.filter((name) => {
    const value = node.arguments?.find((one) => one.name.value === name)?.value;
    return !value || (value.kind === Kind.VARIABLE && mayBeUnset.has(value.name.value));
  });
}

/** An input type and all that stand within it. */
function typesWithin(type: GraphQLInputType | undefined, seen = new Set<string>()): Set<string> {
  const named = getNamedType(type);
  if (!named || seen.has(named.name)) return seen;
  seen.add(named.name);
  if (!isInputObjectType(named)) return seen;
  for (const field of Object.values(named.getFields())) typesWithin(field.type, seen);
  return seen;
}
