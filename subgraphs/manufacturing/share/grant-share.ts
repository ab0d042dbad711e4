import { DomainError } from "../../../shared/domain-error.ts";
import { readReason } from "../../../shared/reason.ts";
import { now, type Timestamp } from "../../../shared/time.ts";
import type { Context } from "../context.ts";
import { LIMITS } from "../limits.ts";
import {
  assertAllRecorded,
  assertMayEnd,
  assertMayShareMore,
  readGrant,
  type ShareRequest,
} from "./share.ts";

/** Grants a share, with all its devices where they are listed, or nothing. Answers its id. */
export async function shareDevices(context: Context, request: ShareRequest): Promise<number> {
  const grant = readGrant(request, await context.definitions.all(), now());
  const shareId = await context.nextShareId();
  await context.write(async ({ shares }) => {
    assertMayShareMore(grant.partner, await shares.countLasting(grant.partner));
    const known = await shares.devicesNamed(grant.serialNumbers);
    assertAllRecorded(grant.serialNumbers.filter((serialNumber) => !known.has(serialNumber)));
    const by = { grantedBy: context.caller.subject, deviceIds: [...known.values()] };
    await shares.grant(shareId, grant, by);
  });
  return shareId;
}

/** Ends a share at a time ahead, or now. */
export async function endShare(
  context: Context,
  shareId: number,
  { at, reason }: { at: Timestamp | null; reason: string },
): Promise<void> {
  const end = {
    at,
    endedBy: context.caller.subject,
    reason: readReason(reason, LIMITS.reasonCharacters),
  };
  await context.write(async ({ shares }) => {
    const share = await shares.byId.load(shareId);
    if (!share) throw new DomainError("NOT_FOUND", "no such share");
    assertMayEnd({ end: share.endedAt, to: share.to }, at, now());
    await shares.end(shareId, end);
  });
}
