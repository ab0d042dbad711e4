import { Directive, Field, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { Node } from "../../../shared/graph/node.type.ts";
import { DateTime } from "../../../shared/graph/scalars.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { WebhookRow } from "./webhook.store.ts";
import {
  WEBHOOK_CHANGE_KINDS,
  WEBHOOK_STATES,
  type WebhookChangeKind,
  type WebhookState,
} from "./webhook.ts";
import type { WebhookSecretRow } from "./webhook-secret.store.ts";

export const WebhookStateEnum = Object.fromEntries(WEBHOOK_STATES.map((state) => [state, state]));
registerEnumType(WebhookStateEnum, {
  name: "WebhookState",
  description: "Whether a webhook is served.",
  valuesConfig: {
    ACTIVE: { description: "It is told of events, or tried again after a failure." },
    PAUSED: { description: "Somebody has paused it." },
    FAILED: { description: "Nothing could be delivered for too long; somebody must resume it." },
  },
});

export const WebhookChangeKindEnum = Object.fromEntries(
  WEBHOOK_CHANGE_KINDS.map((kind) => [kind, kind]),
);
registerEnumType(WebhookChangeKindEnum, {
  name: "WebhookChangeKind",
  description: "What was done with a webhook.",
});

@Directive(`@key(fields: "id")`)
@ObjectType({
  simpleResolvers: true,
  implements: Node,
  description: "Where another system is told of events, in the form of Standard Webhooks.",
})
export class Webhook implements Node {
  id!: string;

  @Field(() => String, { description: "Unique within the tenant." })
  name!: string;

  @Field(() => String, { description: "Where each event is posted to." })
  url!: string;

  @Field(() => [String], {
    description: "Types of events, or families like identity.*; none: all of them.",
  })
  eventTypes!: string[];

  @Field(() => WebhookStateEnum, { description: "Whether it is served." })
  state!: WebhookState;

  @Field(() => String, { nullable: true, description: "Why it is paused, or has failed." })
  stateReason!: string | null;

  @Field(() => String, {
    description: "Everything before it was delivered; opaque, as in the feed of events.",
  })
  position!: string;

  @Field(() => Int, { description: "Attempts in a row that failed." })
  failedAttempts!: number;

  @Field(() => DateTime, { nullable: true, description: "Since when nothing could be delivered." })
  failingSince!: Timestamp | null;

  @Field(() => DateTime, { nullable: true, description: "Before that nothing is tried." })
  dueAt!: Timestamp | null;

  @Field(() => DateTime, { nullable: true, description: "When something was delivered last." })
  deliveredAt!: Timestamp | null;

  @Field(() => DateTime, { description: "When it was added." })
  createdAt!: Timestamp;

  @Field(() => String, { description: "The subject that added it." })
  createdBy!: string;
}

@ObjectType({
  simpleResolvers: true,
  description: "A secret that signs now; itself it is not shown.",
})
export class WebhookSecret {
  @Field(() => String, { description: "What it is known by; no secret." })
  secretId!: string;

  @Field(() => DateTime, { description: "When it was made." })
  createdAt!: Timestamp;

  @Field(() => String, { description: "The subject that made it." })
  createdBy!: string;

  @Field(() => DateTime, { nullable: true, description: "When it signs no more; null: not yet." })
  endsAt!: Timestamp | null;
}

@ObjectType({ simpleResolvers: true, description: "A secret that was just made." })
export class NewWebhookSecret {
  @Field(() => String, { description: "The secret itself, whsec_…. Shown once, in this answer." })
  text!: string;

  @Field(() => WebhookSecret, { description: "What stays known of it." })
  secret!: WebhookSecretRow;

  @Field(() => Webhook, { description: "Whose messages it signs." })
  webhook!: WebhookRow;
}

@ObjectType({ simpleResolvers: true, description: "One change of a webhook." })
export class WebhookChange {
  @Field(() => WebhookChangeKindEnum, { description: "What was done." })
  kind!: WebhookChangeKind;

  @Field(() => String, {
    nullable: true,
    description: "The URL, the secret or the place that it is about.",
  })
  about!: string | null;

  @Field(() => DateTime, { description: "When it was done." })
  at!: Timestamp;

  @Field(() => String, { description: "The subject that did it, or the service." })
  actor!: string;

  @Field(() => String, {
    nullable: true,
    description: "Why, where that was asked for or is known.",
  })
  reason!: string | null;
}

@InputType({ description: "A webhook to add." })
export class WebhookInput {
  @Field(() => String, { description: "Unique within the tenant." })
  name!: string;

  @Field(() => String, { description: "Where each event is posted to: https." })
  url!: string;

  @Field(() => [String], {
    nullable: true,
    description: "Types of events, or families like identity.*; all if not set.",
  })
  eventTypes?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description: "Where it begins: a position, a time, oldest or now; now if not set.",
  })
  from?: string | null;
}
