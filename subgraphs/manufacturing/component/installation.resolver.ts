import { Args, Ctx, FieldResolver, ID, Resolver, Root } from "type-graphql";
import { DomainError } from "../../../shared/domain-error.ts";
import { globalId, numberOfGlobalId } from "../../../shared/global-id.ts";
import { askedPage } from "../../../shared/graph/page-arguments.type.ts";
import { type ConnectionOf, connectionOf } from "../../../shared/graph/page-info.type.ts";
import { cutPage, readPage } from "../../../shared/page.ts";
import type { Timestamp } from "../../../shared/time.ts";
import { COMPONENT_READERS } from "../access.ts";
import type { Context } from "../context.ts";
import type { DeviceRow } from "../device/device.store.ts";
import { Device } from "../device/device.type.ts";
import type { Membership } from "../production-group/production-group.ts";
import type { ComponentRow } from "./component.store.ts";
import { Component } from "./component.type.ts";
import type {
  AskedInstallations,
  InstallationRow,
  RemovalRow,
  Side,
} from "./installation.store.ts";
import {
  ComponentInstallation,
  ComponentInstallationConnection,
  ComponentRemoval,
  InstallationsArgs,
  InstallationVerdict,
  Item,
} from "./installation.type.ts";

/** An item as resolvers pass it on: its number among devices and components. */
export interface ItemRow {
  itemId: number;
}

/** The installation that an id names, for whoever reads components. */
export async function installationOfReference(
  { id }: { id?: string | null },
  { caller, installations }: Context,
): Promise<InstallationRow | null> {
  const installationId = numberOfGlobalId("ComponentInstallation", id ?? "");
  const mayRead = caller.roles.some((role) => COMPONENT_READERS.includes(role));
  return installationId === null || !mayRead ? null : installations.byId.load(installationId);
}

/** Refuses `at` where it could not mean anything. */
export function readAsked({
  membership,
  at = null,
  knownAt = null,
}: {
  membership: Membership;
  at?: Timestamp | null | undefined;
  knownAt?: Timestamp | null | undefined;
}): AskedInstallations {
  if (at === null || membership === "CURRENT") return { membership, at, knownAt };
  throw new DomainError("BAD_USER_INPUT", "at goes with CURRENT: EVER is at any time", {
    argument: "at",
  });
}

@Resolver(() => Item)
export class ItemResolver {
  @FieldResolver(() => Device, { nullable: true, description: "The device; null for a component." })
  async device(
    @Root() { itemId }: ItemRow,
    @Ctx() { devices, visible }: Context,
  ): Promise<DeviceRow | null> {
    return visible(await devices.byId.load(itemId));
  }

  @FieldResolver(() => Component, {
    nullable: true,
    description: "The component; null for a device.",
  })
  component(
    @Root() { itemId }: ItemRow,
    @Ctx() { components }: Context,
  ): Promise<ComponentRow | null> {
    return components.byId.load(itemId);
  }
}

@Resolver(() => ComponentInstallation)
export class ComponentInstallationResolver {
  @FieldResolver(() => ID)
  id(@Root() { installationId }: InstallationRow): string {
    return globalId("ComponentInstallation", installationId);
  }

  @FieldResolver(() => Item, { description: "What it was put into." })
  parent(@Root() { parentId }: InstallationRow): ItemRow {
    return { itemId: parentId };
  }

  @FieldResolver(() => Item, { description: "What was put in." })
  child(@Root() { childId }: InstallationRow): ItemRow {
    return { itemId: childId };
  }

  @FieldResolver(() => String, { nullable: true })
  position(@Root() { position }: InstallationRow): string | null {
    return position === "" ? null : position;
  }

  @FieldResolver(() => ComponentInstallation, {
    nullable: true,
    description: "The installation whose place it took.",
  })
  async replaces(
    @Root() { installationId }: InstallationRow,
    @Ctx() { installations }: Context,
  ): Promise<InstallationRow | null> {
    const replaced = await installations.replacedBy.load(installationId);
    return replaced && installations.byId.load(replaced.installationId);
  }
}

@Resolver(() => ComponentRemoval)
export class ComponentRemovalResolver {
  @FieldResolver(() => ComponentInstallation, {
    nullable: true,
    description: "The installation that took its place; null where nothing did.",
  })
  replacedBy(
    @Root() { replacedBy }: RemovalRow,
    @Ctx() { installations }: Context,
  ): Promise<InstallationRow | null> {
    return replacedBy === null ? Promise.resolve(null) : installations.byId.load(replacedBy);
  }
}

@Resolver(() => InstallationVerdict)
export class InstallationVerdictResolver {
  @FieldResolver(() => ID, {
    nullable: true,
    description: "The id of the installation; null where the row was refused.",
  })
  installation(@Root() { installationId }: { installationId: number | null }): string | null {
    return installationId === null ? null : globalId("ComponentInstallation", installationId);
  }
}

/** Fields that devices and components have alike. */
function containing(type: typeof Device | typeof Component) {
  @Resolver(() => type)
  class ContainingResolver {
    @FieldResolver(() => ComponentInstallationConnection, {
      description: "What is, was or was at a time installed directly in it.",
    })
    components(
      @Root() source: DeviceRow | ComponentRow,
      @Args(() => InstallationsArgs) asked: InstallationsArgs,
      @Ctx() context: Context,
    ): Promise<ConnectionOf<InstallationRow>> {
      return installations("parent", itemOf(source), { asked, context });
    }

    @FieldResolver(() => ComponentInstallationConnection, {
      description: "In what it is, was or was at a time installed directly.",
    })
    installedIn(
      @Root() source: DeviceRow | ComponentRow,
      @Args(() => InstallationsArgs) asked: InstallationsArgs,
      @Ctx() context: Context,
    ): Promise<ConnectionOf<InstallationRow>> {
      return installations("child", itemOf(source), { asked, context });
    }
  }
  return ContainingResolver;
}

export const DeviceComponentsResolver = containing(Device);
export const ComponentComponentsResolver = containing(Component);

/** The number of a device or component among both. */
export function itemOf(source: DeviceRow | ComponentRow): number {
  return "deviceId" in source ? source.deviceId : source.componentId;
}

async function installations(
  side: Side,
  itemId: number,
  { asked, context }: { asked: InstallationsArgs; context: Context },
): Promise<ConnectionOf<InstallationRow>> {
  const { membership, at, knownAt, ...paging } = asked;
  const question = { side, itemId, ...readAsked({ membership, at, knownAt }) };
  const page = readPage(askedPage(paging), `installations ${JSON.stringify(question)}`);
  const rows = await context.installations.page.load({ ...question, page });
  return connectionOf(page, cutPage(page, rows), {
    keyOf: ({ installationId }) => installationId,
    nodeOf: (installation) => installation,
    totalCount: () => context.installations.count.load(question),
  });
}
