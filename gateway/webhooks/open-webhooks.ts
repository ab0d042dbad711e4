import { Database } from "../../shared/postgres/database.ts";
import type { AccessLog } from "../access-log/access-log.ts";
import { readFeedBegin } from "../events/feed-position.ts";
import { gatewayItself, type MergedFeed } from "../events/merged-feed.ts";
import type { WebhookParts } from "../registry/context.ts";
import { AddressGuard } from "./address-guard.ts";
import { WebhookSender } from "./deliver.ts";
import { WEBHOOKS, type WebhookPace } from "./limits.ts";
import { secretCipher } from "./secret-cipher.ts";
import { WebhookDispatcher } from "./webhook-dispatcher.ts";

/** What a gateway that has webhooks is told of them. */
export interface WebhookConfig {
  /** Seals the secrets; 32 bytes, the same on all gateways. */
  encryptionKey: Buffer;
  /** Networks within that webhooks may be sent to. */
  allowedAddresses: readonly string[];
}

/** The webhooks of this gateway: what they are made with, and what serves them. */
export interface OpenWebhooks {
  parts: WebhookParts;
  /** Begins to serve those that no other process serves. */
  serve(accessLog: Pick<AccessLog, "record">): WebhookDispatcher;
}

export function openWebhooks(
  { encryptionKey, allowedAddresses }: WebhookConfig,
  {
    databaseUrl: url,
    feed,
    pace: asked = {},
  }: { databaseUrl: string; feed: MergedFeed; pace?: Partial<WebhookPace> | undefined },
): OpenWebhooks {
  const pace = { ...WEBHOOKS, ...asked };
  const cipher = secretCipher(encryptionKey);
  const sender = new WebhookSender(new AddressGuard(allowedAddresses), pace.deliveryMs);
  const positionAt = async (tenant: string, from: string) =>
    (await feed.page(gatewayItself(tenant), readFeedBegin(from), 0)).position;
  return {
    parts: { cipher, sender, positionAt },
    serve(accessLog) {
      const database = new Database({ url, role: "gateway_app", poolSize: 2 });
      const tenants = new Database({ url, role: "gateway_dispatcher", poolSize: 1 });
      const parts = { database, tenants, feed, cipher, sender, accessLog, pace };
      const dispatcher = new WebhookDispatcher(parts);
      dispatcher.start();
      return dispatcher;
    },
  };
}
