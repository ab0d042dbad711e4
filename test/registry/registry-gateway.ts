import { openRegistry } from "../../gateway/open-registry.ts";
import type { Registry } from "../../gateway/registry/registry.ts";
import type { Role } from "../../shared/caller.ts";
import type { SubgraphService } from "../../shared/graph/subgraph-service.ts";
import {
  type Answer,
  type TestGateway,
  type TestGatewayOptions,
  testGateway,
} from "../support/gateway.ts";
import { type RealPair, realPair } from "../support/real-pair.ts";

/** The whole graph, with a registry in which these tests keep clients. */
export interface RegistryGateway {
  gateway: TestGateway;
  /** Asks as an administrator, or in this role, of tenant `demo` or another one. */
  ask(text: string, variables?: Record<string, unknown>, who?: Asker): Promise<Answer>;
  /** The data of an answer without errors. */
  data(text: string, variables?: Record<string, unknown>, who?: Asker): Promise<Data>;
  /** The code of the one refusal. */
  refusal(text: string, variables?: Record<string, unknown>, who?: Asker): Promise<string>;
  addApp(name: string, roles?: readonly Role[]): Promise<void>;
  addPartner(name: string): Promise<void>;
  /** An app of its own, of engineering. */
  newApp(): Promise<string>;
  /** A partner of its own, with its first key. */
  partnerWithKey(): Promise<{ client: string; text: string; keyId: string }>;
  keysOf(client: string): Promise<Data>;
  /** Publishes as version 1, unless told otherwise. */
  publish(client: string, documents: object[], more?: object): Promise<Data>;
  documentsOf(client: string, more?: object): Promise<Data>;
  /** What another gateway on the same database knows; it remembers nothing yet. */
  elsewhere(observe?: (sql: string) => void): Promise<Registry>;
  /** Closes the gateways elsewhere. */
  closeElsewhere(): Promise<void>;
  close(): Promise<void>;
}
interface Asker {
  role?: Role;
  tenant?: string;
}
// biome-ignore lint/suspicious/noExplicitAny: the shape is the document's
type Data = any;

export const ADD_CLIENT = "mutation ($input: ClientInput!) { addClient(input: $input) { name } }";
export const ADD_KEY = `mutation ($client: String!, $expiresAt: DateTime) {
  addClientKey(client: $client, expiresAt: $expiresAt) {
    text key { keyId last4 createdBy expiresAt revokedAt lastUsedAt } client { name }
  }
}`;
export const ROTATE = `mutation ($client: String!, $overlapHours: Int) {
  rotateClientKey(client: $client, overlapHours: $overlapHours) { text key { keyId } }
}`;
export const REVOKE = `mutation ($keyId: ID!) {
  revokeClientKey(keyId: $keyId, reason: "it leaked") { keyId revokedAt }
}`;
export const KEYS = `query ($name: String!) {
  client(name: $name) { keys { id keyId last4 createdAt createdBy expiresAt revokedAt lastUsedAt } }
}`;
export const PUBLISH = `mutation (
  $client: String!, $version: String!, $documents: [DocumentInput!]!, $dryRun: Boolean
) {
  publishDocuments(client: $client, version: $version, documents: $documents, dryRun: $dryRun) {
    version isPublished published unchanged refused client { name }
    verdicts {
      id operationName outcome nodes values fetches
      problems { code message field line column }
    }
  }
}`;
export const RETIRE = `mutation ($client: String!, $version: String, $ids: [ID!]) {
  retireDocuments(client: $client, version: $version, ids: $ids, reason: "no longer used") { retired }
}`;
export const DOCUMENTS = `query ($name: String!, $version: String, $first: Int, $after: String) {
  client(name: $name) { documents(version: $version, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes {
      id documentId text operationName operationType variableLimits nodes values fetches versions
      isLive publishedAt publishedBy retiredAt client { name }
    }
  } }
}`;

/** `around` may stand between the gateway and each of the other subgraphs. */
export async function registryGateway(
  around: (service: SubgraphService) => SubgraphService = (service) => service,
  options: Pick<TestGatewayOptions, "liveLimits"> = {},
): Promise<RegistryGateway> {
  const pair: RealPair = await realPair();
  const services = [pair.manufacturing, pair.ownership].map(around);
  const gateway = await testGateway({ services, ...options });
  const ask: RegistryGateway["ask"] = async (query, variables = {}, who = {}) => {
    const { role = "admin", tenant = "demo" } = who;
    const token = await gateway.token({ subject: `the-${role}`, roles: [role], tenants: [tenant] });
    return gateway.send({ query, variables }, { authorization: `Bearer ${token}` });
  };
  const data: RegistryGateway["data"] = async (...question) => {
    const answer = await ask(...question);
    if (answer.errors[0] || !answer.data) throw new Error(answer.text);
    return answer.data;
  };
  const add = (input: object) => data(ADD_CLIENT, { input });
  let names = 0;
  const others: { close(): Promise<void> }[] = [];
  const closeElsewhere = async () => {
    await Promise.all(others.splice(0).map((other) => other.close()));
  };
  return {
    gateway,
    ask,
    data,
    async refusal(...question) {
      const { errors, text } = await ask(...question);
      if (errors.length !== 1) throw new Error(text);
      return String(errors[0]?.extensions.code);
    },
    addApp: (name, roles = ["engineering"]) => add({ name, kind: "APP", roles }),
    addPartner: (name) => add({ name, kind: "PARTNER" }),
    async newApp() {
      const name = `app-${++names}`;
      await add({ name, kind: "APP", roles: ["engineering"] });
      return name;
    },
    async partnerWithKey() {
      const client = `partner-${++names}`;
      await add({ name: client, kind: "PARTNER" });
      const { text, key } = (await data(ADD_KEY, { client })).addClientKey;
      return { client, text, keyId: key.keyId };
    },
    keysOf: async (name) => (await data(KEYS, { name })).client.keys,
    async publish(client, documents, more = {}) {
      const variables = { client, version: "1", documents, ...more };
      return (await data(PUBLISH, variables)).publishDocuments;
    },
    async documentsOf(name, more = {}) {
      return (await data(DOCUMENTS, { name, ...more })).client.documents;
    },
    async elsewhere(observe) {
      const databaseUrl = gateway.database.appUrl;
      const other = await openRegistry({ databaseUrl, ...(observe && { observe }) });
      others.push(other);
      return other.registry;
    },
    closeElsewhere,
    async close() {
      await closeElsewhere();
      await gateway.close();
      await pair.close();
    },
  };
}
