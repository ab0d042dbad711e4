import type { GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, ID, Info, Query, Resolver, Root } from "type-graphql";
import { DomainError } from "../../../shared/domain-error.ts";
import { globalId, numberOfGlobalId } from "../../../shared/global-id.ts";
import { asksOfNodesOnly } from "../../../shared/graph/asked-of-nodes.ts";
import { askedPage, PageArgs } from "../../../shared/graph/page-arguments.type.ts";
import { type ConnectionOf, connectionOf } from "../../../shared/graph/page-info.type.ts";
import { DateTime } from "../../../shared/graph/scalars.ts";
import { cutPage, readPage } from "../../../shared/page.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { Context } from "../context.ts";
import { assertReads, revisionSeen, type Seen } from "../share/partner-sight.ts";
import type { DeviceRow } from "./device.store.ts";
import { Device } from "./device.type.ts";
import { CHANGE_FIELDS } from "./device-revision.store.ts";
import { composeAsOf, inEffect, type Revision, rangeOfPage } from "./device-revision.ts";
import { DeviceRevision, DeviceRevisionConnection } from "./device-revision.type.ts";

/** How the gateway names a device. */
export interface DeviceReference {
  id?: string | null;
  connhexId?: string | null;
}

/** The device that a reference names, where the caller may see it. */
export async function deviceOfReference(
  { id, connhexId }: DeviceReference,
  { devices, visible }: Context,
): Promise<Seen<DeviceRow> | null> {
  const deviceId = id == null ? null : numberOfGlobalId("Device", id);
  if (deviceId !== null) return visible(await devices.byId.load(deviceId));
  return visible(connhexId == null ? null : await devices.byConnhexId.load(connhexId));
}

@Resolver(() => Device)
export class DeviceResolver {
  @Query(() => Device, {
    nullable: true,
    description:
      "The device with this connhexId or this serial number; give exactly one. Null where there is none that you may see.",
  })
  async device(
    @Arg("connhexId", () => ID, { nullable: true, description: "Of its cloud identity." })
    connhexId: string | null | undefined,
    @Arg("serialNumber", () => String, { nullable: true, description: "As recorded; exact." })
    serialNumber: string | null | undefined,
    @Ctx() { devices, visible }: Context,
  ): Promise<Seen<DeviceRow> | null> {
    if ((connhexId == null) === (serialNumber == null)) {
      throw new DomainError("BAD_USER_INPUT", "give either connhexId or serialNumber");
    }
    if (connhexId != null) return visible(await devices.byConnhexId.load(connhexId));
    return visible(await devices.bySerialNumber.load(serialNumber ?? ""));
  }

  @FieldResolver(() => ID)
  id(@Root() { deviceId }: DeviceRow): string {
    return globalId("Device", deviceId);
  }

  @FieldResolver(() => DeviceRevisionConnection, {
    nullable: true,
    description: "All recorded states, oldest first. A page has at most 1,000.",
  })
  async history(
    @Root() device: Seen<DeviceRow>,
    @Args(() => PageArgs) asked: PageArgs,
    @Ctx() { revisions }: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ConnectionOf<Revision>> {
    assertReads("history", device);
    const { deviceId, revision } = device;
    const page = readPage(askedPage(asked), `history ${deviceId}`);
    const range = rangeOfPage(page, revision);
    // What a partner may see is cut out of the whole revision.
    const isWhole = device.sight || !asksOfNodesOnly(CHANGE_FIELDS, info);
    const revisionsAsked = isWhole ? revisions.range : revisions.changes;
    const rows = range ? await revisionsAsked.load({ deviceId, ...range }) : [];
    const read = page.backward ? [...rows].reverse() : rows;
    return connectionOf(page, cutPage(page, read), {
      keyOf: (row) => row.revision,
      nodeOf: (row) => revisionSeen(row, device),
      totalCount: async () => revision,
    });
  }

  @FieldResolver(() => DeviceRevision, {
    nullable: true,
    description:
      "What was true at a time, as it was known at another: from the revisions recorded by knownAt (now unless given) and in effect by at. Null where there are none.",
  })
  async asOf(
    @Root() device: Seen<DeviceRow>,
    @Arg("at", () => DateTime, { description: "What was true then." }) at: Timestamp,
    @Arg("knownAt", () => DateTime, { nullable: true, description: "As it was known then." })
    knownAt: Timestamp | null | undefined,
    @Ctx() { revisions }: Context,
  ): Promise<Revision | null> {
    assertReads("history", device);
    const { deviceId, revision } = device;
    const all = await revisions.range.load({ deviceId, lowest: 1, highest: revision });
    const composed = composeAsOf(inEffect(all, at, knownAt ?? null), at);
    return composed && revisionSeen(composed, device);
  }
}
