import { globalId } from "../../shared/global-id.ts";
import type { FreshDatabase } from "../support/postgres.ts";
import type { Names, Place, Values } from "./world.ts";

/** What names a webhook. */
export type WebhookNames = "webhookName" | "webhookId";

type Ask = (place: Place, who: "admin", query: string, values: Values) => Promise<unknown>;

export const ADD_WEBHOOK = `mutation ($name: String!) {
  addWebhook(input: { name: $name, url: "http://127.0.0.1:9/hook", eventTypes: ["device.*"] }) { text }
}`;
export const PAUSE_WEBHOOK = `mutation ($name: String!) {
  pauseWebhook(name: $name, reason: "a move") { state }
}`;
export const REMOVE_WEBHOOK = `mutation ($name: String!) {
  removeWebhook(name: $name, reason: "over") { state }
}`;
const ROTATE = `mutation ($name: String!) { rotateWebhookSecret(name: $name) { text } }`;

/** A webhook with all that one can have: two secrets, a history, and attempts that failed. */
export async function fillWebhook(
  ask: Ask,
  database: FreshDatabase,
  { tenant, name }: { tenant: string; name: string },
): Promise<Pick<Names, WebhookNames>> {
  const admin = (query: string) => ask("gateway", "admin", query, { name });
  await admin(ADD_WEBHOOK);
  await admin(ROTATE);
  await admin(PAUSE_WEBHOOK);
  // What only a receiver brings about.
  await database.admin(
    `UPDATE webhook SET failed_attempts = 1, failing_since = now(), due_at = now(),
       delivered_at = now() WHERE tenant = $1 AND name = $2`,
    [tenant, name],
  );
  await database.admin(
    `INSERT INTO webhook_delivery (tenant, webhook, event_id, event_type, attempt, outcome, status,
       reason, ms)
     SELECT $1, $2, 'e-' || n, 'device.recorded', n, 'FAILED', 503, 'status 503', 5
     FROM generate_series(1, 2) n`,
    [tenant, name],
  );
  return { webhookName: name, webhookId: globalId("Webhook", name) };
}
