import {
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInputObjectType,
  isNonNullType,
} from "graphql";
import { Random } from "../../demo/random.ts";

export interface RandomDocument {
  text: string;
  variables: Record<string, unknown>;
}

/** What a document is made of while it grows. */
interface Growing {
  random: Random;
  schema: GraphQLSchema;
  variables: Record<string, unknown>;
  fragments: string[];
  /** Aliases make every field its own, so that no two of them conflict. */
  count: number;
}
const LEVELS = 5;
const below = ({ random }: Growing, bound: number): number => random.word() % bound;

/** A valid query with nested pages, lists, aliases, fragments and variables; its only leaf is `__typename`. */
export function randomDocument(schema: GraphQLSchema, seed: number): RandomDocument {
  const random = new Random(String(seed), "documents");
  const growing: Growing = { random, schema, variables: {}, fragments: [], count: 0 };
  const query = schema.getQueryType();
  if (!query) throw new Error("the graph has no queries");
  const roots = Object.values(query.getFields());
  // One abstract field at most: what its greatest type is does not depend on others.
  const plain = roots.filter(({ type }) => !isAbstractType(getNamedType(type)));
  const chosen = [roots[below(growing, roots.length)], plain[below(growing, plain.length)]];
  const fields = chosen.flatMap((field) => (field ? [fieldText(field, LEVELS, growing)] : []));
  const declared = Object.keys(growing.variables).map((name) =>
    name.startsWith("ids") ? `$${name}: [ID!]!` : `$${name}: Int`,
  );
  const head = declared.length > 0 ? `query(${declared.join(", ")})` : "query";
  const text = [`${head} { ${fields.join(" ")} }`, ...growing.fragments].join("\n");
  return { text, variables: growing.variables };
}

function fieldText(field: GraphQLField<unknown, unknown>, levels: number, growing: Growing) {
  const type = getNamedType(field.type);
  if (!isCompositeType(type)) throw new Error(`${field.name} is a leaf`);
  const end = below(growing, 3) === 0 ? "last" : "first";
  const given = field.args
    .filter(({ name }) => name !== (end === "first" ? "last" : "first"))
    .flatMap((argument) => argumentText(argument, levels, growing));
  const list = given.length > 0 ? `(${given.join(", ")})` : "";
  const skipped = below(growing, 8) === 0 ? " @skip(if: true)" : "";
  const selection = selectionText(type, levels - 1, growing);
  return `a${growing.count++}: ${field.name}${list}${skipped} ${selection}`;
}

function argumentText(argument: GraphQLArgument, levels: number, growing: Growing): string[] {
  const { name, type, defaultValue } = argument;
  if (name === "first" || name === "last") return sizeText(name, levels, growing);
  if (!isNonNullType(type) || defaultValue !== undefined) return [];
  // Any object will do: nothing is executed.
  if (isInputObjectType(getNamedType(type))) return [`${name}: {}`];
  if (name !== "ids") return [`${name}: "2026-01-01T00:00:00Z"`];
  const ids = Array.from({ length: below(growing, 6) }, (_, index) => `id-${index}`);
  if (below(growing, 2) === 0) return [`ids: ${JSON.stringify(ids)}`];
  const variable = `ids${growing.count++}`;
  growing.variables[variable] = ids;
  return [`ids: $${variable}`];
}

/** Only outer pages get a large size or none, or the greatest answers would take minutes to make. */
function sizeText(name: string, levels: number, growing: Growing): string[] {
  const isOuter = levels >= LEVELS - 1;
  if (isOuter && below(growing, 3) === 0) return [];
  const odd = [-1, 0, 1_001, null, 30];
  const isOdd = isOuter && below(growing, 4) === 0;
  const size = isOdd ? (odd[below(growing, odd.length)] ?? null) : below(growing, 3);
  if (below(growing, 2) === 0) return [`${name}: ${size}`];
  const variable = `size${growing.count++}`;
  growing.variables[variable] = size;
  return [`${name}: $${variable}`];
}

function selectionText(type: GraphQLCompositeType, levels: number, growing: Growing): string {
  const parts = ["__typename"];
  if (isAbstractType(type)) {
    for (const possible of growing.schema.getPossibleTypes(type)) {
      parts.push(`... on ${possible.name} ${selectionText(possible, levels, growing)}`);
    }
    return `{ ${parts.join(" ")} }`;
  }
  const fields = Object.values("getFields" in type ? type.getFields() : {}).filter((field) =>
    isCompositeType(getNamedType(field.type)),
  );
  const count = levels > 0 && fields.length > 0 ? 1 + below(growing, 2) : 0;
  for (let index = 0; index < count; index++) {
    const field = fields[below(growing, fields.length)];
    if (field) parts.push(fieldText(field, levels, growing));
  }
  return placed(type, `{ ${parts.join(" ")} }`, growing);
}

/** The selection as it is, or by way of a fragment, which may be spread twice: that changes nothing. */
function placed(type: GraphQLCompositeType, selection: string, growing: Growing): string {
  const way = below(growing, 3);
  if (way === 0) return `{ ... { ${selection.slice(1, -1)} } ...on ${type.name} ${selection} }`;
  if (way > 1) return selection;
  const name = `f${growing.count++}`;
  growing.fragments.push(`fragment ${name} on ${type.name} ${selection}`);
  return `{ ...${name} ... on ${type.name} { ...${name} } }`;
}
