import { getDocumentString } from "@graphql-mesh/transport-common";
import type { ExecutionRequest } from "@graphql-tools/utils";
import { type ExecutionResult, print } from "graphql";
import { guardedFetch, type ObserveFetch } from "./guarded-fetch.ts";
import type { MakeFetch } from "./plan/compile-plan.ts";
import type { RequestScope } from "./request-scope.ts";
import type { GatewaySubgraph } from "./subgraph.ts";

type Subgraphs = ReadonlyMap<string, GatewaySubgraph>;

/** How the fetches of our own plans reach the subgraphs. */
export function fetchFor(
  subgraphs: Subgraphs,
  observe?: ObserveFetch,
): (scope: RequestScope) => MakeFetch {
  return (scope) =>
    ({ subgraph, ...fetch }, variables) =>
      guardedFetch(named(subgraphs, subgraph), { ...fetch, variables }, scope, observe);
}

/** How those of the planner's own executor do. */
export function fetchAsRequest(
  subgraphs: Subgraphs,
  observe?: ObserveFetch,
): (name: string, request: ExecutionRequest) => Promise<ExecutionResult> {
  return (name, { document, variables, operationType, context }) => {
    const fetch = {
      text: getDocumentString(document, print),
      document,
      variables: variables ?? {},
      isMutation: operationType === "mutation",
    };
    const { scope } = context as { scope: RequestScope };
    return guardedFetch(named(subgraphs, name), fetch, scope, observe);
  };
}

function named(subgraphs: Subgraphs, name: string): GatewaySubgraph {
  const subgraph = subgraphs.get(name);
  if (!subgraph) throw new Error(`no subgraph is called ${name}`);
  return subgraph;
}
