import { readReason } from "../../../shared/reason.ts";
import type { Context } from "../context.ts";
import { assertConnhexId } from "../identity/identity.ts";
import { LIMITS } from "../limits.ts";
import { actorOf, assertMayRelease } from "./ownership.ts";
import { claimantOf } from "./register-ownership.ts";

/** Ends a device's present ownership. Answers the ownership that ended. */
export async function releaseOwnership(context: Context, connhexId: string, text: string) {
  assertConnhexId(connhexId);
  const reason = readReason(text, LIMITS.reasonCharacters);
  const claimant = claimantOf(context);
  const ownershipId = await context.nextId("ownership");
  const ended = await context.write(async ({ ownerships, offers }) => {
    const current = await ownerships.lock(connhexId);
    assertMayRelease(connhexId, current, claimant);
    const note = { actor: actorOf(claimant, current.ownerId), reason };
    await ownerships.change(current, { ownershipId, ownerId: null }, note);
    await offers.remove(connhexId);
    return current.ownershipId;
  });
  const row = await context.ownerships.byId.load(ended);
  if (!row) throw new Error("an ended ownership is not in the history");
  return row;
}
