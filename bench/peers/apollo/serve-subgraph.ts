import { ApolloServer, type BaseContext } from "@apollo/server";
import { ApolloServerPluginInlineTraceDisabled } from "@apollo/server/plugin/disabled";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { printSchemaWithDirectives } from "@graphql-tools/utils";
import { type DocumentNode, Kind, parse } from "graphql";
import { buildSchema, createResolversMap, type NonEmptyArray } from "type-graphql";
import type { DataSource } from "typeorm";
import { drainWeb, listen } from "./listen.ts";

interface SubgraphParts<Context extends BaseContext> {
  resolvers: NonEmptyArray<new () => object>;
  /** Entities: no query of their own need lead to them. */
  entities: (new () => object)[];
  /** How the gateway fetches each entity by its key. */
  references: Record<string, (key: never, context: Context) => unknown>;
  database: DataSource;
  /** Made afresh for each request: its loaders must not outlive it. */
  context: () => Context;
}

const FEDERATION = parse(
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])`,
);

/** Serves one subgraph with Apollo Server, as TypeGraphQL's example of Federation 2 does. */
export async function serveSubgraph<Context extends BaseContext>(
  parts: SubgraphParts<Context>,
): Promise<void> {
  const plain = await buildSchema({
    resolvers: parts.resolvers,
    orphanedTypes: parts.entities,
    skipCheck: true,
    validate: false,
  });
  const resolvers: Record<string, object> = { ...createResolversMap(plain) };
  for (const [type, resolve] of Object.entries(parts.references)) {
    resolvers[type] = { ...resolvers[type], __resolveReference: resolve };
  }
  const typeDefs = federated(parse(printSchemaWithDirectives(plain)));
  const schema = buildSubgraphSchema([{ typeDefs, resolvers: resolvers as never }]);
  await parts.database.initialize();
  const server = new ApolloServer<Context>({
    schema,
    // There is nobody to report traces to.
    plugins: [drainWeb(), ApolloServerPluginInlineTraceDisabled()],
  });
  await listen(server, parts.context, () => parts.database.destroy());
}

/** What TypeGraphQL prints defines the root types by name, which Federation does for itself. */
function federated({ definitions }: DocumentNode): DocumentNode {
  const kept = definitions.filter(({ kind }) => kind !== Kind.SCHEMA_DEFINITION);
  return { kind: Kind.DOCUMENT, definitions: [...FEDERATION.definitions, ...kept] };
}
