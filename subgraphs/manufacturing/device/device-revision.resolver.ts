import { FieldResolver, ID, Resolver, Root } from "type-graphql";
import { globalId, keyOfGlobalId } from "../../../shared/global-id.ts";
import type { Context } from "../context.ts";
import { reads, revisionSeen } from "../share/partner-sight.ts";
import {
  composeAsOf,
  inEffect,
  parseRevisionKey,
  type Revision,
  revisionKeyText,
} from "./device-revision.ts";
import { DeviceRevision } from "./device-revision.type.ts";

const TYPE = "DeviceRevision";

/** The revision, or the state composed for a moment, that an id names; only of a visible device. */
export async function revisionOfReference(
  { id }: { id?: string | null },
  { devices, revisions, visible }: Context,
): Promise<Revision | null> {
  const key = parseRevisionKey(keyOfGlobalId(TYPE, id ?? "") ?? "");
  const device = await visible(key && (await devices.byId.load(key.deviceId)));
  if (!key || !device || key.revision > device.revision || !reads("history", device)) return null;
  const { deviceId, revision, at } = key;
  const lowest = at === undefined ? revision : 1;
  const found = await revisions.range.load({ deviceId, lowest, highest: revision });
  const state = at === undefined ? found[0] : composeAsOf(inEffect(found, at, null), at);
  return state ? revisionSeen(state, device) : null;
}

@Resolver(() => DeviceRevision)
export class DeviceRevisionResolver {
  @FieldResolver(() => ID)
  id(@Root() revision: Revision): string {
    return globalId(TYPE, revisionKeyText(revision));
  }
}
