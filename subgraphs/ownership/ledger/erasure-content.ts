import type { Person } from "../../../shared/ledger-store/commitment.ts";
import { contentHash, contentText } from "../../../shared/ledger-store/content-fields.ts";
import type { Entry } from "../../../shared/ledger-store/entry.ts";
import type { Erasure } from "../erasure/erasure.ts";

/** What is hashed of an erasure. Nothing in it is about the owner but the number that he had here. */
export const ERASURE_CONTENT = {
  hold: "text",
  ownerId: "integer",
  reason: "committed",
  released: "integer",
} as const;

export function erasureContent(row: Erasure, person: Person): string {
  return contentText(ERASURE_CONTENT, { ...row, reason: person.commit(row.reason) });
}

export function erasureEntryId(erasureId: number): string {
  return `erasure/${erasureId}`;
}

/** The entry that the row of an erasure must have; `person` is who erased. */
export function entryOfErasure(row: Erasure & { tenant: string }, person: Person): Entry {
  return {
    actor: person.actor,
    at: row.erasedAt,
    content: contentHash(erasureContent(row, person)),
    id: erasureEntryId(row.erasureId),
    tenant: row.tenant,
    type: "ERASURE",
  };
}
