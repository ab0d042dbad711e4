import { type GraphQLError, graphql } from "graphql";
import type { Caller, CallerRole } from "../../shared/caller.ts";
import type {
  PeerExecutor,
  RequestFacts,
  SubgraphService,
} from "../../shared/graph/subgraph-service.ts";
import type { ManufacturingConfig } from "../../subgraphs/manufacturing/config.ts";
import { startManufacturing } from "../../subgraphs/manufacturing/service.ts";
import { type FreshDatabase, freshDatabase } from "../support/postgres.ts";

/** An answer as tests look into it. */
export interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what the document of the test asks for
  data: any;
  errors: readonly GraphQLError[];
  codes: unknown[];
}

export type Variables = Record<string, unknown>;

export function callerOf(role: CallerRole, more: Partial<Caller> = {}): Caller {
  return { subject: `${role}-1`, tenant: "acme", roles: [role], client: "test", ...more };
}

/** A running manufacturing service on a database of its own. */
export interface Factory {
  database: FreshDatabase;
  service: SubgraphService;
  /** Asks as a role, or as a caller. */
  ask(
    caller: CallerRole | Caller,
    document: string,
    variables?: Variables,
    request?: Omit<RequestFacts, "requestId">,
  ): Promise<Answer>;
  /** Records rows as a line; throws where one is refused. */
  record(...rows: Variables[]): Promise<void>;
  /** Corrects as engineering; throws where it is refused. */
  correct(serialNumber: string, expectedRevision: number, changes: Variables): Promise<void>;
  /** Defines a field as engineering; throws where it is refused. */
  define(input: Variables): Promise<void>;
  close(): Promise<void>;
}

/** Ownership as it is when it cannot be asked. */
export const NOBODY_THERE: PeerExecutor = async () => {
  throw new Error("connection refused");
};

export const RECORD = `mutation Record($input: [DeviceRecordInput!]!, $key: String) {
  recordDevices(input: $input, idempotencyKey: $key) {
    verdicts { index serialNumber outcome revision code message field }
    recorded revised unchanged refused
  }
}`;

export const CORRECT = `mutation Correct(
  $serialNumber: String!, $changes: DeviceChanges!, $reason: String!, $expectedRevision: Int!
) {
  correctDevice(serialNumber: $serialNumber, changes: $changes, reason: $reason,
    expectedRevision: $expectedRevision) { id serialNumber revision lotCode phase attributes }
}`;

export const DEFINE = `mutation Define($input: FieldDefinitionInput!) {
  defineField(input: $input) {
    name type isRequired isGroupable pattern values label description createdAt retiredAt
  }
}`;

export async function openFactory(
  ownership: PeerExecutor = NOBODY_THERE,
  settings: Pick<ManufacturingConfig, "coalesces"> = {},
): Promise<Factory> {
  const database = await freshDatabase("manufacturing");
  const { appUrl: databaseUrl, observe } = database;
  const service = await startManufacturing({ databaseUrl, observe, ...settings }, { ownership });
  let requests = 0;
  const ask: Factory["ask"] = async (who, source, variableValues = {}, request = {}) => {
    const caller = typeof who === "string" ? callerOf(who) : who;
    const requestId = `r-${++requests}`;
    const contextValue = service.createContext(caller, { requestId, ...request });
    const { schema } = service;
    const { data, errors = [] } = await graphql({ schema, source, variableValues, contextValue });
    return { data, errors, codes: errors.map(({ extensions }) => extensions.code) };
  };
  const mustAsk = async (who: CallerRole, document: string, variables: Variables) => {
    const { data, errors } = await ask(who, document, variables);
    if (errors[0]) throw errors[0];
    return data;
  };
  return {
    database,
    service,
    ask,
    record: async (...input) => {
      const { recordDevices } = await mustAsk("line", RECORD, { input });
      if (recordDevices.refused > 0) throw new Error(JSON.stringify(recordDevices.verdicts));
    },
    correct: async (serialNumber, expectedRevision, changes) => {
      const reason = "found wrong at inspection";
      await mustAsk("engineering", CORRECT, { serialNumber, expectedRevision, changes, reason });
    },
    define: async (input) => {
      await mustAsk("engineering", DEFINE, { input });
    },
    close: async () => {
      await service.close();
      await database.drop();
    },
  };
}
