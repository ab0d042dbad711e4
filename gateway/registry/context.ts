import type { Caller } from "../../shared/caller.ts";
import type { RequestFacts } from "../../shared/graph/subgraph-service.ts";
import type { Database, Sql } from "../../shared/postgres/database.ts";
import type { DocumentCheck } from "../publishing/check-document.ts";
import { ClientStore } from "./client/client.store.ts";
import { ClientKeyStore } from "./client/client-key.store.ts";
import { DocumentStore } from "./document/document.store.ts";
import { PublicationStore } from "./document/publication.store.ts";

function stores(sql: Sql, tenant: string) {
  return {
    clients: new ClientStore(sql, tenant),
    keys: new ClientKeyStore(sql, tenant),
    documents: new DocumentStore(sql, tenant),
    publications: new PublicationStore(sql, tenant),
  };
}
export type Stores = ReturnType<typeof stores>;

/** What lives as long as the service does. */
export interface Parts {
  database: Database;
  check: DocumentCheck;
  /** Is told that something was changed that may be remembered elsewhere. */
  changed: () => void;
}

/** What a resolver may touch, made afresh for each client request. */
export function createContext(parts: Parts, caller: Caller, request: RequestFacts) {
  const { requestId } = request;
  const { tenant } = caller;
  const connections = parts.database.tenant(tenant, request);
  let reads = stores(connections, tenant);
  return {
    check: parts.check,
    caller,
    requestId,
    get clients() {
      return reads.clients;
    },
    get keys() {
      return reads.keys;
    },
    get documents() {
      return reads.documents;
    },
    /** Runs `work` in one transaction, on stores bound to it. What was read before is forgotten. */
    async write<T>(work: (tx: Stores) => Promise<T>): Promise<T> {
      try {
        return await connections.transaction((sql) => work(stores(sql, tenant)));
      } finally {
        reads = stores(connections, tenant);
        parts.changed();
      }
    },
  };
}
export type Context = ReturnType<typeof createContext>;
