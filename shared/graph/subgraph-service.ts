import type { ExecutionResult, GraphQLSchema } from "graphql";
import type { Caller } from "../caller.ts";
import type { SeenDevices } from "./seen-devices.ts";

/** What a subgraph knows of the client's request beside its caller. */
export interface RequestFacts {
  /** One id through all services, logs and errors. */
  requestId: string;
  /** When whoever asked gives up waiting: milliseconds since the epoch. */
  deadlineAt?: number;
  /** Is told the devices that are read or written. */
  seen?: SeenDevices;
}

/** A value by which devices are followed: of a grouping field, or of one that names a device. */
export interface FollowedValue {
  field: string;
  value: string;
}
/** A device that changed, and every value by which it is, or was until now, followed. */
export interface DeviceChange {
  serialNumber: string;
  values: readonly FollowedValue[];
}
/** What was committed between two looks. */
export interface ChangeBatch {
  /** Where to go on; to be given back as it is. */
  position: string;
  /** Whether something cannot be told: it was too much, or too long ago. */
  isMissed: boolean;
  changes: readonly DeviceChange[];
}
export interface ChangesOptions {
  /** The position of the last batch; without it the changes from now on. */
  after?: string;
  signal: AbortSignal;
}

/** A running subgraph, however it is reached. */
export interface SubgraphService {
  readonly name: string;
  readonly schema: GraphQLSchema;
  readonly sdl: string;
  /** What resolvers get; made afresh for each client request, so that its loaders are shared. */
  createContext(caller: Caller, request: RequestFacts): object;
  /**
   * A tenant's devices that change, in this process or another, where this subgraph writes devices.
   * Batches come all the time, most of them empty. Rejects where the database cannot be asked.
   */
  changes?(tenant: string, options: ChangesOptions): AsyncIterable<ChangeBatch>;
  /** Resolves where requests can be answered now; otherwise rejects with a DomainError. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** Asks another service of ours one document, in process or over HTTP. */
export type PeerExecutor = (
  caller: Caller,
  document: string,
  variables: Record<string, unknown>,
) => Promise<ExecutionResult>;
