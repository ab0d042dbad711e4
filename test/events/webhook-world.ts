import { randomBytes } from "node:crypto";
import type { WebhookPace } from "../../gateway/webhooks/limits.ts";
import type { WebhookConfig } from "../../gateway/webhooks/open-webhooks.ts";
import type { TestGatewayOptions } from "../support/gateway.ts";
import type { RealPair } from "../support/real-pair.ts";
import { type EventsWorld, openEventsWorld } from "./events-world.ts";

/** A thousand times as fast as in earnest: an hour is 3.6 s. */
export const FAST: WebhookPace = {
  ...{ lookEveryMs: 30, tenantsEveryMs: 50, leaseMs: 1_500, renewEveryMs: 300 },
  ...{ firstPauseMs: 2, pauseMostMs: 3_600, giveUpMs: 432_000, deliveryMs: 2_000 },
};

export interface WebhookFacts {
  name: string;
  url: string;
  state: string;
  stateReason: string | null;
  position: string;
  failedAttempts: number;
  failingSince: string | null;
  deliveredAt: string | null;
  eventTypes: string[];
  secrets: { secretId: string; endsAt: string | null }[];
  history: { kind: string; about: string | null; actor: string; reason: string | null }[];
}
export interface DeliveryFacts {
  eventId: string;
  eventType: string;
  attempt: number;
  outcome: string;
  status: number | null;
  reason: string | null;
}

const WEBHOOK = `name url state stateReason position failedAttempts failingSince deliveredAt eventTypes
  secrets { secretId endsAt } history { kind about actor reason }`;
const DELIVERY = "eventId eventType attempt outcome status reason";

/** Both services behind a gateway that serves webhooks, also to this machine. */
export interface WebhookWorld extends EventsWorld {
  webhooks: WebhookConfig;
  /** Asks as admin; throws where it is refused. */
  admin(text: string, variables?: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** Adds a webhook, and answers its secret. */
  add(name: string, url: string, more?: Record<string, unknown>): Promise<string>;
  look(name: string): Promise<WebhookFacts>;
  deliveries(name: string, failed?: boolean): Promise<DeliveryFacts[]>;
  remove(name: string): Promise<void>;
}

export async function openWebhookWorld(
  options: Partial<TestGatewayOptions> & { pair?: RealPair; pace?: Partial<WebhookPace> } = {},
): Promise<WebhookWorld> {
  const { pace = {}, ...more } = options;
  const webhooks = more.webhooks ?? {
    encryptionKey: randomBytes(32),
    allowedAddresses: ["127.0.0.0/8"],
  };
  const world = await openEventsWorld({ webhookPace: { ...FAST, ...pace }, ...more, webhooks });
  const admin: WebhookWorld["admin"] = async (text, variables = {}) => {
    const { data, errors } = await world.query(text, variables, "admin");
    if (errors[0] || !data)
      throw Object.assign(new Error(errors[0]?.message), errors[0]?.extensions);
    return data;
  };
  return {
    ...world,
    webhooks,
    admin,
    async add(name, url, asked = {}) {
      const { addWebhook } = await admin(
        "mutation ($input: WebhookInput!) { addWebhook(input: $input) { text } }",
        { input: { name, url, ...asked } },
      );
      return (addWebhook as { text: string }).text;
    },
    async look(name) {
      const { webhook } = await admin(
        `query ($name: String!) { webhook(name: $name) { ${WEBHOOK} } }`,
        { name },
      );
      return webhook as WebhookFacts;
    },
    async deliveries(name, failed = false) {
      const { webhook } = await admin(
        `query ($name: String!, $failed: Boolean!) { webhook(name: $name) {
          deliveries(last: 100, failed: $failed) { nodes { ${DELIVERY} } } } }`,
        { name, failed },
      );
      return (webhook as { deliveries: { nodes: DeliveryFacts[] } }).deliveries.nodes;
    },
    async remove(name) {
      await admin(
        `mutation ($name: String!) { removeWebhook(name: $name, reason: "over") { name } }`,
        { name },
      );
    },
  };
}
