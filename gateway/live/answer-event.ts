import { randomUUID } from "node:crypto";
import type { ExecutionResult } from "graphql";
import { log } from "../../shared/log.ts";
import { accessLineOf } from "../access-log/access-line.ts";
import type { AccessLog } from "../access-log/access-log.ts";
import { withPublicErrors } from "../answer-errors.ts";
import type { ObserveFetch } from "../guarded-fetch.ts";
import type { LeanLane } from "../lean-lane.ts";
import { RequestScope } from "../request-scope.ts";
import type { GatewaySubgraph } from "../subgraph.ts";
import type { Told } from "./live-subscription.ts";
import { askFollowable } from "./may-follow.ts";
import type { AskedSubscription } from "./read-subscription.ts";

/** Answers the event of one device. */
export type AnswerEvent = (serialNumber: string) => Promise<Told>;

export interface EventParts {
  asked: AskedSubscription;
  /** That of the request that subscribed. */
  scope: RequestScope;
  subgraph: GatewaySubgraph;
  observe?: ObserveFetch | undefined;
  lane: LeanLane;
  accessLog: Pick<AccessLog, "record">;
}

/**
 * Each event is a request of the same caller for the device, on the way that all queries take: so
 * whatever keeps a query from somebody keeps an event from him, at the moment of the event.
 */
export function eventAnswers(parts: EventParts): AnswerEvent {
  const { asked, scope: opened, lane } = parts;
  const { caller, documentId } = opened;
  const { query, prepared, follows } = asked;
  // What is shared with a partner may not be the field by which it follows the device.
  const asksEachTime = caller.roles.includes("partner");
  return async (serialNumber) => {
    const began = performance.now();
    const scope = new RequestScope(caller, randomUUID());
    scope.documentId = documentId;
    scope.operationName = asked.operationName;
    scope.isExecuted = true;
    scope.tellsSchema = opened.tellsSchema;
    if (asksEachTime) {
      const { data, errors = [] } = await askFollowable(parts, { ...follows, serialNumber }, scope);
      if (errors.length > 0) return { kind: "FAILED", codes: codesOf(errors) };
      if (data?.followable !== true) return { kind: "NOTHING" };
    }
    const variables = asked.variablesFor(serialNumber);
    const result = withPublicErrors(await lane.execute(prepared, variables, scope), scope);
    const ms = performance.now() - began;
    const told = await recorded(toldBy(result, query.field), { ...parts, scope }, ms);
    const { requestId: id } = scope;
    const codes = [...scope.outcomes];
    log("INFO", "event", {
      id,
      subscription: opened.requestId,
      kind: told.kind,
      codes,
      ms: Math.round(ms * 10) / 10,
    });
    return told;
  };
}

/** The event, once its line in the access log is durable: without the line nobody is told. */
async function recorded(
  told: Told,
  { asked, scope, accessLog }: EventParts,
  ms: number,
): Promise<Told> {
  if (told.kind !== "EVENT") return told;
  const { documentId, operationName, outcomes } = scope;
  const { text } = asked;
  const line = accessLineOf(scope, {
    ...{ documentId, text, operationName, outcomes, ms },
    operationType: "subscription",
    status: 200,
  });
  try {
    await accessLog.record(line);
    return told;
  } catch (error) {
    log("ERROR", "access-log-unwritten", { id: scope.requestId, reason: String(error) });
    return { kind: "FAILED", codes: ["DATABASE_UNAVAILABLE"] };
  }
}

function toldBy(result: ExecutionResult, field: string): Told {
  const { data, errors = [] } = result;
  if (data?.[field] != null) return { kind: "EVENT", result };
  // A device that is not there for this caller, and one that cannot be asked for, differ.
  return errors.length === 0 ? { kind: "NOTHING" } : { kind: "FAILED", codes: codesOf(errors) };
}

function codesOf(errors: NonNullable<ExecutionResult["errors"]>): string[] {
  return errors.map(({ extensions }) => String(extensions.code));
}
