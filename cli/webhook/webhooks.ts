import { CliError } from "../cli-error.ts";
import type { GatewayClient } from "../gateway-client.ts";
import { print, printable, table } from "../output.ts";

/** A webhook as the gateway tells of it. */
export interface Webhook {
  name: string;
  url: string;
  eventTypes: string[];
  state: string;
  stateReason: string | null;
  position: string;
  failedAttempts: number;
  failingSince: string | null;
  dueAt: string | null;
  deliveredAt: string | null;
  createdAt: string;
}
/** One attempt to deliver an event. */
export interface WebhookDelivery {
  eventId: string;
  eventType: string;
  at: string;
  attempt: number;
  outcome: string;
  status: number | null;
  reason: string | null;
  ms: number;
}

export const WEBHOOK = `name url eventTypes state stateReason position failedAttempts failingSince
  dueAt deliveredAt createdAt`;
export const DELIVERY = "eventId eventType at attempt outcome status reason ms";

export async function readWebhooks(gateway: GatewayClient): Promise<Webhook[]> {
  const query = `query ListWebhooks { webhooks { ${WEBHOOK} } }`;
  return (await gateway.ask<{ webhooks: Webhook[] }>(query)).webhooks;
}

/** The newest attempts, the newest first. */
export async function readDeliveries(
  gateway: GatewayClient,
  { name, limit, failed }: { name: string; limit: number; failed: boolean },
): Promise<WebhookDelivery[]> {
  const query = `query Deliveries($name: String!, $last: Int!, $failed: Boolean!) {
    webhook(name: $name) { deliveries(last: $last, failed: $failed) { nodes { ${DELIVERY} } } }
  }`;
  interface Answer {
    webhook: { deliveries: { nodes: WebhookDelivery[] } } | null;
  }
  const { webhook } = await gateway.ask<Answer>(query, { name, last: limit, failed });
  if (!webhook) throw unknownWebhook(name);
  return webhook.deliveries.nodes.reverse();
}

export function unknownWebhook(name: string): CliError {
  return new CliError("NOT_FOUND", `there is no webhook ${printable(name)}`);
}

export function printWebhooks(webhooks: readonly Webhook[]): void {
  const rows = webhooks.map((webhook) => [
    webhook.name,
    stateOf(webhook),
    webhook.eventTypes.length === 0 ? "all" : webhook.eventTypes.join(", "),
    momentOf(webhook.deliveredAt),
    webhook.url,
  ]);
  print(table(["name", "is", "events", "delivered last", "url"], rows));
}

export function printDeliveries(deliveries: readonly WebhookDelivery[]): void {
  const rows = deliveries.map(
    ({ at, eventType, eventId, attempt, outcome, status, reason, ms }) => [
      momentOf(at),
      outcome === "DELIVERED" ? `${status}` : (reason ?? "failed"),
      `${Math.round(ms)} ms`,
      `${attempt}`,
      eventType,
      eventId,
    ],
  );
  print(table(["at (UTC)", "outcome", "took", "attempt", "event", "id"], rows));
}

function stateOf({ state, stateReason, failedAttempts, dueAt }: Webhook): string {
  if (state !== "ACTIVE") return `${state}: ${stateReason ?? ""}`;
  if (failedAttempts === 0) return "active";
  return `failing, ${failedAttempts} times; next ${momentOf(dueAt)}`;
}

function momentOf(at: string | null): string {
  return at?.slice(0, 19).replace("T", " ") ?? "–";
}
