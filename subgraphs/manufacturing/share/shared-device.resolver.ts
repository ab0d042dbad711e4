import { Arg, Args, Ctx, Directive, ID, Query, Resolver } from "type-graphql";
import { assertBatchSize } from "../../../shared/batch-size.ts";
import { DomainError } from "../../../shared/domain-error.ts";
import { numberOfGlobalId } from "../../../shared/global-id.ts";
import { askedPage } from "../../../shared/graph/page-arguments.type.ts";
import { type ConnectionOf, connectionOf } from "../../../shared/graph/page-info.type.ts";
import { cutPage, readPage } from "../../../shared/page.ts";
import { isPlainText } from "../../../shared/text.ts";
import type { Context } from "../context.ts";
import type { DeviceRow } from "../device/device.store.ts";
import { DeviceConnection } from "../device/device.type.ts";
import { LIMITS } from "../limits.ts";
import { seenOf } from "../visibility/seen.ts";
import { SharedDevicesArgs, SharedFields } from "./share.type.ts";

@Resolver()
export class SharedDeviceResolver {
  @Query(() => DeviceConnection, {
    description:
      "Every device that is shared with you now, as a partner: by any share, or by one. In about the order in which they were first recorded.",
  })
  async sharedDevices(
    @Args(() => SharedDevicesArgs) { share, ...asked }: SharedDevicesArgs,
    @Ctx() context: Context,
  ): Promise<ConnectionOf<DeviceRow>> {
    const partner = context.caller.client ?? "";
    const of = { partner, shareId: share == null ? null : await ownShare(share, context) };
    const page = readPage(askedPage(asked), `shared with ${partner} ${of.shareId}`);
    const rows = await context.sharedDevices.page(of, page);
    return connectionOf(page, await seenOf(cutPage(page, rows), context), {
      keyOf: ({ deviceId }) => deviceId,
      nodeOf: (device) => device,
      totalCount: () => context.sharedDevices.count(of),
    });
  }

  @Directive("@inaccessible")
  @Query(() => [SharedFields], {
    description:
      "Of these devices, at most 1,000, those that are shared with a partner now, and which fields of them.",
  })
  sharedFields(
    @Arg("partner", () => String, { description: "The name of its client." }) partner: string,
    @Arg("connhexIds", () => [ID], { description: "Devices by cloud identity." })
    connhexIds: string[],
    @Ctx() { sharedDevices }: Context,
  ): Promise<SharedFields[]> {
    assertBatchSize(connhexIds.length, LIMITS.rowsPerBatch);
    const most = LIMITS.connhexIdCharacters;
    const plain = connhexIds.filter((value) => isPlainText(value, most));
    return sharedDevices.fieldsByConnhexId(partner, plain);
  }
}

/** An active share of the partner. Of every other id it learns the same. */
async function ownShare(id: string, { caller, shares }: Context): Promise<number> {
  const shareId = numberOfGlobalId("Share", id);
  if (shareId !== null && (await shares.isActiveOf(caller.client ?? "", shareId))) return shareId;
  throw new DomainError("NOT_FOUND", "no such share", { argument: "share" });
}
