import { type DocumentNode, Kind, parse } from "graphql";
import type { LeanLane } from "../lean-lane.ts";
import { GATEWAY_LIMITS } from "../limits.ts";
import { NODE_SUBGRAPH } from "../node/node-text.ts";
import { RequestScope } from "../request-scope.ts";
import type { GatewaySubgraph } from "../subgraph.ts";

export interface ReadinessParts {
  subgraphs: readonly GatewaySubgraph[];
  lane: LeanLane;
  /** Rejects where the gateway's own database does not answer. */
  pingDatabase: () => Promise<unknown>;
  /** The gateway's own log; null where this process does not sequence it. */
  ledger: { ready(): Promise<void> } | null;
}

/** What a gateway needs to answer everything, and whether it has it. */
export interface Readiness {
  database: boolean;
  /** An operation was planned over the composed supergraph, and executed. */
  planner: boolean;
  /** What is recorded comes into the gateway's own log in time. */
  ledger: boolean;
  subgraphs: Record<string, boolean>;
}

/** A check of readiness. However many ask at once, it is made once. */
export function readinessCheck(parts: ReadinessParts): () => Promise<Readiness> {
  let running: Promise<Readiness> | null = null;
  return () => {
    running ??= check(parts).finally(() => {
      running = null;
    });
    return running;
  };
}

async function check(parts: ReadinessParts): Promise<Readiness> {
  const { subgraphs, lane, pingDatabase } = parts;
  const [database, planner, ledger, ...states] = await Promise.all([
    holds(pingDatabase),
    holds(() => planAndExecute(lane)),
    holds(async () => parts.ledger?.ready()),
    ...subgraphs.map((subgraph) => holds(() => subgraph.ready())),
  ]);
  const names = subgraphs.map(({ name }, index) => [name, states[index] ?? false] as const);
  return { database, planner, ledger, subgraphs: Object.fromEntries(names) };
}

async function holds(work: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), GATEWAY_LIMITS.readyMs);
  });
  const answered = work().then(
    () => true,
    () => false,
  );
  const is = await Promise.race([answered, late]);
  clearTimeout(timer);
  return is;
}

/** The gateway's own subgraph answers it, so that it asks nobody else. */
const TEXT = "query Ready { nodes(ids: []) { __typename } }";
const CALLER = { subject: `service:${NODE_SUBGRAPH}`, tenant: "ready", roles: [], client: null };

/** Plans are kept with their operation: one that is new each time is planned each time. */
async function planAndExecute(lane: LeanLane): Promise<void> {
  const { data, errors } = await lane.execute(
    operationOf(parse(TEXT)),
    {},
    new RequestScope(CALLER, "ready"),
  );
  if (errors?.length || !Array.isArray(data?.nodes)) throw new Error("the planner does not work");
}

function operationOf(document: DocumentNode): Parameters<LeanLane["execute"]>[0] {
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error("not an operation");
  return { document, operation };
}
