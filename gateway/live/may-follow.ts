import { DomainError, type ErrorCode } from "../../shared/domain-error.ts";
import type { FollowedValue } from "../../shared/graph/subgraph-service.ts";
import { guardedFetch, type ObserveFetch } from "../guarded-fetch.ts";
import type { RequestScope } from "../request-scope.ts";
import type { GatewaySubgraph } from "../subgraph.ts";

const FOLLOWABLE = `query Followable($field: String!, $value: String!, $serialNumber: String) {
  followable(field: $field, value: $value, serialNumber: $serialNumber)
}`;

/** Whom to ask, and who is told of it. */
interface Asked {
  subgraph: GatewaySubgraph;
  observe?: ObserveFetch | undefined;
}

/** The subgraph's word on whether the caller may follow a value; throws its refusal. */
export async function assertMayFollow(
  asked: Asked,
  value: FollowedValue,
  scope: RequestScope,
): Promise<void> {
  const { errors } = await askFollowable(asked, { ...value }, scope);
  const [error] = errors ?? [];
  if (!error) return;
  const { code, ...details } = error.extensions;
  throw new DomainError(code as ErrorCode, error.message, details as never);
}

/** What the subgraph answers; of a device, where one is named. */
export function askFollowable(
  { subgraph, observe }: Asked,
  variables: FollowedValue & { serialNumber?: string },
  scope: RequestScope,
) {
  const fetch = { text: FOLLOWABLE, variables: { ...variables }, isMutation: false };
  return guardedFetch(subgraph, fetch, scope, observe);
}
