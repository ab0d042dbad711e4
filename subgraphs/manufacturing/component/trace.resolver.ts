import { Args, Ctx, FieldResolver, Query, Resolver, Root } from "type-graphql";
import { DomainError } from "../../../shared/domain-error.ts";
import { askedPage } from "../../../shared/graph/page-arguments.type.ts";
import { type ConnectionOf, connectionOf } from "../../../shared/graph/page-info.type.ts";
import { cutPage, type Page, readPage } from "../../../shared/page.ts";
import { excerpt } from "../../../shared/text.ts";
import type { Context } from "../context.ts";
import type { DeviceRow } from "../device/device.store.ts";
import { Device } from "../device/device.type.ts";
import { LIMITS } from "../limits.ts";
import type { ComponentRow } from "./component.store.ts";
import { type ComponentFilter, readFilter } from "./component.ts";
import { Component } from "./component.type.ts";
import { type ItemRow, itemOf, readAsked } from "./installation.resolver.ts";
import type { InstallationRow } from "./installation.store.ts";
import { ComponentInstallation, Item } from "./installation.type.ts";
import type { Direction } from "./trace.store.ts";
import { loopsAmong, pathTo, type Trace } from "./trace.ts";
import {
  ComponentLoop,
  TraceArgs,
  TracedItem,
  TracedItemConnection,
  type TracedRow,
  WhereUsedArgs,
} from "./trace.type.ts";

type TraceConnection = ConnectionOf<TracedRow> & {
  isComplete: boolean;
  loops: () => readonly (readonly number[])[];
};

@Resolver()
export class WhereUsedResolver {
  @Query(() => TracedItemConnection, {
    description:
      "Devices and components that contain, on any level asked for, one of the components that have all that is given; each once, at its lowest level. Refused where there is no such component.",
  })
  async whereUsed(
    @Args(() => WhereUsedArgs) { supplier, partNumber, ...asked }: WhereUsedArgs,
    @Ctx() context: Context,
  ): Promise<TraceConnection> {
    const { serialNumber, supplierLot, ...trace } = asked;
    const filter = readFilter({ supplier, partNumber, serialNumber, supplierLot });
    const beginning = await context.components.ids(filter, LIMITS.traceInstallations);
    if (beginning.length === 0) throw noSuchComponent(filter);
    return tracedUp(beginning, { asked: trace, context });
  }
}

function tracing(type: typeof Device | typeof Component) {
  @Resolver(() => type)
  class TracingResolver {
    @FieldResolver(() => TracedItemConnection, {
      description:
        "Devices and components that contain it, on any level asked for; each once, at its lowest level.",
    })
    whereUsed(
      @Root() source: DeviceRow | ComponentRow,
      @Args(() => TraceArgs) asked: TraceArgs,
      @Ctx() context: Context,
    ): Promise<TraceConnection> {
      return tracedUp([itemOf(source)], { asked, context });
    }

    @FieldResolver(() => TracedItemConnection, {
      description:
        "What it contains, on any level asked for: an entry for each installation, the last of its path. What is contained in several places is opened once.",
    })
    billOfMaterials(
      @Root() source: DeviceRow | ComponentRow,
      @Args(() => TraceArgs) asked: TraceArgs,
      @Ctx() context: Context,
    ): Promise<TraceConnection> {
      return tracedDown([itemOf(source)], { asked, context });
    }
  }
  return TracingResolver;
}

export const DeviceTracingResolver = tracing(Device);
export const ComponentTracingResolver = tracing(Component);

@Resolver(() => TracedItem)
export class TracedItemResolver {
  @FieldResolver(() => Item, { description: "The device or component." })
  item(@Root() { itemId }: TracedRow): ItemRow {
    return { itemId };
  }

  @FieldResolver(() => [ComponentInstallation], {
    description: "The installations between it and where the trace begins, from there on.",
  })
  path(@Root() { path }: TracedRow, @Ctx() context: Context): Promise<InstallationRow[]> {
    return installationsOf(path, context);
  }
}

