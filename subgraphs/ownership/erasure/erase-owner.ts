import { DomainError } from "../../../shared/domain-error.ts";
import { numberOfGlobalId } from "../../../shared/global-id.ts";
import {
  commitmentOfErased,
  erasedText,
  type Person,
} from "../../../shared/ledger-store/commitment.ts";
import type { Context } from "../context.ts";
import { type CommittedReason, committedReason } from "../ledger/ownership-content.ts";
import { LIMITS } from "../limits.ts";
import type { PersonalData } from "../owner/owner.ts";
import { ownerActor } from "../ownership/ownership.ts";
import { type Erasure, type Hold, holdOf, readErasureReason } from "./erasure.ts";

type Transaction = Parameters<Parameters<Context["write"]>[0]>[0];

/**
 * Erases an owner: what he owned is nobody's, what is known of him is destroyed with its keys, and
 * what his history says of him is left as commitments. Whoever was erased before is answered as
 * he was; a call that was cut off goes on where it was.
 */
export async function eraseOwner(
  context: Context,
  globalId: string,
  { reason: text, overrideHold }: { reason: string; overrideHold: boolean },
): Promise<Erasure> {
  const ownerId = numberOfGlobalId("Owner", globalId);
  const owner = ownerId === null ? null : await context.owners.find(ownerId);
  if (!owner) throw notFound();
  const earlier = await context.erasures.ofOwner(owner.ownerId);
  if (earlier) return earlier;
  const { wrappedKey, ciphertext } = owner;
  const key = { tenant: context.caller.tenant, ownerId: owner.ownerId };
  const known: PersonalData | null =
    wrappedKey && ciphertext ? context.contacts.open(key, { wrappedKey, ciphertext }) : null;
  const reason = readErasureReason(text, known);
  const hold = holdOf(await countRecalled(context, owner.ownerId), overrideHold);
  const erasureId = await context.nextId("erasure");
  const erasure = { erasureId, ownerId: owner.ownerId, reason, hold };
  for (let attempt = 1; attempt <= LIMITS.erasureTries; attempt++) {
    await releaseAll(context, owner.ownerId);
    const done = await context.write((tx) => finish(tx, context, erasure));
    if (done) return done;
  }
  throw new DomainError("CONCURRENT_CHANGE", "the owner goes on registering devices");
}

/** How many of his devices are in a recall that is open. Rejects where nobody can say. */
async function countRecalled({ erasures, manufacturing, caller }: Context, ownerId: number) {
  const owned = await erasures.owned(ownerId, LIMITS.erasedDevices + 1);
  if (owned.length > LIMITS.erasedDevices) {
    const most = LIMITS.erasedDevices;
    throw new DomainError(
      "LIMIT_EXCEEDED",
      `he owns more than ${most} devices: release some first`,
    );
  }
  let recalled = 0;
  for (let from = 0; from < owned.length; from += LIMITS.batchRows) {
    const some = owned.slice(from, from + LIMITS.batchRows);
    recalled += (await manufacturing.recalled(caller.tenant, some)).length;
  }
  return recalled;
}

const RELEASE_REASON = "the owner was erased";

/** Ends his ownerships, some in a transaction: they are many where an organisation is erased. */
async function releaseAll(context: Context, ownerId: number): Promise<void> {
  const note = { actor: context.caller.subject, reason: RELEASE_REASON };
  for (;;) {
    const owned = await context.erasures.owned(ownerId, LIMITS.releasedAtOnce);
    if (owned.length === 0) return;
    const next = new Map<string, number>();
    for (const connhexId of owned) next.set(connhexId, await context.nextId("ownership"));
    await context.write(async ({ ownerships, offers }) => {
      for (const [connhexId, ownershipId] of next) {
        const current = await ownerships.lock(connhexId);
        if (current?.ownerId !== ownerId) continue;
        await ownerships.change(current, { ownershipId, ownerId: null }, note);
        await offers.remove(connhexId);
      }
    });
  }
}

interface ErasureToBe {
  erasureId: number;
  ownerId: number;
  reason: string;
  hold: Hold;
}

/** The end of it, in one transaction; null where he has a device again. */
async function finish(
  { erasures, personOf }: Transaction,
  { caller, people }: Context,
  erasure: ErasureToBe,
): Promise<Erasure | null> {
  const { ownerId } = erasure;
  await erasures.takeTurn();
  const held = await erasures.hold(ownerId);
  if (!held) throw notFound();
  // Somebody else was faster; then his word is the one that stays.
  if (held.isErased) return erasures.ofOwner(ownerId);
  if ((await erasures.owned(ownerId, 1)).length > 0) return null;
  const actor = ownerActor(ownerId);
  const changes = await erasures.namingChanges(ownerId, actor);
  // Also what a call released that was cut off: nobody else knows of it.
  const released = new Set(
    changes.flatMap(({ connhexId, reason }) => (reason === RELEASE_REASON ? [connhexId] : [])),
  ).size;
  const replaced = [];
  for (const change of changes) {
    const person = await personOf(change.actor);
    replaced.push({
      ...change,
      actor: change.actor === actor ? erasedText(person.actor) : change.actor,
      reason: erasedOnce(change, person),
    });
  }
  await erasures.replaceTexts(replaced);
  await erasures.erase(ownerId);
  people.forget(caller.tenant, actor);
  const by = await personOf(caller.subject);
  const committed = { actor: by.actor, reason: by.commit(erasure.reason) };
  return erasures.note({ ...erasure, released, erasedBy: caller.subject }, held.subject, committed);
}

function erasedOnce(change: CommittedReason, person: Person): string | null {
  const { reason, reasonKey } = change;
  if (reason === null || (reasonKey === null && commitmentOfErased(reason) !== null)) return reason;
  return erasedText(committedReason(change, person) ?? "");
}

function notFound(): DomainError {
  return new DomainError("OWNER_NOT_FOUND", "there is no owner with this id");
}
