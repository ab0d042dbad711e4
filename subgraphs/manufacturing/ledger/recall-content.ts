import type { Person } from "../../../shared/ledger-store/commitment.ts";
import { contentHash, contentText } from "../../../shared/ledger-store/content-fields.ts";
import type { Entry } from "../../../shared/ledger-store/entry.ts";
import type { Timestamp } from "../../../shared/time.ts";

/** What is hashed of a frozen recall. `items` is the hash of its devices: see ITEMS_HASH. */
export const RECALL_CONTENT = {
  criteria: "text",
  deviceCount: "integer",
  hash: "text",
  items: "text",
  kind: "text",
  knownAt: "time",
  reason: "committed",
  sentence: "text",
  title: "text",
} as const;

/** What is hashed of a recall's withdrawal. */
export const WITHDRAWAL_CONTENT = { kind: "text", reason: "committed" } as const;

export const FROZEN = "FROZEN";
export const WITHDRAWN = "WITHDRAWN";

/** A recall as its row has it, with the hash of its items. */
export interface FrozenRecall {
  recallId: number;
  title: string;
  criteria: string;
  sentence: string;
  knownAt: Timestamp | null;
  reason: string;
  frozenAt: Timestamp;
  deviceCount: number;
  hash: string;
  items: string;
}

export function recallContent(recall: FrozenRecall, person: Person): string {
  const reason = person.commit(recall.reason);
  return contentText(RECALL_CONTENT, { ...recall, kind: FROZEN, reason });
}

export function withdrawalContent(reason: string, person: Person): string {
  return contentText(WITHDRAWAL_CONTENT, { kind: WITHDRAWN, reason: person.commit(reason) });
}

export function recallEntryId(recallId: number): string {
  return `recall/${recallId}`;
}

export function withdrawalEntryId(recallId: number): string {
  return `recall/${recallId}/withdrawal`;
}

/** The entry that a recall's row must have; `person` is who froze it. */
export function entryOfRecall(tenant: string, recall: FrozenRecall, person: Person): Entry {
  return {
    actor: person.actor,
    at: recall.frozenAt,
    content: contentHash(recallContent(recall, person)),
    id: recallEntryId(recall.recallId),
    tenant,
    type: "RECALL",
  };
}

/** The entry that a withdrawal's row must have; `person` is who withdrew it. */
export function entryOfWithdrawal(
  tenant: string,
  row: { recallId: number; withdrawnAt: Timestamp; reason: string },
  person: Person,
): Entry {
  return {
    actor: person.actor,
    at: row.withdrawnAt,
    content: contentHash(withdrawalContent(row.reason, person)),
    id: withdrawalEntryId(row.recallId),
    tenant,
    type: "RECALL",
  };
}
