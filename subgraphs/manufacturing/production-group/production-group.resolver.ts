import type { GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, Info, Int, Query, Resolver, Root } from "type-graphql";
import { asksOfNodesOnly } from "../../../shared/graph/asked-of-nodes.ts";
import { askedPage, type PageArgs } from "../../../shared/graph/page-arguments.type.ts";
import { type ConnectionOf, connectionOf } from "../../../shared/graph/page-info.type.ts";
import { cutPage, readPage } from "../../../shared/page.ts";
import type { Context } from "../context.ts";
import { type DeviceRow, NAMING_FIELDS } from "../device/device.store.ts";
import { Device, DeviceConnection } from "../device/device.type.ts";
import { assertMayGroup, mayGroup, type Seen } from "../share/partner-sight.ts";
import { seenOf } from "../visibility/seen.ts";
import type { MemberQuestion } from "./member-statements.store.ts";
import {
  assertGroupable,
  type GroupKey,
  groupFields,
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
      "The devices that share a value. Null where no device that you may see by it ever had it; BAD_USER_INPUT for a field that does not group devices.",
  })
  async productionGroup(
    @Arg("field", () => String, { description: "A grouping field, like lotCode." })
    field: string,
    @Arg("value", () => String, { description: "The value that its devices share; exact." })
    value: string,
    @Ctx() context: Context,
  ): Promise<GroupKey | null> {
    const group = { field, value };
    // A partner that has no share of the field does not even learn whether there is one.
    if (context.partner !== null) return (await context.groups.exists.load(group)) ? group : null;
    await checkGroupable(field, context);
    return (await context.groups.exists.load(group)) ? group : null;
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
    return groups.count({ field, membership, values: [value], except: null });
  }

  @FieldResolver(() => DeviceConnection, {
    description: "The devices of the group, in about the order in which they were first recorded.",
  })
  devices(
    @Root() { field, value }: GroupKey,
    @Args(() => GroupDevices) { membership, ...asked }: GroupDevices,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ConnectionOf<DeviceRow>> {
    const question = { field, membership, values: [value], except: null };
    return members(question, asked, { context, info });
  }
}

@Resolver(() => Device)
export class DeviceGroupsResolver {
  @FieldResolver(() => [ProductionGroup], {
    description: "All groups that the device is in now: built-in fields first, then custom ones.",
  })
  async groups(
    @Root() device: Seen<DeviceRow>,
    @Ctx() { definitions }: Context,
  ): Promise<GroupKey[]> {
    const fields = groupFields(await definitions.all());
    return groupsOf(
      device,
      fields.filter((field) => mayGroup(field, "CURRENT", device)),
    );
  }

  @FieldResolver(() => ProductionGroup, {
    nullable: true,
    description: "The production lot that it is of; null where none is known.",
  })
  lot(@Root() device: Seen<DeviceRow>): GroupKey | null {
    assertMayGroup("lotCode", "CURRENT", device);
    const { lotCode } = device;
    return lotCode === null ? null : { field: "lotCode", value: lotCode };
  }

  @FieldResolver(() => DeviceConnection, {
    nullable: true,
    description:
      "The other devices of its group of a field. CURRENT: those in the group that it is in now. EVER: those that were ever in any group that it was ever in.",
  })
  async siblings(
    @Root() device: Seen<DeviceRow>,
    @Args(() => Siblings) { by, membership, ...asked }: Siblings,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ConnectionOf<DeviceRow>> {
    assertMayGroup(by, membership, device);
    await checkGroupable(by, context);
    const { deviceId } = device;
    const values =
      membership === "EVER"
        ? await context.groups.everValues.load({ deviceId, field: by })
        : [groupValueOf(device, by)].filter((value) => value !== null);
    const question = { field: by, membership, values, except: deviceId };
    return members(question, asked, { context, info });
  }
}

/** Built-in fields need no look at the definitions. */
async function checkGroupable(field: string, { definitions }: Context): Promise<void> {
  assertGroupable(field, isGroupField(field) ? [] : await definitions.all());
}

async function members(
  question: MemberQuestion,
  asked: PageArgs,
  { context, info }: { context: Context; info: GraphQLResolveInfo },
): Promise<ConnectionOf<DeviceRow>> {
  const { groups } = context;
  const page = readPage(askedPage(asked), `members ${JSON.stringify(question)}`);
  // What a partner may see is cut out of the whole device.
  const isWhole = context.partner !== null || !asksOfNodesOnly(NAMING_FIELDS, info);
  const columns = isWhole ? "ALL" : "NAMES";
  const rows = question.values.length > 0 ? await groups.page({ ...question, page, columns }) : [];
  return connectionOf(page, await seenOf(cutPage(page, rows), context), {
    keyOf: ({ deviceId }) => deviceId,
    nodeOf: (device) => device,
    totalCount: async () => (question.values.length > 0 ? groups.count(question) : 0),
  });
}
