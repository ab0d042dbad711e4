import { manufacturingSubgraph } from "../subgraphs/manufacturing/subgraph.ts";
import { ownershipSubgraph } from "../subgraphs/ownership/subgraph.ts";
import { accessLogSubgraph } from "./access-log/subgraph.ts";
import { registrySubgraph } from "./registry/subgraph.ts";
import { composeSupergraph } from "./supergraph.ts";

/** A checked-in schema as it should read now; `path` is relative to the package. */
export interface SchemaFile {
  path: string;
  text: string;
}

/** Every schema that is checked in: each subgraph's, the supergraph, and what clients may ask. */
export async function printedSchemas(): Promise<SchemaFile[]> {
  const subgraphs = [
    {
      name: "manufacturing",
      sdl: (await manufacturingSubgraph()).sdl,
      path: "subgraphs/manufacturing/schema.graphql",
    },
    {
      name: "ownership",
      sdl: (await ownershipSubgraph()).sdl,
      path: "subgraphs/ownership/schema.graphql",
    },
    {
      name: "registry",
      sdl: (await registrySubgraph()).sdl,
      path: "gateway/registry/schema.graphql",
    },
    {
      name: "access-log",
      sdl: (await accessLogSubgraph()).sdl,
      path: "gateway/access-log/schema.graphql",
    },
  ];
  const { supergraphText, publicText } = composeSupergraph(subgraphs);
  return [
    ...subgraphs.map(({ path, sdl }) => ({ path, text: sdl })),
    { path: "gateway/supergraph.graphql", text: supergraphText },
    { path: "gateway/schema.graphql", text: publicText },
  ];
}
