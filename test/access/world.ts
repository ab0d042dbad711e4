import { openGraph } from "../../gateway/open-graph.ts";
import { registrySubgraph } from "../../gateway/registry/subgraph.ts";
import { RequestScope } from "../../gateway/request-scope.ts";
import type { GatewayOptions } from "../../gateway/server.ts";
import { localSubgraph } from "../../gateway/subgraph.ts";
import type { Caller, CallerRole } from "../../shared/caller.ts";
import { globalId } from "../../shared/global-id.ts";
import {
  type InProcessExecutor,
  inProcessExecutor,
} from "../../shared/graph/in-process-executor.ts";
import type { SubgraphService } from "../../shared/graph/subgraph-service.ts";
import { setLogWriter } from "../../shared/log.ts";
import { allEntered } from "../proof/all-entered.ts";
import { type FreshDatabase, freshDatabase } from "../support/postgres.ts";
import { type RealPair, realPair } from "../support/real-pair.ts";
import { newSigner } from "../witness/small-log.ts";
import type { Whose } from "./expected.ts";
import { fillTenant } from "./fill-tenant.ts";

/** Where a document is asked: of the whole graph, or of one subgraph behind it. */
export type Place = "gateway" | "manufacturing" | "ownership";

export type Values = Record<string, unknown>;
export interface Asked {
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what the document asks for
  data?: any;
  errors?: readonly {
    message: string;
    path?: readonly (string | number)[];
    extensions?: Record<string, unknown>;
  }[];
}

/** The graph, asked at any place as anybody. */
export interface System {
  manufacturing: SubgraphService;
  ownership: SubgraphService;
  /** The gateway's own subgraph, which nobody reaches but through the gateway. */
  registry: Pick<SubgraphService, "schema">;
  /** The gateway's own database. */
  database: FreshDatabase;
  ask(place: Place, caller: Caller, query: string, variables?: Values): Promise<Asked>;
  close(): Promise<void>;
}

/** The variables that name one row, whichever way it is asked for. */
export type Names = Record<
  | "connhexId"
  | "serialNumber"
  | "lot"
  | "deviceId"
  | "revisionId"
  | "identityId"
  | "ownerId"
  | "ownershipId"
  | "fieldName"
  | "shareId"
  | "recallId"
  | "componentId"
  | "supplierLot"
  | "installationId"
  | "clientName"
  | "clientId"
  | "keyId"
  | "documentId"
  | "webhookName"
  | "webhookId"
  | "signingKeyId",
  string
>;

export interface World {
  pair: RealPair;
  system: System;
  names: Record<Whose, Names>;
  close(): Promise<void>;
}

/** The tenant of all callers of the matrix; the same people own devices in the other one too. */
export const TENANT = "acme";
export const OTHER_TENANT = "globex";
/** The subject of every caller of the matrix, in whatever role; he owns devices in both tenants. */
export const CALLER = "ada";

/** Somebody of the matrix, in these roles. */
export function callerWith(roles: readonly CallerRole[], more: Partial<Caller> = {}): Caller {
  return { subject: CALLER, tenant: TENANT, roles, client: "test", ...more };
}

/** Two tenants with two owners each, on real databases behind a real gateway. */
export async function openWorld(): Promise<World> {
  setLogWriter(() => undefined);
  const origin = "matrix.example/manufacturing";
  const keys = { origin, signers: [newSigner(origin)] };
  const pair = await realPair({}, { ledger: { keys } });
  const system = await systemOf(pair);
  const close = async () => {
    await system.close();
    await pair.close();
  };
  try {
    await countFromElsewhere(pair);
    const foreign = await fillTenant(system, OTHER_TENANT);
    const own = await fillTenant(system, TENANT);
    await allEntered(pair.databases.manufacturing);
    const names = { MINE: own.mine, OTHERS: own.others, FOREIGN: foreign.mine, NOTHING };
    return { pair, system, names, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Each tenant counts its owners from one; here the other one's ids must not be ids of ours too. */
async function countFromElsewhere({ databases }: RealPair): Promise<void> {
  const text =
    "INSERT INTO id_block (tenant, name, next_id) VALUES ($1, 'owner', $2), ($1, 'ownership', $2)";
  await databases.ownership.admin(text, [OTHER_TENANT, 700_001]);
}

/** Well-formed names of nothing. */
const NOTHING: Names = {
  connhexId: "hex-nothing",
  serialNumber: "SN-nothing",
  lot: "L-nothing",
  deviceId: globalId("Device", 987_654_321),
  revisionId: globalId("DeviceRevision", "987654321.3"),
  identityId: globalId("CloudIdentity", "hex-nothing"),
  ownerId: globalId("Owner", 987_654_321),
  ownershipId: globalId("Ownership", 987_654_321),
  fieldName: "nothingField",
  shareId: globalId("Share", 987_654_321),
  recallId: globalId("Recall", 987_654_321),
  componentId: globalId("Component", 987_654_321),
  supplierLot: "LOT-nothing",
  installationId: globalId("ComponentInstallation", 987_654_321),
  clientName: "client-nothing",
  clientId: globalId("Client", "client-nothing"),
  keyId: "00000000000000ff",
  documentId: globalId("Document", "client-nothing/lot"),
  webhookName: "webhook-nothing",
  webhookId: globalId("Webhook", "webhook-nothing"),
  signingKeyId: "A".repeat(43),
};

/** What a gateway is built over. */
export type Services = Pick<System, "manufacturing" | "ownership"> &
  Pick<GatewayOptions, "changeRegistry">;

/** A gateway over these services; whoever started them, or made the database, closes them. */
export async function systemOf(services: Services, filled?: FreshDatabase): Promise<System> {
  const { manufacturing, ownership, ...options } = services;
  const database = filled ?? (await freshDatabase("gateway"));
  const graph = await openGraph([manufacturing, ownership].map(localSubgraph), {
    databaseUrl: database.appUrl,
    webhooks: { encryptionKey: Buffer.alloc(32, 7), allowedAddresses: ["127.0.0.0/8"] },
    // Nobody is told anything here but by who tries it.
    webhookPace: { tenantsEveryMs: 3_600_000 },
    ...options,
  });
  const direct: Record<Exclude<Place, "gateway">, InProcessExecutor> = {
    manufacturing: inProcessExecutor(manufacturing),
    ownership: inProcessExecutor(ownership),
  };
  let requests = 0;
  return {
    manufacturing,
    ownership,
    registry: await registrySubgraph(),
    database,
    async ask(place, caller, query, variables = {}) {
      const requestId = `access-${++requests}`;
      if (place === "gateway") {
        // Tokens have no part here, nor has which documents somebody may send.
        const scope = new RequestScope(caller, requestId);
        const context = { scope, parameters: { query, variables } };
        const init = { method: "POST", headers: { accept: "application/json" } };
        const answer = await graph.runtime.fetch("http://gateway/graphql", init, context);
        return (await answer.json()) as Asked;
      }
      const request = { requestId };
      const context = services[place].createContext(caller, request);
      const answer = await direct[place]({ text: query, variables, context });
      // As it would leave the subgraph: without prototypes and without what is undefined.
      return JSON.parse(JSON.stringify(answer)) as Asked;
    },
    async close() {
      await graph.close();
      if (!filled) await database.drop();
    },
  };
}
