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

/** A running subgraph, however it is reached. */
export interface SubgraphService {
  readonly name: string;
  readonly schema: GraphQLSchema;
  readonly sdl: string;
  /** What resolvers get; made afresh for each client request, so that its loaders are shared. */
  createContext(caller: Caller, request: RequestFacts): object;
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
