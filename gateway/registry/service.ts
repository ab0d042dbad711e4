import type { SubgraphService } from "../../shared/graph/subgraph-service.ts";
import { Database, statement } from "../../shared/postgres/database.ts";
import type { DocumentCheck } from "../publishing/check-document.ts";
import { createContext, type WebhookParts } from "./context.ts";
import { DoorRegistry } from "./door/door-registry.ts";
import type { Registry } from "./registry.ts";
import { registrySubgraph } from "./subgraph.ts";

export interface RegistryConfig {
  /** A login that is, or may become, gateway_app and gateway_door. */
  databaseUrl: string;
  /** Is told each SQL statement that is sent. For counting in tests. */
  observe?: (sql: string) => void;
}

export interface RegistryParts {
  /** What is asked of every document before it is published. */
  check: DocumentCheck;
  /** What webhooks are made with; null where this gateway has no key to keep their secrets. */
  webhooks?: WebhookParts | null;
}

/** The registry: a subgraph for those who administer it, and answers for the way of a request. */
export interface RunningRegistry {
  service: SubgraphService;
  registry: Registry;
  close(): Promise<void>;
}

const PING = statement("ping", "SELECT 1");

/** Starts the registry on a migrated database, and does not wait for it. */
export async function startRegistry(
  { databaseUrl: url, observe }: RegistryConfig,
  { check, webhooks = null }: RegistryParts,
): Promise<RunningRegistry> {
  const subgraph = await registrySubgraph();
  const observed = observe ? { observe } : {};
  const app = new Database({ url, role: "gateway_app", ...observed });
  const door = new Database({ url, role: "gateway_door", poolSize: 2, ...observed });
  const registry = new DoorRegistry({ app, door });
  const parts = { database: app, check, webhooks, changed: () => registry.clear() };
  const close = async () => {
    await registry.close();
    await Promise.all([app.close(), door.close()]);
  };
  const service: SubgraphService = {
    name: "registry",
    ...subgraph,
    createContext: (caller, request) => createContext(parts, caller, request),
    ready: async () => {
      await door.tenant("*").rows(PING);
    },
    close,
  };
  return { service, registry, close };
}
