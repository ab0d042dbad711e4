import { DomainError } from "../../../shared/domain-error.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { Context } from "../context.ts";
import { checkedCriteria } from "../recall-scope/checked-criteria.ts";
import type { GivenCriteria } from "../recall-scope/given-criteria.ts";
import { sentenceOf } from "../recall-scope/sentence.ts";
import { assertExpected, readRecallReason, readTitle } from "./recall.ts";

/** What somebody wants frozen, and why. */
export interface FreezingRequest {
  title: string;
  criteria: GivenCriteria;
  knownAt?: Timestamp | null;
  expectedCount?: number | null;
  reason: string;
}

/**
 * Freezes exactly the devices that criteria give, all of them or none. Answers the recall's id, the
 * same one again for the same key and content.
 */
export async function freezeRecall(
  context: Context,
  input: FreezingRequest,
  key: string | null,
): Promise<number> {
  const title = readTitle(input.title);
  const reason = readRecallReason(input.reason);
  const knownAt = input.knownAt ?? null;
  const criteria = await checkedCriteria(input.criteria, context, { knownAt });
  const recallId = await context.nextRecallId();
  const { subject } = context.caller;
  return context.write(({ idempotency, recalls, personOf }) =>
    idempotency.once(key, { operation: "freezeRecall", input }, async () => {
      const recall = {
        ...{ recallId, title, reason, knownAt },
        criteria: JSON.stringify(input.criteria),
        sentence: sentenceOf(criteria, knownAt),
        frozenBy: subject,
      };
      const count = await recalls.freeze(criteria, recall, await personOf(subject));
      // What was written until here is rolled back with the refusal.
      assertExpected(count, input.expectedCount ?? null);
      return recallId;
    }),
  );
}

/** Calls a recall off. Its set stays as it was frozen. */
export async function withdrawRecall(
  context: Context,
  recallId: number,
  reason: string,
): Promise<void> {
  const why = readRecallReason(reason);
  await context.write(async ({ recalls, personOf }) => {
    if (!(await recalls.byId.load(recallId))) throw new DomainError("NOT_FOUND", "no such recall");
    if (await recalls.withdraw(recallId, why, await personOf(context.caller.subject))) return;
    throw new DomainError("NOTHING_TO_CHANGE", "the recall has been withdrawn already");
  });
}
