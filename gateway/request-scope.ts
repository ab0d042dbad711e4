import type { OperationDefinitionNode } from "graphql";
import type { Caller } from "../shared/caller.ts";
import { SeenDevices } from "../shared/graph/seen-devices.ts";
import type { SubgraphService } from "../shared/graph/subgraph-service.ts";
import type { OperationType } from "./access-log/access-line.ts";
import { GATEWAY_LIMITS } from "./limits.ts";

/** What one request of a client shares among its fetches. It ends with the request. */
export class RequestScope {
  /** Codes of the errors that the answer has, for the log. */
  readonly outcomes = new Set<string>();
  operationName: string | null = null;
  operationType: OperationType | null = null;
  /** The document's text, as it came or as it was published. */
  text: string | null = null;
  /** The published document that is run; null where a text came. */
  documentId: string | null = null;
  /** Whether the request was right in itself, so that its operation was executed. */
  isExecuted = false;
  /** Whether refusals may quote the schema: to developers, in development only. */
  tellsSchema = false;
  /** Subgraphs that failed in this request; they are not asked again, so that it ends in time. */
  readonly unavailable = new Set<string>();
  /** Devices that were read or written, for the access log. */
  readonly seen = new SeenDevices();
  /** Until then a fetch may answer; nothing is begun afterwards. */
  readonly deadlineAt = Date.now() + GATEWAY_LIMITS.requestMs;
  /** Is called before anything is executed, with the nodes of the largest answer. May refuse. */
  begin: (nodes: number) => Promise<void> = async () => undefined;
  /** Whether the client has closed its connection: what was not begun need not be. */
  isGone: () => boolean = () => false;
  /** The variables of an operation that was checked, as its types have them: coercing is not free. */
  coerced: { operation: OperationDefinitionNode; variables: Record<string, unknown> } | null = null;
  private readonly contexts = new Map<string, object>();

  constructor(
    readonly caller: Caller,
    readonly requestId: string,
  ) {}

  /** The subgraph's context, with the loaders that all fetches of this request share. */
  contextOf(service: SubgraphService): object {
    let context = this.contexts.get(service.name);
    if (!context) {
      const { requestId, deadlineAt, seen, isGone } = this;
      context = service.createContext(this.caller, { requestId, deadlineAt, seen, isGone });
      this.contexts.set(service.name, context);
    }
    return context;
  }

  /** Forgets what was read, because something was written. */
  forgetContexts(): void {
    this.contexts.clear();
  }
}
