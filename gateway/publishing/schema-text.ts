import { transformSupergraphToPublicSchema } from "@theguild/federation-composition";
import { buildASTSchema, type DocumentNode, type GraphQLSchema, Kind, parse } from "graphql";
import { giveScalars } from "../scalars.ts";

/** A schema as a file holds it: a supergraph, or only what clients may ask. */
export interface SchemaText {
  publicSchema: GraphQLSchema;
  /** null where the text is a public schema. */
  supergraphText: string | null;
}

/** Reads a supergraph or a public schema. Throws with the reason where the text is neither. */
export function readSchemaText(text: string): SchemaText {
  const document = parse(text);
  const isSupergraph = namesSubgraphs(document);
  const publicDocument = isSupergraph ? transformSupergraphToPublicSchema(document) : document;
  const publicSchema = buildASTSchema(publicDocument);
  if (!publicSchema.getQueryType()) throw new Error("the schema has no queries");
  giveScalars(publicSchema);
  return { publicSchema, supergraphText: isSupergraph ? text : null };
}

function namesSubgraphs({ definitions }: DocumentNode): boolean {
  return definitions.some(
    (one) => one.kind === Kind.ENUM_TYPE_DEFINITION && one.name.value === "join__Graph",
  );
}
