import type { Caller } from "../../shared/caller.ts";
import type { RequestFacts } from "../../shared/graph/subgraph-service.ts";
import type { Database, Sql } from "../../shared/postgres/database.ts";
import type { DocumentCheck } from "../publishing/check-document.ts";
import type { WebhookSender } from "../webhooks/deliver.ts";
import type { SecretCipher } from "../webhooks/secret-cipher.ts";
import { ClientStore } from "./client/client.store.ts";
import { ClientKeyStore } from "./client/client-key.store.ts";
import { DocumentStore } from "./document/document.store.ts";
import { PublicationStore } from "./document/publication.store.ts";
import { WebhookStore } from "./webhook/webhook.store.ts";
import { WebhookDeliveryStore } from "./webhook/webhook-delivery.store.ts";
import { WebhookSecretStore } from "./webhook/webhook-secret.store.ts";

function stores(sql: Sql, tenant: string) {
  return {
    clients: new ClientStore(sql, tenant),
    keys: new ClientKeyStore(sql, tenant),
    documents: new DocumentStore(sql, tenant),
    publications: new PublicationStore(sql, tenant),
    webhooks: new WebhookStore(sql, tenant),
    webhookSecrets: new WebhookSecretStore(sql, tenant),
    webhookDeliveries: new WebhookDeliveryStore(sql, tenant),
  };
}
export type Stores = ReturnType<typeof stores>;

/** What webhooks are made and tried with. */
export interface WebhookParts {
  cipher: SecretCipher;
  sender: WebhookSender;
  /** The position that somebody names: a position, a time, `oldest` or `now`. */
  positionAt(tenant: string, from: string): Promise<string>;
}

/** What lives as long as the service does. */
export interface Parts {
  database: Database;
  check: DocumentCheck;
  /** null where this gateway has no key to keep their secrets. */
  webhooks: WebhookParts | null;
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
    webhookParts: parts.webhooks,
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
    get webhooks() {
      return reads.webhooks;
    },
    get webhookSecrets() {
      return reads.webhookSecrets;
    },
    get webhookDeliveries() {
      return reads.webhookDeliveries;
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
