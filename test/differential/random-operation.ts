import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isNonNullType,
  isObjectType,
} from "graphql";
import { Random } from "../../demo/random.ts";

/** Identifiers that exist, and some that do not, by the name of the argument that takes them. */
export interface Known {
  connhexIds: readonly string[];
  serialNumbers: readonly string[];
  lots: readonly string[];
  ids: readonly string[];
  times: readonly string[];
}
export interface RandomOperation {
  text: string;
  variables: Record<string, unknown>;
}

interface Growing {
  random: Random;
  schema: GraphQLSchema;
  known: Known;
  declared: Map<string, string>;
  variables: Record<string, unknown>;
  fragments: string[];
  count: number;
}

/** Roots whose answers two executions of one operation agree in. */
const ROOTS = ["device", "device", "productionGroup", "node", "nodes", "fieldDefinitions", "owner"];
const LEVELS = 6;

/** A valid query over what exists: leaves, aliases, fragments, pages, conditions, variables. */
export function randomOperation(
  schema: GraphQLSchema,
  known: Known,
  seed: number,
): RandomOperation {
  const random = new Random(String(seed), "operations");
  const growing: Growing = {
    ...{ random, schema, known, declared: new Map(), variables: {}, fragments: [], count: 0 },
  };
  const query = schema.getQueryType()?.getFields() ?? {};
  const count = 1 + below(growing, 2);
  const roots = Array.from({ length: count }, () => query[pick(growing, ROOTS)]);
  const fields = roots.flatMap((field) => (field ? fieldText(field, LEVELS, growing) : []));
  const declared = [...growing.declared].map(([name, type]) => `$${name}: ${type}`).join(", ");
  const head = declared ? `query Q${seed}(${declared})` : `query Q${seed}`;
  const text = [`${head} { ${fields.join(" ")} }`, ...growing.fragments].join("\n");
  return { text, variables: growing.variables };
}

function below({ random }: Growing, bound: number): number {
  return random.word() % bound;
}

function pick<T>(growing: Growing, items: readonly T[]): T {
  return items[below(growing, items.length)] as T;
}

function fieldText(
  field: GraphQLField<unknown, unknown>,
  levels: number,
  growing: Growing,
): string[] {
  const type = getNamedType(field.type);
  const given = argumentsText(field, growing);
  if (given === null) return [];
  const alias = below(growing, 3) === 0 || field.args.length > 0 ? `a${growing.count++}: ` : "";
  const head = `${alias}${field.name}${given}${conditionText(growing)}`;
  if (!isCompositeType(type)) return [head];
  if (levels === 0) return [];
  const selection = selectionText(field.type, levels - 1, growing);
  return [`${head} ${selection}`];
}

function conditionText(growing: Growing): string {
  if (below(growing, 12) > 0) return "";
  const directive = pick(growing, ["skip", "include"]);
  const value = below(growing, 2) === 0;
  if (below(growing, 2) === 0) return ` @${directive}(if: ${value})`;
  return ` @${directive}(if: ${variable(growing, "Boolean!", value)})`;
}

function variable(growing: Growing, type: string, value: unknown): string {
  const name = `v${growing.count++}`;
  growing.declared.set(name, type);
  growing.variables[name] = value;
  return `$${name}`;
}

/** null: a field that takes something which is not known here. */
function argumentsText({ name, args }: GraphQLField<unknown, unknown>, growing: Growing) {
  if (args.length === 0) return "";
  const isDevice = name === "device" && args.length === 2;
  const side = below(growing, 3) === 0 ? "last" : "first";
  const given: string[] = [];
  for (const argument of args) {
    if (isDevice && argument.name !== (below(growing, 2) === 0 ? "connhexId" : "serialNumber")) {
      continue;
    }
    if (["first", "last"].includes(argument.name)) {
      if (argument.name === side) given.push(`${side}: ${numberText(growing)}`);
      continue;
    }
    const value = givenFor(argument, growing);
    if (value !== undefined) {
      const type = String(argument.type);
      const asVariable = below(growing, 2) === 0;
      const text = isEnumType(getNamedType(argument.type)) ? String(value) : JSON.stringify(value);
      given.push(`${argument.name}: ${asVariable ? variable(growing, type, value) : text}`);
    } else if (isNonNullType(argument.type) && argument.defaultValue === undefined) return null;
  }
  return given.length > 0 ? `(${given.join(", ")})` : "";
}

function numberText(growing: Growing): string {
  const size = below(growing, 4);
  return below(growing, 2) === 0 ? String(size) : variable(growing, "Int", size);
}

function givenFor({ name, type }: GraphQLArgument, growing: Growing): unknown {
  const { known } = growing;
  const named = getNamedType(type);
  if (isEnumType(named)) return pick(growing, named.getValues()).name;
  if (name === "connhexId") return pick(growing, known.connhexIds);
  if (name === "serialNumber") return pick(growing, known.serialNumbers);
  if (name === "id") return pick(growing, known.ids);
  if (name === "ids") return Array.from({ length: 3 }, () => pick(growing, known.ids));
  if (name === "value") return pick(growing, known.lots);
  if (name === "field" || name === "by") return "lotCode";
  if (name === "at" || name === "knownAt") return pick(growing, known.times);
  return undefined;
}

function selectionText(type: GraphQLOutputType, levels: number, growing: Growing): string {
  const named = getNamedType(type);
  if (isAbstractType(named)) {
    const parts = growing.schema
      .getPossibleTypes(named)
      .map((possible) => `... on ${possible.name} ${selectionText(possible, levels, growing)}`);
    return `{ __typename ${parts.join(" ")} }`;
  }
  if (!isObjectType(named)) return "";
  const fields = Object.values(named.getFields());
  const count = 1 + below(growing, Math.min(fields.length, 5));
  const parts = Array.from({ length: count }, () =>
    fieldText(pick(growing, fields), levels, growing),
  ).flat();
  const distinct = [...new Set(parts)];
  const selection = `{ ${distinct.length > 0 ? distinct.join(" ") : "__typename"} }`;
  return placed(named.name, selection, growing);
}

/** The selection as it is, or by way of a fragment. */
function placed(type: string, selection: string, growing: Growing): string {
  const way = below(growing, 8);
  if (way === 0) return `{ ... on ${type} ${selection} __typename }`;
  if (way > 1) return selection;
  const name = `f${growing.count++}`;
  growing.fragments.push(`fragment ${name} on ${type} ${selection}`);
  return `{ ...${name} }`;
}
