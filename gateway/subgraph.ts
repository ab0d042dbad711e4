import type { DocumentNode, ExecutionResult } from "graphql";
import { inProcessExecutor } from "../shared/graph/in-process-executor.ts";
import { remoteChanges } from "../shared/graph/remote-changes.ts";
import { remoteErasures } from "../shared/graph/remote-erasures.ts";
import { remoteEvents } from "../shared/graph/remote-events.ts";
import { type RemoteOptions, remoteExecutor } from "../shared/graph/remote-executor.ts";
import { remoteExport } from "../shared/graph/remote-exports.ts";
import { remoteLog } from "../shared/graph/remote-log.ts";
import type { SeenDevice } from "../shared/graph/seen-devices.ts";
import type { SubgraphService } from "../shared/graph/subgraph-service.ts";
import { type AskLog, askPublished } from "../shared/ledger-store/log-question.ts";
import { GATEWAY_LIMITS } from "./limits.ts";
import type { RequestScope } from "./request-scope.ts";

export type FetchResult = ExecutionResult;

/** One fetch of a plan. */
export interface Fetch {
  text: string;
  document?: DocumentNode;
  variables: Record<string, unknown>;
  isMutation: boolean;
}

/** A subgraph as the gateway reaches it, in this process or over HTTP. */
export interface GatewaySubgraph {
  readonly name: string;
  readonly sdl: string;
  /** Rejects where the subgraph cannot be asked. */
  execute(fetch: Fetch, scope: RequestScope): Promise<FetchResult>;
  /** What changes in a tenant, where this subgraph can say. */
  readonly changes?: NonNullable<SubgraphService["changes"]>;
  /** A page of what happened in a tenant, where this subgraph tells other systems of anything. */
  readonly events?: NonNullable<SubgraphService["events"]>;
  /** Whom this subgraph has erased, where it knows people. */
  readonly erasures?: NonNullable<SubgraphService["erasures"]>;
  /** Begins an export of this subgraph's rows, where it has any to export. */
  readonly export?: NonNullable<SubgraphService["export"]>;
  /** Reads its log, where it has one. */
  readonly readLog?: AskLog;
  /** Rejects where it cannot answer now. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** A subgraph in this process. Whoever started the service closes it. */
export function localSubgraph(service: SubgraphService): GatewaySubgraph {
  const execute = inProcessExecutor(service);
  return {
    name: service.name,
    sdl: service.sdl,
    async execute({ isMutation, ...fetch }, scope) {
      if (!isMutation) return execute({ ...fetch, context: scope.contextOf(service) });
      // Loaders must not remember, on either side of a change, what was true on the other.
      scope.forgetContexts();
      const result = await execute({ ...fetch, context: scope.contextOf(service) });
      scope.forgetContexts();
      return result;
    },
    ...(service.changes && { changes: service.changes.bind(service) }),
    ...(service.events && { events: service.events.bind(service) }),
    ...(service.erasures && { erasures: service.erasures.bind(service) }),
    ...(service.export && { export: service.export.bind(service) }),
    ...(service.log && { readLog: askPublished(service.log) }),
    ready: () => service.ready(),
    close: async () => undefined,
  };
}

/** A subgraph in another process, which checks our signature on every request. */
export function remoteSubgraph(sdl: string, options: RemoteOptions): GatewaySubgraph {
  const execute = remoteExecutor(options);
  const events = remoteEvents(options);
  const erasures = knowsPeople(options) ? remoteErasures(options) : null;
  const readLog = remoteLog(options);
  return {
    name: options.subgraph,
    sdl,
    async execute({ text, variables, isMutation }, { caller, requestId, deadlineAt, seen }) {
      const vouched = { caller, requestId, deadlineAt };
      const deadlineMs = fetchMs(isMutation, deadlineAt);
      const { extensions, ...result } = await execute({ text, variables, vouched, deadlineMs });
      for (const device of readSeen(extensions)) seen.add(device);
      return result;
    },
    changes: (tenant, asked) => remoteChanges(options, tenant, asked),
    events,
    ...(erasures && { erasures }),
    readLog,
    export: (caller, question, facts) => remoteExport(options, caller, question, facts),
    async ready() {
      if (!(await execute.isReady())) throw new Error(`${options.subgraph} is not ready`);
    },
    async close() {
      await Promise.all([execute.close(), events.close(), erasures?.close(), readLog.close()]);
    },
  };
}

/** Who owns what is known to one of them. */
function knowsPeople({ subgraph }: RemoteOptions): boolean {
  return subgraph === "ownership";
}

function readSeen(extensions: ExecutionResult["extensions"]): SeenDevice[] {
  const { seen } = extensions ?? {};
  if (!Array.isArray(seen)) return [];
  return seen.filter((device): device is SeenDevice => Array.isArray(device));
}

/** How long a fetch that begins now may take: less than usual where its request has less left. */
export function fetchMs(isMutation: boolean, deadlineAt: number): number {
  const usualMs = isMutation ? GATEWAY_LIMITS.mutationFetchMs : GATEWAY_LIMITS.queryFetchMs;
  return Math.max(0, Math.min(usualMs, deadlineAt - Date.now()));
}
