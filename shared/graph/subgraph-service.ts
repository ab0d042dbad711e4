import type { Readable } from "node:stream";
import type { ExecutionResult, GraphQLSchema } from "graphql";
import type { Caller } from "../caller.ts";
import type { EventPage, EventsQuestion } from "../events/event.ts";
import type { ExportColumn } from "../export/export-column.ts";
import type { ExportFormat } from "../export/export-format.ts";
import type { PublishedLog } from "../ledger-store/ledger.ts";
import type { ErasureKey, ErasureOrder } from "./erasure-orders.ts";
import type { SeenDevices } from "./seen-devices.ts";

/** What a subgraph knows of the client's request beside its caller. */
export interface RequestFacts {
  /** One id through all services, logs and errors. */
  requestId: string;
  /** When whoever asked gives up waiting: milliseconds since the epoch. */
  deadlineAt?: number;
  /** Whether whoever asked has gone away, and will not read an answer. */
  isGone?: () => boolean;
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

/** What is to be exported, and how. */
export interface ExportQuestion {
  /** The kind of rows, like `devices`. */
  what: string;
  /** null: the usual ones that the caller may have. */
  columns: readonly string[] | null;
  format: ExportFormat;
  /** Which rows: the arguments of this kind, as the client gave them. */
  selection: Readonly<Record<string, unknown>>;
  /** Texts that look like formulas stay as they are, also in CSV. */
  keepsFormulas: boolean;
}
/** How an export ended: what its reader can check it by. */
export interface ExportEnd {
  rows: number;
  bytes: number;
  /** Of all its bytes, in hex. */
  sha256: string;
}
/** An export that has begun: all its rows are as of one moment. */
export interface ExportBody {
  contentType: string;
  columns: readonly ExportColumn[];
  expectedRows: number;
  moment: string;
  /** Whether its bytes may be kept to be read again: not those of people, nor of what is shared. */
  isKept: boolean;
  /** Fails where the rows do not come to their end. Whoever does not read it destroys it. */
  body: Readable;
  /** Rejects where the body fails. */
  end: Promise<ExportEnd>;
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
  /**
   * A page of what happened in the caller's tenant, for other systems. Rejects with a DomainError
   * where the position is none, or too old, or the caller may not.
   */
  events?(caller: Caller, question: EventsQuestion): Promise<EventPage>;
  /** Begins an export of this subgraph's rows. Rejects with a DomainError where it is refused. */
  export?(caller: Caller, question: ExportQuestion, request: RequestFacts): Promise<ExportBody>;
  /**
   * Notes that some erasures are complete, and answers those of all tenants that are not: whom other
   * services have yet to forget.
   */
  erasures?(forgotten: readonly ErasureKey[]): Promise<ErasureOrder[]>;
  /** Its log, as anybody may read it, where this process keeps it. */
  readonly log?: PublishedLog;
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
