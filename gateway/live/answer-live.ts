import { withPublicErrors } from "../answer-errors.ts";
import type { Doorkeeper } from "../identity/authenticate.ts";
import { publishedDocument } from "../request/answer-document.ts";
import { type AskedRequest, RESPONSE_JSON } from "../request/asked-request.ts";
import { RequestRefusal, refusingWhole } from "../request/request-refusal.ts";
import type { Answer } from "../request/send-answer.ts";
import type { RequestScope } from "../request-scope.ts";
import type { LiveUpdates, Subscriber } from "./live-updates.ts";
import { InvalidDocument, readSubscription } from "./read-subscription.ts";

export interface AnswerLiveParts extends Doorkeeper {
  live: LiveUpdates;
}

/** Answers a subscription with a stream; null where something else is asked for. */
export async function answerLive(
  { live, registry }: AnswerLiveParts,
  asked: AskedRequest,
  scope: RequestScope,
  came: Pick<Subscriber, "request" | "payer">,
): Promise<Answer | null> {
  try {
    return await refusingWhole(async () => {
      const published =
        asked.documentId !== null && asked.text === null
          ? await publishedDocument(registry, asked, scope)
          : null;
      const text = published?.text ?? asked.text ?? "";
      const { operationName, variables } = asked;
      const subscription = readSubscription(live.lane.schema, live.events, {
        ...{ text, operationName, variables, scope },
        variableLimits: published?.variableLimits ?? {},
      });
      if (!subscription) return null;
      if (!published && asked.method === "GET") {
        const message = "GET is for published documents";
        throw new RequestRefusal(405, "BAD_USER_INPUT", message, { allow: "POST" });
      }
      scope.documentId = published?.id ?? null;
      scope.operationName = subscription.operationName;
      scope.operationType = "subscription";
      scope.text = text;
      scope.isExecuted = true;
      return live.begin(subscription, scope, { ...came, published });
    });
  } catch (error) {
    if (!(error instanceof InvalidDocument)) throw error;
    const { errors } = withPublicErrors({ errors: error.errors }, scope);
    const headers = { "content-type": `${RESPONSE_JSON}; charset=utf-8` };
    return { status: 400, headers, text: JSON.stringify({ errors }) };
  }
}
