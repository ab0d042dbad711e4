import { Arg, Args, Ctx, FieldResolver, Int, Query, Resolver, Root } from "type-graphql";
import { askedPage, type PageArgs } from "../../../shared/graph/page-arguments.type.ts";
import { type ConnectionOf, connectionOf } from "../../../shared/graph/page-info.type.ts";
import { cutPage, readPage } from "../../../shared/page.ts";
import type { Context } from "../context.ts";
import type { DeviceRow } from "../device/device.store.ts";
import { Device, DeviceConnection } from "../device/device.type.ts";
import type { MemberQuestion } from "./production-group.store.ts";
import {
  assertGroupable,
  type GroupKey,
  groupsOf,
  groupValueOf,
  isGroupField,
  type Membership,
} from "./production-group.ts";
import {
  GroupDevices,
  MembershipEnum,
  ProductionGroup,
  Siblings,
} from "./production-group.type.ts";

@Resolver(() => ProductionGroup)
export class ProductionGroupResolver {
  @Query(() => ProductionGroup, {
    nullable: true,
    description:
      "The devices that share a value. Null where no device ever had it; BAD_USER_INPUT for a field that does not group devices.",
  })
  async productionGroup(
    @Arg("field", () => String, { description: "A grouping field, like lotCode." })
    field: string,
    @Arg("value", () => String, { description: "The value that its devices share; exact." })
    value: string,
    @Ctx() context: Context,
  ): Promise<GroupKey | null> {
    await checkGroupable(field, context);
    return (await context.groups.exists.load({ field, value })) ? { field, value } : null;
  }

  @FieldResolver(() => Int, { description: "How many devices the group has; exact." })
  deviceCount(
    @Root() { field, value }: GroupKey,
    @Arg("membership", () => MembershipEnum, {
      defaultValue: "CURRENT",
      description: "Those now, or those ever.",
    })
    membership: Membership,
    @Ctx() { groups }: Context,
  ): Promise<number> {
    return groups.count.load({ field, membership, values: [value], except: null });
  }

  @FieldResolver(() => DeviceConnection, {
    description: "The devices of the group, in about the order in which they were first recorded.",
  })
  devices(
    @Root() { field, value }: GroupKey,
    @Args(() => GroupDevices) { membership, ...asked }: GroupDevices,
    @Ctx() context: Context,
  ): Promise<ConnectionOf<DeviceRow>> {
    return members({ field, membership, values: [value], except: null }, asked, context);
  }
}

@Resolver(() => Device)
export class DeviceGroupsResolver {
  @FieldResolver(() => [ProductionGroup], {
    description: "All groups that the device is in now: built-in fields first, then custom ones.",
  })
  async groups(@Root() device: DeviceRow, @Ctx() { definitions }: Context): Promise<GroupKey[]> {
    return groupsOf(device, await definitions.all());
  }

  @FieldResolver(() => ProductionGroup, {
    nullable: true,
    description: "The production lot that it is of; null where none is known.",
  })
  lot(@Root() { lotCode }: DeviceRow): GroupKey | null {
    return lotCode === null ? null : { field: "lotCode", value: lotCode };
  }

  @FieldResolver(() => DeviceConnection, {
    description:
      "The other devices of its group of a field. CURRENT: those in the group that it is in now. EVER: those that were ever in any group that it was ever in.",
  })
  async siblings(
    @Root() device: DeviceRow,
    @Args(() => Siblings) { by, membership, ...asked }: Siblings,
    @Ctx() context: Context,
  ): Promise<ConnectionOf<DeviceRow>> {
    await checkGroupable(by, context);
    const { deviceId } = device;
    const values =
      membership === "EVER"
        ? await context.groups.everValues.load({ deviceId, field: by })
        : [groupValueOf(device, by)].filter((value) => value !== null);
    return members({ field: by, membership, values, except: deviceId }, asked, context);
  }
}

/** Built-in fields need no look at the definitions. */
async function checkGroupable(field: string, { definitions }: Context): Promise<void> {
  assertGroupable(field, isGroupField(field) ? [] : await definitions.all());
}

async function members(
  question: MemberQuestion,
  asked: PageArgs,
  { groups }: Context,
): Promise<ConnectionOf<DeviceRow>> {
  const page = readPage(askedPage(asked), `members ${JSON.stringify(question)}`);
  const rows = question.values.length > 0 ? await groups.page.load({ ...question, page }) : [];
  return connectionOf(page, cutPage(page, rows), {
    keyOf: ({ deviceId }) => deviceId,
    nodeOf: (device) => device,
    totalCount: async () => (question.values.length > 0 ? groups.count.load(question) : 0),
  });
}
