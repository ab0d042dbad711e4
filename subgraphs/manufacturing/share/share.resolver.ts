import {
  Arg,
  Args,
  Ctx,
  FieldResolver,
  ID,
  Int,
  Mutation,
  Query,
  Resolver,
  Root,
} from "type-graphql";
import { DomainError } from "../../../shared/domain-error.ts";
import { globalId, numberOfGlobalId } from "../../../shared/global-id.ts";
import { askedPage, PageArgs } from "../../../shared/graph/page-arguments.type.ts";
import { type ConnectionOf, connectionOf } from "../../../shared/graph/page-info.type.ts";
import { DateTime } from "../../../shared/graph/scalars.ts";
import { cutPage, readPage } from "../../../shared/page.ts";
import type { Timestamp } from "../../../shared/time.ts";
import { SHARE_READERS } from "../access.ts";
import type { Context } from "../context.ts";
import type { DeviceRow } from "../device/device.store.ts";
import { DeviceConnection } from "../device/device.type.ts";
import { endShare, shareDevices } from "./grant-share.ts";
import type { ShareRow } from "./share.store.ts";
import {
  type CriteriaTerms,
  type GroupTerms,
  VALUE_CRITERIA,
  type ValueCriterion,
} from "./share.ts";
import { Share, ShareConnection, ShareCriteria, ShareGroup, SharesArgs } from "./share.type.ts";
import { ShareDevicesInput } from "./share-input.type.ts";

/** The share that an id names, for whoever reads shares. */
export async function shareOfReference(
  { id }: { id?: string | null },
  { caller, shares }: Context,
): Promise<ShareRow | null> {
  const shareId = numberOfGlobalId("Share", id ?? "");
  const mayRead = caller.roles.some((role) => SHARE_READERS.includes(role));
  return shareId === null || !mayRead ? null : shares.byId.load(shareId);
}

@Resolver(() => Share)
export class ShareResolver {
  @Query(() => ShareConnection, {
    description: "What was, is and will be shared, in the order in which it was granted.",
  })
  async shares(
    @Args(() => SharesArgs) { partner = null, ...asked }: SharesArgs,
    @Ctx() { shares }: Context,
  ): Promise<ConnectionOf<ShareRow>> {
    const page = readPage(askedPage(asked), `shares ${JSON.stringify(partner)}`);
    return connectionOf(page, cutPage(page, await shares.page(partner, page)), {
      keyOf: ({ shareId }) => shareId,
      nodeOf: (share) => share,
      totalCount: () => shares.count(partner),
    });
  }

  @Query(() => Share, { nullable: true, description: "The share with this id." })
  share(
    @Arg("id", () => ID, { description: "Of a share." }) id: string,
    @Ctx() context: Context,
  ): Promise<ShareRow | null> {
    return shareOfReference({ id }, context);
  }

  @Mutation(() => Share, {
    description: "Lets a partner see devices. Nothing is shared by default.",
  })
  async shareDevices(
    @Arg("input", () => ShareDevicesInput, { description: "With whom, what and why." })
    input: ShareDevicesInput,
    @Ctx() context: Context,
  ): Promise<ShareRow> {
    return shareOf(await shareDevices(context, input), context);
  }

  @Mutation(() => Share, {
    description:
      "Ends a share before its time: from then on the partner sees nothing by it. To change a share, end it and share anew.",
  })
  async endShare(
    @Arg("id", () => ID, { description: "Of the share." }) id: string,
    @Arg("reason", () => String, { description: "Why; at most 1,000 characters." }) reason: string,
    @Arg("at", () => DateTime, {
      nullable: true,
      description: "Not in the past; now unless given.",
    })
    at: Timestamp | null | undefined,
    @Ctx() context: Context,
  ): Promise<ShareRow> {
    const shareId = numberOfGlobalId("Share", id);
    if (shareId === null) throw new DomainError("NOT_FOUND", "no such share");
    await endShare(context, shareId, { reason, at: at ?? null });
    return shareOf(shareId, context);
  }

  @FieldResolver(() => ID)
  id(@Root() { shareId }: ShareRow): string {
    return globalId("Share", shareId);
  }

  @FieldResolver(() => ShareGroup, { nullable: true, description: "The terms of kind GROUP." })
  group(@Root() { groupField, groupValues }: ShareRow): GroupTerms | null {
    return groupField !== null && groupValues ? { field: groupField, values: groupValues } : null;
  }

  @FieldResolver(() => ShareCriteria, {
    nullable: true,
    description: "The terms of kind CRITERIA.",
  })
  criteria(@Root() share: ShareRow): CriteriaTerms | null {
    if (share.kind !== "CRITERIA") return null;
    const fields = Object.keys(VALUE_CRITERIA) as ValueCriterion[];
    const values = Object.fromEntries(fields.map((field) => [field, share[VALUE_CRITERIA[field]]]));
    return { ...share, ...values };
  }

  @FieldResolver(() => DeviceConnection, {
    description:
      "The devices that it covers now, whether it is active or not: of kind LIST, its terms.",
  })
  async devices(
    @Root() { shareId }: ShareRow,
    @Args(() => PageArgs) asked: PageArgs,
    @Ctx() context: Context,
  ): Promise<ConnectionOf<DeviceRow>> {
    const page = readPage(askedPage(asked), `devices of share ${shareId}`);
    const rows = await context.sharedDevices.page({ shareId }, page);
    return connectionOf(page, cutPage(page, rows), {
      keyOf: ({ deviceId }) => deviceId,
      nodeOf: (device) => device,
      totalCount: () => deviceCount(shareId, context),
    });
  }

  @FieldResolver(() => Int, { description: "How many devices it covers now; exact." })
  deviceCount(@Root() { shareId }: ShareRow, @Ctx() context: Context): Promise<number> {
    return deviceCount(shareId, context);
  }
}

async function deviceCount(shareId: number, { sharedDevices }: Context): Promise<number> {
  return (await sharedDevices.countOfShare.load(shareId))?.count ?? 0;
}

async function shareOf(shareId: number, { shares }: Context): Promise<ShareRow> {
  const share = await shares.byId.load(shareId);
  if (!share) throw new Error(`share ${shareId} is gone`);
  return share;
}
