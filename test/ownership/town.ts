import { randomBytes } from "node:crypto";
import { graphql } from "graphql";
import type { Caller, CallerRole } from "../../shared/caller.ts";
import { inProcessPeer } from "../../shared/graph/in-process-executor.ts";
import type { PeerExecutor, SubgraphService } from "../../shared/graph/subgraph-service.ts";
import type { OwnershipConfig } from "../../subgraphs/ownership/config.ts";
import { startOwnership } from "../../subgraphs/ownership/service.ts";
import { type Answer, callerOf, openFactory, type Variables } from "../manufacturing/factory.ts";
import { type FreshDatabase, freshDatabase } from "../support/postgres.ts";

/** Both services, each on a database of its own, that ask each other in process. */
export interface Town {
  database: FreshDatabase;
  factory: Awaited<ReturnType<typeof openFactory>>;
  config: OwnershipConfig;
  /** What Ownership asks instead of Manufacturing; null: Manufacturing itself. */
  detour: PeerExecutor | null;
  manufacturing: PeerExecutor;
  service(): SubgraphService;
  /** Stops Ownership and starts it again on the same database, as after a crash. */
  restart(): Promise<void>;
  ask(caller: CallerRole | Caller, document: string, variables?: Variables): Promise<Answer>;
  /** As `ask`, and throws where anything is refused. */
  get(
    caller: CallerRole | Caller,
    document: string,
    variables?: Variables,
  ): Promise<Answer["data"]>;
  /** Records devices and provisions them; answers the verdicts. */
  provision(...rows: ProvisionRow[]): Promise<Variables[]>;
  close(): Promise<void>;
}

export interface ProvisionRow {
  serialNumber: string;
  connhexId?: string;
  initKey?: string;
  isProtected?: boolean;
  name?: string;
}

/** Manufacturing as it is when it cannot be asked. */
export const AWAY: PeerExecutor = async () => {
  throw new Error("connection refused");
};

export const PROVISION = `mutation Provision($input: [ProvisionInput!]!, $key: String) {
  provisionDevices(input: $input, idempotencyKey: $key) {
    verdicts { index serialNumber connhexId outcome code message field initKey claimCode }
    provisioned pending unchanged refused
  }
}`;
export const REGISTER = `mutation Register($input: RegisterOwnershipInput!) {
  registerOwnership(input: $input) { id from to endedBy owner { id displayName } }
}`;
export const TRANSFER = `mutation Transfer($input: TransferOwnershipInput!) {
  transferOwnership(input: $input) { id from to owner { id } device { connhexId } }
}`;
export const OFFER = `mutation Offer($connhexId: ID!) {
  offerOwnershipTransfer(connhexId: $connhexId) { code expiresAt }
}`;
export const RELEASE = `mutation Release($connhexId: ID!, $reason: String!) {
  releaseOwnership(connhexId: $connhexId, reason: $reason) { id from to endedBy }
}`;
export const STATE = `mutation State($connhexId: ID!, $state: CloudIdentityState!, $reason: String!) {
  changeIdentityState(connhexId: $connhexId, state: $state, reason: $reason) { state }
}`;
export const REPLACE_CLAIM_CODE = `mutation Replace($connhexId: ID!, $reason: String!) {
  replaceClaimCode(connhexId: $connhexId, reason: $reason) { connhexId claimCode }
}`;
export const CHANGE_CONTACT = `mutation Change($ownerId: ID, $input: OwnerContactInput!) {
  changeOwnerContact(ownerId: $ownerId, input: $input) {
    id displayName contact { email phone address }
  }
}`;
export const LOOK = `query Look($r: [_Any!]!) {
  _entities(representations: $r) { ... on Device {
    connhexId identity { id state serialNumber } owner { id kind country displayName }
    ownerships { id from to endedBy owner { displayName } }
  } }
}`;

/** Device references as the gateway sends them. */
export function devices(...connhexIds: (string | null)[]): Variables {
  return { r: connhexIds.map((connhexId) => ({ __typename: "Device", connhexId })) };
}

/** An owner who signs in. */
export function person(name: string): Caller {
  return callerOf("owner", { subject: `person-${name}` });
}

export function ownerInput(displayName: string): Variables {
  const email = `${displayName.toLowerCase().replace(/[^a-z]/g, ".")}@example.com`;
  return { kind: "PERSON", displayName, country: "IT", email, phone: "+39 055 123456" };
}

export async function openTown(): Promise<Town> {
  const database = await freshDatabase("ownership");
  const config: OwnershipConfig = {
    databaseUrl: database.appUrl,
    encryptionKey: randomBytes(32),
    secretPepper: randomBytes(32),
    observe: database.observe,
  };
  let running: SubgraphService | null = null;
  const service = (): SubgraphService => {
    if (!running) throw new Error("Ownership is not running");
    return running;
  };
  const factory = await openFactory(inProcessPeer(service));
  const manufacturing = inProcessPeer(() => factory.service);
  const peers = {
    manufacturing: (...question: Parameters<PeerExecutor>) =>
      (town.detour ?? manufacturing)(...question),
  };
  let requests = 0;
  const town: Town = {
    database,
    factory,
    config,
    manufacturing,
    detour: null,
    service,
    restart: async () => {
      await running?.close();
      running = await startOwnership(config, peers);
    },
    ask: async (who, source, variableValues = {}) => {
      const caller = typeof who === "string" ? callerOf(who) : who;
      const contextValue = service().createContext(caller, { requestId: `r-${++requests}` });
      const { schema } = service();
      const { data, errors = [] } = await graphql({ schema, source, variableValues, contextValue });
      return { data, errors, codes: errors.map(({ extensions }) => extensions.code) };
    },
    get: async (who, document, variables) => {
      const { data, errors } = await town.ask(who, document, variables);
      if (errors[0]) throw errors[0];
      return data;
    },
    provision: async (...input) => {
      await factory.record(...input.map(({ serialNumber }) => ({ serialNumber })));
      const { provisionDevices } = await town.get("line", PROVISION, { input });
      return provisionDevices.verdicts;
    },
    close: async () => {
      await running?.close();
      await factory.close();
      await database.drop();
    },
  };
  await town.restart();
  return town;
}

/** Steps that tests of ownership share. */
export function stepsIn(town: Town) {
  return {
    /** Records and provisions a device for one test alone; answers its claim code. */
    async device(connhexId: string, more: { isProtected?: boolean } = {}): Promise<string> {
      const serialNumber = `SN ${connhexId}`;
      const [verdict] = await town.provision({ serialNumber, connhexId, ...more });
      if (verdict?.outcome !== "PROVISIONED") throw new Error(`${serialNumber}: ${verdict?.code}`);
      return String(verdict.claimCode);
    },
    register: (who: Parameters<Town["ask"]>[0], input: object) =>
      town.ask(who, REGISTER, { input }),
    async look(connhexId: string) {
      const { _entities } = await town.get("recall_manager", LOOK, devices(connhexId));
      return _entities[0];
    },
  };
}
