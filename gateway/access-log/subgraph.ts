import "reflect-metadata";
import type { AccessTable } from "../../shared/graph/access.ts";
import { buildSubgraph, type Subgraph } from "../../shared/graph/build-subgraph.ts";
import { PageInfo } from "../../shared/graph/page-info.type.ts";
import { ACCESS } from "./access.ts";
import { AccessLineResolver } from "./access-line.resolver.ts";
import { AccessLine, AccessLineConnection, AccessLineEdge } from "./access-line.type.ts";
import type { Context } from "./context.ts";

export function accessLogSubgraph(access: AccessTable = ACCESS): Promise<Subgraph> {
  return buildSubgraph<Context>({
    resolvers: [AccessLineResolver],
    types: [AccessLine, AccessLineConnection, AccessLineEdge, PageInfo],
    references: {},
    access,
  });
}
