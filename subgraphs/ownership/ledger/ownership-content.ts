import { randomBytes } from "node:crypto";
import {
  commitment,
  PERSON_KEY_BYTES,
  type Person,
} from "../../../shared/ledger-store/commitment.ts";
import { contentHash, contentText } from "../../../shared/ledger-store/content-fields.ts";
import type { Entry } from "../../../shared/ledger-store/entry.ts";
import type { Timestamp } from "../../../shared/time.ts";

/** What is hashed of one state of a cloud identity. */
export const PROVISIONING_CONTENT = {
  kind: "text",
  reason: "committed",
  serialNumber: "text",
  state: "text",
} as const;

/** What is hashed of one change of an owner. The owner is a number: who he is stands nowhere in it. */
export const OWNERSHIP_CONTENT = {
  connhexId: "text",
  kind: "text",
  ownerId: "integer",
  reason: "committed",
} as const;

interface Change {
  tenant: string;
  connhexId: string;
  revision: number;
  kind: string;
  at: Timestamp;
  reason: string | null;
}
/** One state that a cloud identity came to. */
export interface IdentityChange extends Change {
  serialNumber: string | null;
  state: string;
}
/** One change of who has a device. */
export interface OwnerChange extends Change {
  ownershipId: number;
  ownerId: number | null;
  /** Of rows from before reasons had keys of their own: null. */
  reasonKey: Buffer | null;
}

export type CommittedReason = Pick<OwnerChange, "reason" | "reasonKey">;

/** `person` is who did it; null where nobody in particular did, who then gave no reason either. */
export function provisioningContent(row: IdentityChange, person: Person | null): string {
  return contentText(PROVISIONING_CONTENT, { ...row, reason: person?.commit(row.reason) ?? null });
}

export function ownershipContent(row: OwnerChange, person: Person): string {
  return contentText(OWNERSHIP_CONTENT, { ...row, reason: committedReason(row, person) });
}

/** A key for the reason of one change, where there is a reason. */
export function newReasonKey(reason: string | null): Buffer | null {
  return reason === null ? null : randomBytes(PERSON_KEY_BYTES);
}

/**
 * What the entry of a change of owners says of its reason. Whoever gave it, it is mostly about an
 * owner: it has a key of its own, that goes when one of the owners is erased.
 */
export function committedReason(
  { reason, reasonKey }: CommittedReason,
  person: Person,
): string | null {
  if (reasonKey === null) return person.commit(reason);
  // There is no key without a reason; where there is one, the entry does not agree.
  return commitment(reasonKey, reason ?? "");
}

export function provisioningEntryId(connhexId: string, revision: number): string {
  return `provisioning/${connhexId}/${revision}`;
}

export function ownershipEntryId(ownershipId: number, revision: number): string {
  return `ownership/${ownershipId}/${revision}`;
}

/** The entry that the row of an identity's state must have. */
export function entryOfIdentityRevision(row: IdentityChange, person: Person | null): Entry {
  return {
    actor: person?.actor ?? "",
    at: row.at,
    content: contentHash(provisioningContent(row, person)),
    id: provisioningEntryId(row.connhexId, row.revision),
    tenant: row.tenant,
    type: "PROVISIONING",
  };
}

/** The entry that the row of a change of an owner must have. */
export function entryOfOwnershipRevision(row: OwnerChange, person: Person): Entry {
  return {
    actor: person.actor,
    at: row.at,
    content: contentHash(ownershipContent(row, person)),
    id: ownershipEntryId(row.ownershipId, row.revision),
    tenant: row.tenant,
    type: "OWNERSHIP",
  };
}
