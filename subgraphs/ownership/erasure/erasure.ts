import { DomainError } from "../../../shared/domain-error.ts";
import { readReason } from "../../../shared/reason.ts";
import type { Timestamp } from "../../../shared/time.ts";
import { LIMITS } from "../limits.ts";
import type { PersonalData } from "../owner/owner.ts";

/** Whether a recall of a device of his spoke against it, and was overridden. */
export const HOLDS = ["NONE", "OVERRIDDEN"] as const;
export type Hold = (typeof HOLDS)[number];

/** PENDING: other services have yet to forget him. */
export const ERASURE_STATES = ["PENDING", "COMPLETE"] as const;
export type ErasureState = (typeof ERASURE_STATES)[number];

/** That an owner was erased: by whom, why and when. */
export interface Erasure {
  erasureId: number;
  ownerId: number;
  reason: string;
  hold: Hold;
  /** Devices that he owned then. */
  released: number;
  erasedAt: Timestamp;
  erasedBy: string;
  completedAt: Timestamp | null;
}

export function stateOfErasure({ completedAt }: Pick<Erasure, "completedAt">): ErasureState {
  return completedAt === null ? "PENDING" : "COMPLETE";
}

/** Parts of names that are too short to tell anybody. */
const TELLING_CHARACTERS = 3;

/**
 * The reason of an erasure outlives whom it is about, so that nothing that is erased may stand in
 * it. Nothing of it is repeated.
 */
export function readErasureReason(text: string, known: PersonalData | null): string {
  const reason = readReason(text, LIMITS.reasonCharacters);
  const said = folded(reason);
  const told = known && tellingTexts(known).find((part) => said.includes(folded(part)));
  if (!told) return reason;
  throw new DomainError("INVALID_VALUE", "the reason stays: leave the owner's own data out of it", {
    field: "reason",
  });
}

function tellingTexts({ displayName, email, phone, address }: PersonalData): string[] {
  const lines = [displayName, ...displayName.split(/[\s,]+/), email, phone, address];
  return lines.filter((part): part is string => (part?.length ?? 0) >= TELLING_CHARACTERS);
}

/** However it is spelled: without case, accents and white space. */
function folded(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/[\p{M}\s]/gu, "")
    .toLowerCase();
}

/** Refuses to erase somebody who must be told of a recall, unless that is overridden. */
export function holdOf(recalled: number, isOverridden: boolean): Hold {
  if (recalled === 0) return "NONE";
  if (isOverridden) return "OVERRIDDEN";
  throw new DomainError(
    "OWNER_ON_HOLD",
    `${recalled} of his devices are in an open recall, and he must be reached until it is over`,
    { recalled },
  );
}