@Resolver(() => ComponentLoop)
export class ComponentLoopResolver {
  @FieldResolver(() => [ComponentInstallation], {
    description: "The installations along the loop; the last one leads back to the first.",
  })
  path(@Root() path: readonly number[], @Ctx() context: Context): Promise<InstallationRow[]> {
    return installationsOf(path, context);
  }
}

interface Asking {
  asked: TraceArgs;
  context: Context;
}

async function tracedUp(beginning: readonly number[], asking: Asking): Promise<TraceConnection> {
  const { page, trace } = await traced("UP", beginning, asking);
  const rows = [...trace.reached.values()]
    .filter(({ level }) => level > 0)
    .map(({ itemId, level }) => ({ key: keyOf(level, itemId), itemId, level }));
  return connection(page, trace, rows, ({ itemId }) => pathTo(itemId, trace));
}

async function tracedDown(beginning: readonly number[], asking: Asking): Promise<TraceConnection> {
  const { page, trace } = await traced("DOWN", beginning, asking);
  const rows = trace.steps.map(({ installationId, near, far }) => {
    const level = (trace.reached.get(near)?.level ?? 0) + 1;
    return { key: keyOf(level, installationId), itemId: far, level, installationId, near };
  });
  return connection(page, trace, rows, ({ near, installationId }) => [
    ...pathTo(near, trace),
    installationId,
  ]);
}

async function traced(
  direction: Direction,
  beginning: readonly number[],
  { asked, context }: Asking,
): Promise<{ page: Page; trace: Trace }> {
  const { levels, membership, at, knownAt, ...paging } = asked;
  assertLevels(levels);
  const how = { direction, levels, ...readAsked({ membership, at, knownAt }) };
  const begun = beginning.length > 1 ? `${beginning.length} from ${beginning[0]}` : beginning[0];
  const page = readPage(askedPage(paging), `trace ${begun} ${JSON.stringify(how)}`);
  return { page, trace: await context.traces.trace(beginning, how) };
}

/** Keys count up level by level: ids stay far below the distance. */
const KEYS_OF_A_LEVEL = 2 ** 45;

function keyOf(level: number, id: number): number {
  return level * KEYS_OF_A_LEVEL + id;
}

/** A page of the trace; a path is made for what is on the page alone. */
function connection<Row extends { key: number; itemId: number; level: number }>(
  page: Page,
  { steps, isComplete }: Trace,
  all: Row[],
  pathOf: (row: Row) => number[],
): TraceConnection {
  const { after, before, backward, size } = page;
  const within = all
    .filter(({ key }) => (after === null || key > after) && (before === null || key < before))
    .sort((one, other) => (backward ? other.key - one.key : one.key - other.key));
  const made = connectionOf(page, cutPage(page, within.slice(0, size + 1)), {
    keyOf: ({ key }) => key,
    nodeOf: (row): TracedRow => ({ itemId: row.itemId, level: row.level, path: pathOf(row) }),
    totalCount: async () => all.length,
  });
  return { ...made, isComplete, loops: () => loopsAmong(steps, LIMITS.traceLoops) };
}

async function installationsOf(
  ids: readonly number[],
  { installations }: Context,
): Promise<InstallationRow[]> {
  const rows = await Promise.all(ids.map((id) => installations.byId.load(id)));
  return rows.filter((row) => row !== null);
}

function assertLevels(levels: number): void {
  if (levels >= 1 && levels <= LIMITS.traceLevels) return;
  throw new DomainError(
    "LIMIT_EXCEEDED",
    `a trace goes 1 to ${LIMITS.traceLevels} levels far, not ${levels}`,
    { most: LIMITS.traceLevels, asked: levels },
  );
}

function noSuchComponent(filter: ComponentFilter): DomainError {
  const given = Object.entries(filter).filter(([, value]) => value != null);
  const named = given.map(([member, value]) => `${member} ${excerpt(value)}`).join(", ");
  return new DomainError("NOT_FOUND", `no component ever had ${named}`);
}
