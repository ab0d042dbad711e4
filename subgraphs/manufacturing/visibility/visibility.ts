import type { Caller, CallerRole } from "../../../shared/caller.ts";
import type { PeerExecutor } from "../../../shared/graph/subgraph-service.ts";
import { sightOf } from "../access.ts";
import type { KnownDevice } from "../device/device-record.ts";
import {
  deviceSeen,
  type PartnerSight,
  partnerOf,
  partnerSight,
  type Seen,
} from "../share/partner-sight.ts";
import { NO_IDENTITY, ownedByCaller } from "./owned-by-caller.ts";

/** Answers a device as the caller may see it; null where it may not, or where there is none. */
export type Visibility = <Device extends KnownDevice>(
  device: Device | null,
) => Promise<Seen<Device> | null>;

/** What is shared with the caller, by device; null where it is not. */
interface SharedWithCaller {
  fieldsOf: { load(deviceId: number): Promise<{ fields: readonly string[] } | null> };
}

/** Asks in the place of a device that is not there: what takes as long says as little. */
const NO_DEVICE = 0;

/** The rule of rows of this subgraph. Make one per request: it asks for many devices at once. */
export function visibility(
  caller: Caller,
  ownership: PeerExecutor,
  shared: SharedWithCaller,
): Visibility {
  const owned = ownedByCaller(ownership, caller);
  const isSeenByRole = async (device: KnownDevice | null) => {
    const sight = sightOf(caller);
    return sight === "OWNED" ? owned.load(device?.connhexId ?? NO_IDENTITY) : sight === "ALL";
  };
  if (partnerOf(caller) === null) {
    return async (device) => ((await isSeenByRole(device)) ? device : null);
  }
  const otherRoles: readonly CallerRole[] = caller.roles.filter((role) => role !== "partner");
  const sights = new Map<string, PartnerSight>();
  const sightOfDevice = (fields: readonly string[], isSeen: boolean): PartnerSight => {
    const key = `${isSeen} ${fields}`;
    const sight = sights.get(key) ?? partnerSight(fields, isSeen ? otherRoles : []);
    sights.set(key, sight);
    return sight;
  };
  return async (device) => {
    const [isSeen, share] = await Promise.all([
      isSeenByRole(device),
      shared.fieldsOf.load(device?.deviceId ?? NO_DEVICE),
    ]);
    if (!device || (!isSeen && !share)) return null;
    return deviceSeen(device, sightOfDevice(share?.fields ?? [], isSeen));
  };
}
