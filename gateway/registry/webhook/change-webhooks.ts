import { randomBytes } from "node:crypto";
import { DomainError } from "../../../shared/domain-error.ts";
import { readReason } from "../../../shared/reason.ts";
import { newSecret, secretText } from "../../webhooks/standard-webhook.ts";
import { readWebhookUrl } from "../../webhooks/webhook-url.ts";
import { assertOverlapHours } from "../client/client-key.ts";
import type { Context, Stores, WebhookParts } from "../context.ts";
import { LIMITS } from "../limits.ts";
import type { WebhookRow } from "./webhook.store.ts";
import {
  assertCanBecome,
  assertMayAddWebhook,
  assertMayRotate,
  assertWebhookName,
  readEventTypes,
  unknownWebhook,
} from "./webhook.ts";
import type { WebhookSecretRow } from "./webhook-secret.store.ts";

export interface AskedWebhook {
  name: string;
  url: string;
  eventTypes?: readonly string[] | null;
  from?: string | null;
}

/** A secret that was just made; its text is nowhere else. */
export interface MadeSecret {
  text: string;
  secret: WebhookSecretRow;
  webhook: WebhookRow;
}

/** Adds a webhook with its first secret; it is told of what is recorded from now on, or from then. */
export async function addWebhook(context: Context, asked: AskedWebhook): Promise<MadeSecret> {
  const { name } = asked;
  const parts = openWebhooks(context);
  const { subject, tenant } = context.caller;
  assertWebhookName(name);
  const url = readWebhookUrl(asked.url, parts.sender.guard).href;
  const eventTypes = readEventTypes(asked.eventTypes ?? []);
  const position = await parts.positionAt(tenant, asked.from ?? "now");
  return context.write(async (stores) => {
    assertMayAddWebhook((await stores.webhooks.all()).length);
    const added = { name, url, eventTypes, position, createdBy: subject };
    const webhook = await stores.webhooks.add(added);
    if (!webhook) {
      const text = `there is a webhook ${name} already`;
      throw new DomainError("BAD_USER_INPUT", text, { argument: "name" });
    }
    await stores.webhooks.note(name, { kind: "ADDED", about: url, actor: subject, reason: null });
    return makeSecret(context, stores, webhook);
  });
}

/** Gives a webhook a new secret; its present one signs too, until the overlap is over. */
export async function rotateWebhookSecret(
  context: Context,
  name: string,
  overlapHours: number,
): Promise<MadeSecret> {
  openWebhooks(context);
  assertOverlapHours(overlapHours);
  const actor = context.caller.subject;
  return context.write(async (stores) => {
    const webhook = await lock(stores, name);
    assertMayRotate(name, (await stores.webhookSecrets.sealed(name)).length);
    await stores.webhookSecrets.endWithin(name, overlapHours);
    const made = await makeSecret(context, stores, webhook);
    const about = made.secret.secretId;
    await stores.webhooks.note(name, { kind: "ROTATED", about, actor, reason: null });
    return made;
  });
}

/** Sends nothing more until it is resumed; nothing is lost within the time that events are kept. */
export async function pauseWebhook(
  context: Context,
  name: string,
  reason: string,
): Promise<WebhookRow> {
  const why = readReason(reason, LIMITS.reasonCharacters);
  return context.write(async ({ webhooks }) => {
    const webhook = await lock({ webhooks }, name);
    assertCanBecome(webhook, "PAUSED");
    const note = {
      kind: "PAUSED",
      about: null,
      actor: context.caller.subject,
      reason: why,
    } as const;
    await webhooks.note(name, note);
    return webhooks.changeState(name, "PAUSED", why);
  });
}

/** Goes on from where it stands, at once. */
export async function resumeWebhook(context: Context, name: string): Promise<WebhookRow> {
  return context.write(async ({ webhooks }) => {
    const webhook = await lock({ webhooks }, name);
    assertCanBecome(webhook, "ACTIVE");
    const note = {
      kind: "RESUMED",
      about: null,
      actor: context.caller.subject,
      reason: null,
    } as const;
    await webhooks.note(name, note);
    return webhooks.changeState(name, "ACTIVE", null);
  });
}

/** Goes on from another place: a position, a time, `oldest` or `now`. Events keep their ids. */
export async function replayWebhook(
  context: Context,
  name: string,
  from: string,
): Promise<WebhookRow> {
  const { tenant, subject } = context.caller;
  const position = await openWebhooks(context).positionAt(tenant, from);
  return context.write(async ({ webhooks }) => {
    await lock({ webhooks }, name);
    const about = from.slice(0, LIMITS.replayCharacters);
    await webhooks.note(name, { kind: "REPLAYED", about, actor: subject, reason: null });
    return webhooks.replay(name, position);
  });
}

/** Removes a webhook with its secrets. What was done with it, and sent to it, stays known. */
export async function removeWebhook(
  context: Context,
  name: string,
  reason: string,
): Promise<WebhookRow> {
  const why = readReason(reason, LIMITS.reasonCharacters);
  return context.write(async ({ webhooks }) => {
    const webhook = await lock({ webhooks }, name);
    const note = {
      kind: "REMOVED",
      about: null,
      actor: context.caller.subject,
      reason: why,
    } as const;
    await webhooks.note(name, note);
    await webhooks.remove(name);
    return webhook;
  });
}

/** What webhooks are made with. Refuses where this gateway has no key to keep their secrets. */
export function openWebhooks({ webhookParts }: Context): WebhookParts {
  if (webhookParts) return webhookParts;
  const text = "this gateway keeps no webhooks: GATEWAY_ENCRYPTION_KEY is not set";
  throw new DomainError("BAD_USER_INPUT", text);
}

async function lock({ webhooks }: Pick<Stores, "webhooks">, name: string): Promise<WebhookRow> {
  const webhook = await webhooks.lock(name);
  if (!webhook) throw unknownWebhook(name);
  return webhook;
}

async function makeSecret(
  context: Context,
  { webhookSecrets }: Stores,
  webhook: WebhookRow,
): Promise<MadeSecret> {
  const { subject: createdBy, tenant } = context.caller;
  const secret = newSecret();
  const secretId = randomBytes(8).toString("hex");
  const { cipher } = openWebhooks(context);
  const sealed = cipher.seal({ tenant, webhook: webhook.name, secretId }, secret);
  const row = await webhookSecrets.add(webhook.name, { secretId, sealed, createdBy });
  return { text: secretText(secret), secret: row, webhook };
}
