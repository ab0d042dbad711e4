import type { Caller } from "../../shared/caller.ts";
import type { RequestFacts } from "../../shared/graph/subgraph-service.ts";
import type { Database } from "../../shared/postgres/database.ts";
import { AccessLogStore } from "./access-log.store.ts";

/** What a resolver may touch, made afresh for each client request. */
export function createContext(database: Database, caller: Caller, request: RequestFacts) {
  const { requestId, seen } = request;
  const sql = database.tenant(caller.tenant, request);
  return {
    caller,
    requestId,
    ...(seen && { seen }),
    lines: new AccessLogStore(sql, caller.tenant),
  };
}
export type Context = ReturnType<typeof createContext>;
