import { randomUUID } from "node:crypto";
import { DomainError } from "../../../shared/domain-error.ts";
import { now } from "../../../shared/time.ts";
import type { Context } from "../context.ts";
import { openWebhooks } from "./change-webhooks.ts";
import { unknownWebhook } from "./webhook.ts";
import type { WebhookDeliveryRow } from "./webhook-delivery.store.ts";

/** The type of the message that only tries whether a webhook arrives. */
export const TEST_TYPE = "webhook.test";

/** Sends a webhook one message at once, whatever its state, and answers what came of it. */
export async function testWebhook(context: Context, name: string): Promise<WebhookDeliveryRow> {
  const { cipher, sender } = openWebhooks(context);
  const { tenant } = context.caller;
  const webhook = await context.webhooks.byName.load(name);
  if (!webhook) throw unknownWebhook(name);
  const sealed = await context.webhookSecrets.sealed(name);
  const secrets = sealed.map((one) =>
    cipher.open({ tenant, webhook: name, secretId: one.secretId }, one.sealed),
  );
  if (secrets.length === 0) throw new DomainError("NOT_FOUND", `${name} has no valid secret`);
  const id = `gateway.test-${randomUUID()}.1`;
  const data = { webhook: name };
  const body = JSON.stringify({ id, type: TEST_TYPE, timestamp: now(), tenant, data });
  const { outcome, status, reason, ms } = await sender.send({
    url: webhook.url,
    secrets,
    id,
    body,
  });
  return context.write(({ webhookDeliveries }) =>
    webhookDeliveries.add(name, {
      ...{ eventId: id, eventType: TEST_TYPE, attempt: 1, outcome, status, reason, ms },
    }),
  );
}
