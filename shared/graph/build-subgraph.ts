import { buildSubgraphSchema } from "@apollo/subgraph";
import { printSchemaWithDirectives } from "@graphql-tools/utils";
import { type GraphQLSchema, Kind, parse, print } from "graphql";
import { buildSchema, createResolversMap, type NonEmptyArray } from "type-graphql";
import { DomainError } from "../domain-error.ts";
import { type AccessTable, enforceAccess } from "./access.ts";
import { withPlainResolvers } from "./plain-resolvers.ts";

const FEDERATION = `extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.3"
  import: ["@key", "@shareable", "@external", "@inaccessible"]
)`;

interface SubgraphParts<Context> {
  resolvers: NonEmptyArray<new () => object>;
  /** All object types of this subgraph. Required: TypeGraphQL's registry is global to the process. */
  types: (new () => object)[];
  /** How the gateway fetches each entity by key. Must go through a loader. */
  references: Record<string, (key: never, context: Context) => unknown>;
  access: AccessTable;
}

/** A subgraph's schema, ready to execute, and the text that it is composed from. */
export interface Subgraph {
  schema: GraphQLSchema;
  /** Sorted and stable: it is checked in as `schema.graphql`. */
  sdl: string;
}

/** TypeGraphQL asks for one where there are subscriptions; ours are declared here, and no more. */
const ANSWERED_BY_THE_GATEWAY = {
  publish() {
    throw new Error("no subgraph publishes");
  },
  subscribe() {
    throw new Error("the gateway answers subscriptions");
  },
};

/** The federated schema of one subgraph, with every field behind its access check. */
export async function buildSubgraph<Context>(parts: SubgraphParts<Context>): Promise<Subgraph> {
  const plain = await buildSchema({
    resolvers: parts.resolvers,
    orphanedTypes: parts.types,
    pubSub: ANSWERED_BY_THE_GATEWAY,
    skipCheck: true,
    validate: false,
  });
  const resolvers = withPlainResolvers({ ...createResolversMap(plain) }, parts.resolvers);
  for (const [type, resolve] of Object.entries(parts.references)) {
    resolvers[type] = { ...resolvers[type], __resolveReference: resolve };
  }
  const sdl = subgraphText(plain);
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers as never }]);
  guardRepresentations(schema, new Set(Object.keys(parts.references)));
  enforceAccess(schema, parts.access);
  return { schema, sdl };
}

/**
 * Refuses representations that no planner of ours makes, before the first one is resolved: were a
 * later one to throw, nobody would wait for the promises of those before it, and their failure
 * would end the process.
 */
function guardRepresentations(schema: GraphQLSchema, types: ReadonlySet<string>): void {
  const field = schema.getQueryType()?.getFields()._entities;
  if (!field?.resolve) return;
  const { resolve } = field;
  field.resolve = (source, args: { representations: readonly unknown[] }, context, info) => {
    if (args.representations.every((one) => isRepresentation(one, types))) {
      return resolve(source, args, context, info);
    }
    throw new DomainError("BAD_USER_INPUT", "a representation is a known type with plain keys", {
      argument: "representations",
    });
  };
}

function isRepresentation(value: unknown, types: ReadonlySet<string>): boolean {
  if (typeof value !== "object" || value === null || !("__typename" in value)) return false;
  const { __typename: type } = value;
  const isPlain = (key: unknown) => key === null || typeof key !== "object";
  return typeof type === "string" && types.has(type) && Object.values(value).every(isPlain);
}

function subgraphText(schema: GraphQLSchema): string {
  const { definitions } = parse(printSchemaWithDirectives(schema));
  const kept = definitions.filter(({ kind }) => kind !== Kind.SCHEMA_DEFINITION);
  const printed = kept
    .map((definition) => print(definition))
    .sort((a, b) => nameIn(a).localeCompare(nameIn(b)));
  return `${[FEDERATION, ...printed].join("\n\n")}\n`;
}

/** The defined name in printed text, behind its description. */
function nameIn(text: string): string {
  const body = text.replace(/^("""[\s\S]*?"""|"[^\n]*")\n/, "");
  return body.split(/[\s({@]/, 2)[1] ?? "";
}
