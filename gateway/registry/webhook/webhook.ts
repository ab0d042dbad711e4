import { CLIENT_NAME_RULE, isClientName } from "../../../shared/client-name.ts";
import { DomainError } from "../../../shared/domain-error.ts";
import { EVENT_TYPES, isEventFilter } from "../../../shared/events/event.ts";
import { excerpt } from "../../../shared/text.ts";
import { LIMITS } from "../limits.ts";

/** ACTIVE ones are served; people pause them, and FAILED is what nothing could be delivered to. */
export const WEBHOOK_STATES = ["ACTIVE", "PAUSED", "FAILED"] as const;
export type WebhookState = (typeof WEBHOOK_STATES)[number];

/** What was done with a webhook. */
export const WEBHOOK_CHANGE_KINDS = [
  "ADDED",
  "ROTATED",
  "PAUSED",
  "RESUMED",
  "REPLAYED",
  "FAILED",
  "REMOVED",
] as const;
export type WebhookChangeKind = (typeof WEBHOOK_CHANGE_KINDS)[number];

export const WEBHOOK_OUTCOMES = ["DELIVERED", "FAILED"] as const;
export type WebhookOutcome = (typeof WEBHOOK_OUTCOMES)[number];

/** Checks that a webhook can have this name. */
export function assertWebhookName(text: string): void {
  if (isClientName(text)) return;
  const message = `a webhook's name ${CLIENT_NAME_RULE}`;
  throw new DomainError("BAD_USER_INPUT", message, { argument: "name" });
}

/** The types and families of events that a webhook asks for, each once; none: all of them. */
export function readEventTypes(words: readonly string[]): string[] {
  const types = [...new Set(words)];
  if (types.length > LIMITS.webhookEventTypes) {
    throw wrong(`at most ${LIMITS.webhookEventTypes} event types, not ${types.length}`);
  }
  const unknown = types.find((word) => !isEventFilter(word));
  if (unknown === undefined) return types;
  const families = [...new Set(EVENT_TYPES.map((type) => `${type.split(".", 1)[0]}.*`))];
  throw wrong(`there is no event type ${excerpt(unknown)}; families are ${families.join(", ")}`);
}

/** Checks that one more webhook may be added. */
export function assertMayAddWebhook(present: number): void {
  if (present < LIMITS.webhooksOfTenant) return;
  throw new DomainError(
    "LIMIT_EXCEEDED",
    `there are ${present} webhooks already: remove one first`,
    {
      limit: "webhooks",
      most: LIMITS.webhooksOfTenant,
    },
  );
}

/** Checks that a webhook in this state may be paused, or resumed. */
export function assertCanBecome(
  { name, state }: { name: string; state: WebhookState },
  next: "ACTIVE" | "PAUSED",
): void {
  if (state !== next) return;
  throw new DomainError("NOTHING_TO_CHANGE", `${name} is ${state} already`);
}

/** Checks that a webhook with so many valid secrets may have one more. */
export function assertMayRotate(name: string, validSecrets: number): void {
  if (validSecrets < LIMITS.validWebhookSecrets) return;
  throw new DomainError(
    "LIMIT_EXCEEDED",
    `${name} has ${validSecrets} valid secrets: wait until the former one has ended`,
    { limit: "validSecrets", most: LIMITS.validWebhookSecrets },
  );
}

export function unknownWebhook(name: string): DomainError {
  return new DomainError("NOT_FOUND", `there is no webhook ${excerpt(name)}`);
}

function wrong(message: string): DomainError {
  return new DomainError("BAD_USER_INPUT", message, { argument: "eventTypes" });
}
