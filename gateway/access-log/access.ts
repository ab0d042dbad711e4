import type { CallerRole } from "../../shared/caller.ts";
import { type AccessTable, grant } from "../../shared/graph/access.ts";

/** Who may see who saw what. Reading it leaves a line too. */
const READERS: readonly CallerRole[] = ["compliance", "admin"];

export const ACCESS: AccessTable = {
  Query: grant(READERS, "accessLog"),
  AccessLine: grant(
    READERS,
    "at requestId subject client roles documentId textHash operationName operationType deviceCount outcomes status ms",
  ),
  AccessLineConnection: grant(READERS, "edges nodes pageInfo totalCount largerAnswers"),
  AccessLineEdge: grant(READERS, "cursor node"),
  PageInfo: grant(READERS, "hasNextPage hasPreviousPage startCursor endCursor"),
};
