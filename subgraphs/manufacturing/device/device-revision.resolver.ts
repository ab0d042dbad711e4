import { FieldResolver, ID, Resolver, Root } from "type-graphql";
import { globalId, keyOfGlobalId } from "../../../shared/global-id.ts";
import type { Context } from "../context.ts";
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
  if (!key || !device || key.revision > device.revision) return null;
  const { deviceId, revision, at } = key;
  const lowest = at === undefined ? revision : 1;
  const found = await revisions.range.load({ deviceId, lowest, highest: revision });
  return at === undefined ? (found[0] ?? null) : composeAsOf(inEffect(found, at, null), at);
}

@Resolver(() => DeviceRevision)
export class DeviceRevisionResolver {
  @FieldResolver(() => ID)
  id(@Root() revision: Revision): string {
    return globalId(TYPE, revisionKeyText(revision));
  }
}
