import { CliError } from "../cli-error.ts";
import type { GatewayClient } from "../gateway-client.ts";

const PAGE_SIZE = 100;
const FIELDS = `id title state sentence knownAt reason frozenAt deviceCount hash withdrawnAt
  withdrawalReason`;
const FREEZE = `mutation FreezeRecall($input: FreezeRecallInput!, $key: String) {
  freezeRecall(input: $input, idempotencyKey: $key) { ${FIELDS} }
}`;
const WITHDRAW = `mutation WithdrawRecall($id: ID!, $reason: String!) {
  withdrawRecall(id: $id, reason: $reason) { ${FIELDS} }
}`;
const LIST = `query Recalls($first: Int!, $after: String) {
  recalls(first: $first, after: $after) {
    nodes { ${FIELDS} } pageInfo { hasNextPage endCursor }
  }
}`;
const SHOW = `query ShowRecall($id: ID!) {
  recall(id: $id) {
    ${FIELDS} criteria
    candidates(first: 10) { totalCount nodes { serialNumber } }
    departures(first: 10) { totalCount nodes { serialNumber } }
  }
}`;

/** A frozen recall as the gateway tells it. */
export interface Recall {
  id: string;
  title: string;
  state: "OPEN" | "WITHDRAWN";
  sentence: string;
  knownAt: string | null;
  reason: string;
  frozenAt: string;
  deviceCount: number;
  hash: string;
  withdrawnAt: string | null;
  withdrawalReason: string | null;
}

/** How many devices, and the first of them. */
export interface SomeDevices {
  totalCount: number;
  nodes: { serialNumber: string }[];
}

/** A recall with what has changed around it since. */
export interface ShownRecall extends Recall {
  criteria: unknown;
  candidates: SomeDevices;
  departures: SomeDevices;
}

export interface Freezing {
  title: string;
  criteria: unknown;
  knownAt: string | null;
  expectedCount: number | null;
  reason: string;
}

export async function freezeRecall(
  gateway: GatewayClient,
  input: Freezing,
  key: string | null,
): Promise<Recall> {
  return (await gateway.ask<{ freezeRecall: Recall }>(FREEZE, { input, key })).freezeRecall;
}

export async function withdrawRecall(
  gateway: GatewayClient,
  withdrawal: { id: string; reason: string },
): Promise<Recall> {
  return (await gateway.ask<{ withdrawRecall: Recall }>(WITHDRAW, withdrawal)).withdrawRecall;
}

/** The recall with this id; throws NOT_FOUND. */
export async function showRecall(gateway: GatewayClient, id: string): Promise<ShownRecall> {
  const { recall } = await gateway.ask<{ recall: ShownRecall | null }>(SHOW, { id });
  if (recall) return recall;
  throw new CliError("NOT_FOUND", "no recall has this id; tracegraph recall list tells them");
}

/** Every recall, in the order in which they were frozen. */
export async function readRecalls(gateway: GatewayClient): Promise<Recall[]> {
  const recalls: Recall[] = [];
  for (let after: string | null = null; ; ) {
    const page: RecallPage = (
      await gateway.ask<{ recalls: RecallPage }>(LIST, { first: PAGE_SIZE, after })
    ).recalls;
    recalls.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) return recalls;
    if (page.pageInfo.endCursor === null || page.pageInfo.endCursor === after) {
      throw new CliError("GATEWAY_ANSWER", "the gateway says that there is more, and not where");
    }
    after = page.pageInfo.endCursor;
  }
}

interface RecallPage {
  nodes: Recall[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}
