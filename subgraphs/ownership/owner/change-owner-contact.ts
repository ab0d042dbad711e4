import { DomainError } from "../../../shared/domain-error.ts";
import { numberOfGlobalId } from "../../../shared/global-id.ts";
import type { Context } from "../context.ts";
import { claimantOf } from "../ownership/register-ownership.ts";
import { type OwnerContactText, readContactChange } from "./owner.ts";

/**
 * Changes an owner's name and contact: his own, or for staff those of the owner with this id.
 * Answers the owner as he is then. Nothing of what was given, or known, is in a refusal.
 */
export async function changeOwnerContact(
  context: Context,
  globalId: string | null,
  given: OwnerContactText,
) {
  const change = readContactChange(given);
  const ownerId = await ownerToChange(context, globalId);
  const key = { tenant: context.caller.tenant, ownerId };
  await context.write(async ({ owners }) => {
    const sealed = await owners.lockContact(ownerId);
    // Without his key nobody can read, nor write, what was under it.
    if (!sealed) throw notFound();
    const data = { ...context.contacts.open(key, sealed), ...change };
    await owners.changeContact(ownerId, context.contacts.sealAgain(key, sealed, data));
  });
  const owner = await context.owners.find(ownerId);
  if (!owner) throw new Error("an owner whose contact was changed is gone");
  return owner;
}

/** Staff name an owner; an owner names himself, or nobody. */
async function ownerToChange(context: Context, globalId: string | null): Promise<number> {
  const { caller, owners } = context;
  const { isStaff } = claimantOf(context);
  const himself = caller.roles.includes("owner")
    ? await owners.bySubject.load(caller.subject)
    : null;
  if (globalId === null) {
    if (himself) return himself.ownerId;
    if (!isStaff) throw notFound();
    throw new DomainError("BAD_USER_INPUT", "say whose contact it is", { field: "ownerId" });
  }
  const ownerId = numberOfGlobalId("Owner", globalId);
  if (himself && ownerId === himself.ownerId) return himself.ownerId;
  if (!isStaff) throw new DomainError("FORBIDDEN", "you may change your own contact only");
  const known = ownerId === null ? null : await owners.find(ownerId);
  if (!known) throw notFound();
  return known.ownerId;
}

function notFound(): DomainError {
  return new DomainError("OWNER_NOT_FOUND", "there is no such owner, or he was erased");
}
