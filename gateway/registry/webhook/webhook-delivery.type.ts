import { Field, Float, Int, ObjectType, registerEnumType } from "type-graphql";
import { type ConnectionOf, PageInfo } from "../../../shared/graph/page-info.type.ts";
import { DateTime } from "../../../shared/graph/scalars.ts";
import type { Timestamp } from "../../../shared/time.ts";
import { WEBHOOK_OUTCOMES, type WebhookOutcome } from "./webhook.ts";
import type { WebhookDeliveryRow } from "./webhook-delivery.store.ts";

export const WebhookOutcomeEnum = Object.fromEntries(WEBHOOK_OUTCOMES.map((word) => [word, word]));
registerEnumType(WebhookOutcomeEnum, {
  name: "WebhookOutcome",
  description: "What came of an attempt to deliver an event.",
});

@ObjectType({ simpleResolvers: true, description: "One attempt to deliver one event." })
export class WebhookDelivery {
  @Field(() => String, { description: "The event's id; the same at each attempt." })
  eventId!: string;

  @Field(() => String, { description: "The event's type." })
  eventType!: string;

  @Field(() => DateTime, { description: "When its outcome was known." })
  at!: Timestamp;

  @Field(() => Int, { description: "1 for the first attempt after one that succeeded." })
  attempt!: number;

  @Field(() => WebhookOutcomeEnum, { description: "What came of it." })
  outcome!: WebhookOutcome;

  @Field(() => Int, { nullable: true, description: "The HTTP status; null: there was no answer." })
  status!: number | null;

  @Field(() => String, { nullable: true, description: "Why it failed." })
  reason!: string | null;

  @Field(() => Float, { description: "How long it took, in milliseconds." })
  ms!: number;
}

@ObjectType({ simpleResolvers: true, description: "An attempt in a list." })
export class WebhookDeliveryEdge {
  @Field(() => String, { description: "Where it stands in the list; opaque." })
  cursor!: string;

  @Field(() => WebhookDelivery, { description: "The attempt." })
  node!: WebhookDeliveryRow;
}

@ObjectType({ simpleResolvers: true, description: "A page of attempts, oldest first." })
export class WebhookDeliveryConnection {
  @Field(() => [WebhookDeliveryEdge], { description: "The attempts of the page, with cursors." })
  edges!: WebhookDeliveryEdge[];

  @Field(() => [WebhookDelivery], { description: "The attempts of the page." })
  nodes!: WebhookDeliveryRow[];

  @Field(() => PageInfo, { description: "Where the page stands in the list." })
  pageInfo!: PageInfo;

  @Field(() => Int, { description: "How many attempts are known." })
  totalCount!: ConnectionOf<WebhookDeliveryRow>["totalCount"];
}
