import {
  Arg,
  Args,
  Ctx,
  FieldResolver,
  ID,
  Int,
  Mutation,
  Query,
  Resolver,
  Root,
} from "type-graphql";
import { globalId } from "../../../shared/global-id.ts";
import { askedPage, PageArgs } from "../../../shared/graph/page-arguments.type.ts";
import { type ConnectionOf, connectionOf } from "../../../shared/graph/page-info.type.ts";
import { readPage } from "../../../shared/page.ts";
import type { Context } from "../context.ts";
import {
  addWebhook,
  type MadeSecret,
  pauseWebhook,
  removeWebhook,
  replayWebhook,
  resumeWebhook,
  rotateWebhookSecret,
} from "./change-webhooks.ts";
import { testWebhook } from "./try-webhook.ts";
import type { WebhookChangeRow, WebhookRow } from "./webhook.store.ts";
import {
  NewWebhookSecret,
  Webhook,
  WebhookChange,
  WebhookInput,
  WebhookSecret,
} from "./webhook.type.ts";
import type { WebhookDeliveryRow } from "./webhook-delivery.store.ts";
import { WebhookDelivery, WebhookDeliveryConnection } from "./webhook-delivery.type.ts";
import type { WebhookSecretRow } from "./webhook-secret.store.ts";

const NAME = { description: "Which webhook." };
const REASON = { description: "Why." };

@Resolver(() => Webhook)
export class WebhookResolver {
  @Query(() => [Webhook], { description: "Every webhook, by name; there are at most 20." })
  webhooks(@Ctx() { webhooks }: Context): Promise<WebhookRow[]> {
    return webhooks.all();
  }

  @Query(() => Webhook, { nullable: true, description: "The webhook with this name." })
  webhook(
    @Arg("name", () => String, NAME) name: string,
    @Ctx() { webhooks }: Context,
  ): Promise<WebhookRow | null> {
    return webhooks.byName.load(name);
  }

  @Mutation(() => NewWebhookSecret, { description: "Adds a webhook, and gives it its secret." })
  addWebhook(
    @Arg("input", () => WebhookInput, { description: "The webhook." }) input: WebhookInput,
    @Ctx() context: Context,
  ): Promise<MadeSecret> {
    return addWebhook(context, input);
  }

  @Mutation(() => NewWebhookSecret, {
    description: "Gives a webhook a new secret; until the overlap is over both sign each message.",
  })
  rotateWebhookSecret(
    @Arg("name", () => String, NAME) name: string,
    @Arg("overlapHours", () => Int, {
      defaultValue: 24,
      description: "How long both secrets sign: 0 to 720.",
    })
    overlapHours: number,
    @Ctx() context: Context,
  ): Promise<MadeSecret> {
    return rotateWebhookSecret(context, name, overlapHours);
  }

  @Mutation(() => Webhook, { description: "Sends a webhook nothing until it is resumed." })
  pauseWebhook(
    @Arg("name", () => String, NAME) name: string,
    @Arg("reason", () => String, REASON) reason: string,
    @Ctx() context: Context,
  ): Promise<WebhookRow> {
    return pauseWebhook(context, name, reason);
  }

  @Mutation(() => Webhook, { description: "Goes on with a webhook where it stands, at once." })
  resumeWebhook(
    @Arg("name", () => String, NAME) name: string,
    @Ctx() context: Context,
  ): Promise<WebhookRow> {
    return resumeWebhook(context, name);
  }

  @Mutation(() => Webhook, {
    description:
      "Goes on with a webhook from another place; events that come again keep their ids.",
  })
  replayWebhook(
    @Arg("name", () => String, NAME) name: string,
    @Arg("from", () => String, { description: "A position, a time, oldest or now." })
    from: string,
    @Ctx() context: Context,
  ): Promise<WebhookRow> {
    return replayWebhook(context, name, from);
  }

  @Mutation(() => Webhook, { description: "Removes a webhook, and answers it as it was." })
  removeWebhook(
    @Arg("name", () => String, NAME) name: string,
    @Arg("reason", () => String, REASON) reason: string,
    @Ctx() context: Context,
  ): Promise<WebhookRow> {
    return removeWebhook(context, name, reason);
  }

  @Mutation(() => WebhookDelivery, {
    description: "Sends a webhook one message of the type webhook.test, at once.",
  })
  testWebhook(
    @Arg("name", () => String, NAME) name: string,
    @Ctx() context: Context,
  ): Promise<WebhookDeliveryRow> {
    return testWebhook(context, name);
  }

  @FieldResolver(() => ID)
  id(@Root() { name }: WebhookRow): string {
    return globalId("Webhook", name);
  }

  @FieldResolver(() => [WebhookSecret], { description: "The secrets that sign now, newest first." })
  secrets(
    @Root() { name }: WebhookRow,
    @Ctx() { webhookSecrets }: Context,
  ): Promise<readonly WebhookSecretRow[]> {
    return webhookSecrets.ofWebhook.load(name);
  }

  @FieldResolver(() => [WebhookChange], { description: "Its newest changes, newest first." })
  history(
    @Root() { name }: WebhookRow,
    @Ctx() { webhooks }: Context,
  ): Promise<readonly WebhookChangeRow[]> {
    return webhooks.changesOf.load(name);
  }

  @FieldResolver(() => WebhookDeliveryConnection, {
    description: "Attempts of the last 30 days, oldest first.",
  })
  async deliveries(
    @Root() { name }: WebhookRow,
    @Args(() => PageArgs) asked: PageArgs,
    @Arg("failed", () => Boolean, {
      defaultValue: false,
      description: "Only those that failed.",
    })
    isFailed: boolean,
    @Ctx() { webhookDeliveries }: Context,
  ): Promise<ConnectionOf<WebhookDeliveryRow>> {
    const question = { webhook: name, isFailed };
    const page = readPage(askedPage(asked), `deliveries ${name} ${isFailed}`);
    return connectionOf(page, await webhookDeliveries.page(question, page), {
      keyOf: ({ line }) => line,
      nodeOf: (delivery) => delivery,
      totalCount: () => webhookDeliveries.count(question),
    });
  }
}
