import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from "type-graphql";
import { DomainError } from "../../../shared/domain-error.ts";
import { globalId, numberOfGlobalId } from "../../../shared/global-id.ts";
import { askedPage, PageArgs } from "../../../shared/graph/page-arguments.type.ts";
import { type ConnectionOf, connectionOf } from "../../../shared/graph/page-info.type.ts";
import { cutPage, readPage } from "../../../shared/page.ts";
import { RECALL_READERS } from "../access.ts";
import type { Context } from "../context.ts";
import type { DeviceRow } from "../device/device.store.ts";
import { Device, DeviceConnection } from "../device/device.type.ts";
import { criteriaNow } from "./criteria-now.ts";
import { freezeRecall, withdrawRecall } from "./freeze-recall.ts";
import type { RecallRow } from "./recall.store.ts";
import type { RecallStatus } from "./recall.ts";
import { FreezeRecallInput, Recall, RecallConnection, RecallStatusEnum } from "./recall.type.ts";
import type { Standing } from "./recall-devices.store.ts";

/** The recall that an id names, for whoever reads recalls. */
export async function recallOfReference(
  { id }: { id?: string | null },
  { caller, recalls }: Context,
): Promise<RecallRow | null> {
  const recallId = numberOfGlobalId("Recall", id ?? "");
  const mayRead = caller.roles.some((role) => RECALL_READERS.includes(role));
  return recallId === null || !mayRead ? null : recalls.byId.load(recallId);
}

@Resolver(() => Recall)
export class RecallResolver {
  @Query(() => RecallConnection, {
    description: "All recalls, withdrawn ones too, in the order in which they were frozen.",
  })
  async recalls(
    @Args(() => PageArgs) asked: PageArgs,
    @Ctx() { recalls }: Context,
  ): Promise<ConnectionOf<RecallRow>> {
    const page = readPage(askedPage(asked), "recalls");
    return connectionOf(page, cutPage(page, await recalls.page(page)), {
      keyOf: ({ recallId }) => recallId,
      nodeOf: (recall) => recall,
      totalCount: () => recalls.count(),
    });
  }

  @Query(() => Recall, { nullable: true, description: "The recall with this id." })
  recall(
    @Arg("id", () => ID, { description: "Of a recall." }) id: string,
    @Ctx() context: Context,
  ): Promise<RecallRow | null> {
    return recallOfReference({ id }, context);
  }

  @Mutation(() => Recall, {
    description:
      "Freezes exactly the devices that criteria give. Refused with SCOPE_EMPTY where they give none. The same idempotencyKey with the same content answers the same recall again.",
  })
  async freezeRecall(
    @Arg("input", () => FreezeRecallInput, { description: "Which devices, and why." })
    input: FreezeRecallInput,
    @Arg("idempotencyKey", () => String, {
      nullable: true,
      description: "1 to 128 printable ASCII characters, unique within the tenant.",
    })
    key: string | null | undefined,
    @Ctx() context: Context,
  ): Promise<RecallRow> {
    return recallOf(await freezeRecall(context, input, key ?? null), context);
  }

  @Mutation(() => Recall, { description: "Calls a recall off. Its set stays as it was frozen." })
  async withdrawRecall(
    @Arg("id", () => ID, { description: "Of the recall." }) id: string,
    @Arg("reason", () => String, { description: "Why; at most 1,000 characters." }) reason: string,
    @Ctx() context: Context,
  ): Promise<RecallRow> {
    const recallId = numberOfGlobalId("Recall", id);
    if (recallId === null) throw new DomainError("NOT_FOUND", "no such recall");
    await withdrawRecall(context, recallId, reason);
    return recallOf(recallId, context);
  }

  @FieldResolver(() => ID)
  id(@Root() { recallId }: RecallRow): string {
    return globalId("Recall", recallId);
  }

  @FieldResolver()
  criteria(@Root() { criteria }: RecallRow): unknown {
    return JSON.parse(criteria);
  }

  @FieldResolver(() => DeviceConnection, {
    description: "The devices that it holds, each as it is now. Which they are never changes.",
  })
  devices(
    @Root() { recallId, deviceCount }: RecallRow,
    @Args(() => PageArgs) asked: PageArgs,
    @Ctx() context: Context,
  ): Promise<ConnectionOf<DeviceRow>> {
    const standing: Standing = { kind: "HELD", recallId };
    return devicesOf(standing, asked, { context, count: async () => deviceCount });
  }

  @FieldResolver(() => DeviceConnection, {
    description:
      "Devices that it does not hold and that its criteria give now: recorded or changed since. They are not recalled until a recall is frozen that holds them.",
  })
  async candidates(
    @Root() recall: RecallRow,
    @Args(() => PageArgs) asked: PageArgs,
    @Ctx() context: Context,
  ): Promise<ConnectionOf<DeviceRow>> {
    const { recallId } = recall;
    const criteria = await criteriaNow(recall, context);
    return devicesOf({ kind: "CANDIDATE", recallId, criteria }, asked, { context });
  }

  @FieldResolver(() => DeviceConnection, {
    description:
      "Devices that it holds and that its criteria do not give any more: corrected since. They stay recalled.",
  })
  async departures(
    @Root() recall: RecallRow,
    @Args(() => PageArgs) asked: PageArgs,
    @Ctx() context: Context,
  ): Promise<ConnectionOf<DeviceRow>> {
    const { recallId } = recall;
    const criteria = await criteriaNow(recall, context);
    return devicesOf({ kind: "DEPARTED", recallId, criteria }, asked, { context });
  }
}

@Resolver(() => Device)
export class DeviceRecallResolver {
  @FieldResolver(() => RecallStatusEnum, {
    nullable: true,
    description:
      "Whether it is recalled. Where nothing can be said this is UNKNOWN, never CLEAR; read null, beside an error, as UNKNOWN too.",
  })
  recallStatus(@Root() { deviceId }: DeviceRow, @Ctx() context: Context): Promise<RecallStatus> {
    return context.recallStatus.load(deviceId);
  }

  @FieldResolver(() => [Recall], {
    nullable: true,
    description:
      "The recalls that hold it, withdrawn ones too, in the order of their freezing. Null, beside an error, where they cannot be read.",
  })
  async recalls(
    @Root() { deviceId }: DeviceRow,
    @Ctx() { recalls }: Context,
  ): Promise<RecallRow[]> {
    const held = await recalls.ofDevice.load(deviceId);
    const rows = await Promise.all(held.map(({ recallId }) => recalls.byId.load(recallId)));
    return rows.filter((recall) => recall !== null);
  }
}

async function devicesOf(
  standing: Standing,
  asked: PageArgs,
  { context, count }: { context: Context; count?: () => Promise<number> },
): Promise<ConnectionOf<DeviceRow>> {
  const { recallDevices } = context;
  const page = readPage(askedPage(asked), `${standing.kind} by recall ${standing.recallId}`);
  return connectionOf(page, cutPage(page, await recallDevices.page(standing, page)), {
    keyOf: ({ deviceId }) => deviceId,
    nodeOf: (device) => device,
    totalCount: count ?? (() => recallDevices.count(standing)),
  });
}

async function recallOf(recallId: number, { recalls }: Context): Promise<RecallRow> {
  const recall = await recalls.byId.load(recallId);
  if (!recall) throw new Error(`recall ${recallId} is gone`);
  return recall;
}
