import { DomainError } from "../../../shared/domain-error.ts";
import { readReason } from "../../../shared/reason.ts";
import type { Context } from "../context.ts";
import { assertConnhexId } from "../identity/identity.ts";
import { LIMITS } from "../limits.ts";
import type { OwnerText } from "../owner/owner.ts";
import { afterWrongCode, assertMayTry } from "../secret/attempts.ts";
import { newCode, readCode } from "../secret/secret.ts";
import {
  actorOf,
  assertIsAnotherOwner,
  assertIsPresentOwner,
  assertMayChange,
} from "./ownership.ts";
import {
  assertRegistrable,
  claimantOf,
  ownerHimself,
  ownerOnBehalf,
} from "./register-ownership.ts";

/** Writes the present owner's offer; its code is answered once and stored as a hash. */
export async function offerTransfer(context: Context, connhexId: string) {
  assertConnhexId(connhexId);
  const code = newCode();
  const codeHash = context.secrets.hash("consent-code", connhexId, code);
  const himself = { subject: context.caller.subject, isStaff: false };
  const expiresAt = await context.write(async ({ ownerships, offers }) => {
    const current = await ownerships.lock(connhexId);
    assertIsPresentOwner(connhexId, current, himself);
    const { ownerId, revision } = current;
    return offers.put(connhexId, { ownerId, revision, codeHash });
  });
  return { connhexId, code, expiresAt };
}

interface Transfer {
  connhexId: string;
  owner?: OwnerText | null;
  ownerId?: string | null;
  consentCode?: string | null;
  reason?: string | null;
}

/** Gives a device from its present owner to another one, with the present one's consent. */
export async function transferOwnership(context: Context, input: Transfer) {
  const { connhexId } = input;
  assertConnhexId(connhexId);
  const reason = input.reason == null ? null : readReason(input.reason, LIMITS.reasonCharacters);
  const claimant = claimantOf(context);
  const himself = { ...claimant, isStaff: false };
  const row = await context.ownerships.currentOf(connhexId);
  const isGiver =
    context.caller.roles.includes("owner") && row !== null && row.subject === claimant.subject;
  // A giver and staff name the new owner; whoever comes with the code is the new owner himself.
  const ownerToBe =
    isGiver || claimant.isStaff
      ? await ownerOnBehalf(context, input)
      : await ownerHimself(context, input);
  await assertRegistrable(context, connhexId);
  const codeHash = isGiver ? null : await assertConsent(context, connhexId, input.consentCode);
  const ownershipId = await context.nextId("ownership");
  return context.write(async ({ ownerships, owners, offers }) => {
    const current = await ownerships.lock(connhexId);
    if (isGiver) assertIsPresentOwner(connhexId, current, himself);
    const offer = await offers.remove(connhexId);
    // The code was right a moment ago; it must still belong to the present owner's offer.
    const isConsented =
      isGiver ||
      (codeHash !== null &&
        offer !== null &&
        offer.revision === current?.revision &&
        context.secrets.isSame(offer.codeHash, codeHash));
    if (!current || !isConsented) throw consentRequired(connhexId);
    assertMayChange(current);
    const ownerId = await ownerToBe.settle(owners);
    assertIsAnotherOwner(current, ownerId);
    const actor = actorOf(claimant, (isGiver ? current.ownerId : null) ?? ownerId);
    const note = { actor, reason };
    const from = await ownerships.change(current, { ownershipId, ownerId }, note);
    return { ownershipId, connhexId, ownerId, from, to: null, next: null };
  });
}

/**
 * Checks the code of the present owner's offer, and answers its hash. The count of wrong codes is
 * committed before the refusal. A wrong code, an expired offer and none at all look the same.
 */
async function assertConsent(
  { write, secrets, seen }: Context,
  connhexId: string,
  text: string | null | undefined,
): Promise<Buffer> {
  const code = text == null ? null : readCode(text);
  if (text == null) throw consentRequired(connhexId);
  const given = secrets.hash("consent-code", connhexId, code ?? "");
  const isRight = await write(async ({ offers }) => {
    const offer = await offers.lock(connhexId);
    if (!offer) return false;
    assertMayTry(offer);
    if (code !== null && secrets.isSame(offer.codeHash, given)) return !offer.isExpired;
    const { failed, lockMinutes } = afterWrongCode(offer);
    seen?.add([connhexId, null]);
    await offers.noteTry(connhexId, failed, lockMinutes);
    return false;
  });
  if (!isRight) throw consentRequired(connhexId);
  return given;
}

function consentRequired(connhexId: string): DomainError {
  const text = "needs its present owner, or the code of an offer of his that has not expired";
  return new DomainError("CONSENT_REQUIRED", `transferring ${connhexId} ${text}`, {
    field: "consentCode",
  });
}
