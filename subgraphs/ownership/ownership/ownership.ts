import { DomainError } from "../../../shared/domain-error.ts";
import { LIMITS } from "../limits.ts";

/** How a device came to its owner, or to none. */
export const OWNERSHIP_CHANGES = ["REGISTERED", "TRANSFERRED", "RELEASED"] as const;
export type OwnershipChange = (typeof OWNERSHIP_CHANGES)[number];

/** How an ownership ended. */
export const OWNERSHIP_ENDS = ["TRANSFER", "RELEASE"] as const;
export type OwnershipEnd = (typeof OWNERSHIP_ENDS)[number];

/** What the change that followed an ownership says of its end; null while it lasts. */
export function endOf(next: OwnershipChange | null): OwnershipEnd | null {
  if (next === null) return null;
  return next === "TRANSFERRED" ? "TRANSFER" : "RELEASE";
}

/** Who has a device now. */
export interface CurrentOwnership {
  connhexId: string;
  /** Id of the latest revision. */
  ownershipId: number;
  ownerId: number | null;
  ownerSubject: string | null;
  revision: number;
}

/** Who asks for a change: staff, or an owner who signs in under this subject. */
export interface Claimant {
  subject: string;
  isStaff: boolean;
}

/** Who an owner is in the history of ownerships: nothing of his own, so that nothing of him is left. */
export function ownerActor(ownerId: number): string {
  return `owner:${ownerId}`;
}

/** Whom the history names for a change: staff by subject, an owner who acts for himself by his id. */
export function actorOf({ subject, isStaff }: Claimant, ownerId: number): string {
  return isStaff ? subject : ownerActor(ownerId);
}

/** Checks that the device has an owner whom the claimant may act for: himself, or anybody by staff. */
export function assertMayRelease(
  connhexId: string,
  current: CurrentOwnership | null,
  claimant: Claimant,
): asserts current is CurrentOwnership & { ownerId: number } {
  if (current?.ownerId == null || !(claimant.isStaff || isOwner(current, claimant))) {
    throw notRegistered(connhexId, claimant);
  }
  assertMayChange(current);
}

/** Checks that the claimant is the device's present owner. */
export function assertIsPresentOwner(
  connhexId: string,
  current: CurrentOwnership | null,
  claimant: Claimant,
): asserts current is CurrentOwnership & { ownerId: number } {
  if (current?.ownerId == null || !isOwner(current, claimant)) {
    throw notRegistered(connhexId, { ...claimant, isStaff: false });
  }
}

/** Whether the claimant is the device's present owner himself; then his call is his consent. */
export function isOwner(current: CurrentOwnership | null, claimant: Claimant): boolean {
  return current?.ownerId != null && current.ownerSubject === claimant.subject;
}

/** Checks that the device's list of owners is not full. */
export function assertMayChange({ connhexId, revision }: CurrentOwnership): void {
  if (revision < LIMITS.revisionsOfOne) return;
  throw new DomainError(
    "LIMIT_EXCEEDED",
    `${connhexId} has changed hands ${revision} times; no more is possible`,
  );
}

/** Checks that a transfer leads to somebody else. */
export function assertIsAnotherOwner(current: CurrentOwnership, ownerId: number): void {
  if (current.ownerId !== ownerId) return;
  throw new DomainError("NOTHING_TO_CHANGE", `${current.connhexId} is this owner's already`);
}

/** An owner learns the same of a device that is somebody else's and of one that is nobody's. */
function notRegistered(connhexId: string, { isStaff }: Claimant): DomainError {
  const who = isStaff ? "nobody has" : "you have not";
  return new DomainError("NOT_REGISTERED", `${who} registered ${connhexId}`);
}
