import type { GraphQLFieldResolver } from "graphql";
import { isObjectType } from "graphql";
import { ACCESS as REGISTRY_ACCESS } from "../../gateway/registry/access.ts";
import { registrySubgraph } from "../../gateway/registry/subgraph.ts";
import { type Caller, type CallerRole, ROLES } from "../../shared/caller.ts";
import type { AccessTable } from "../../shared/graph/access.ts";
import type { Subgraph } from "../../shared/graph/build-subgraph.ts";
import type { SubgraphService } from "../../shared/graph/subgraph-service.ts";
import { ACCESS as MANUFACTURING_ACCESS } from "../../subgraphs/manufacturing/access.ts";
import type { Context as ManufacturingContext } from "../../subgraphs/manufacturing/context.ts";
import { manufacturingSubgraph } from "../../subgraphs/manufacturing/subgraph.ts";
import { ACCESS as OWNERSHIP_ACCESS } from "../../subgraphs/ownership/access.ts";
import type { Context as OwnershipContext } from "../../subgraphs/ownership/context.ts";
import { ownershipSubgraph } from "../../subgraphs/ownership/subgraph.ts";
import { OTHER_TENANT, type Services } from "./world.ts";

type Name = "manufacturing" | "ownership" | "registry";
type Change = (service: SubgraphService) => Promise<SubgraphService>;
/** The same services without one of their checks; the databases stay the same. */
export type Removal = (services: Services) => Promise<Services>;

/** Opens one field of one subgraph to everybody. */
export function opened(name: Name, field: string): Removal {
  const [table, build] = SUBGRAPHS[name];
  return changedService(name, async (service) => {
    const { schema } = await build(withEveryone(table, field));
    return { ...service, schema };
  });
}

const SUBGRAPHS: Record<Name, [AccessTable, (access: AccessTable) => Promise<Subgraph>]> = {
  manufacturing: [MANUFACTURING_ACCESS, manufacturingSubgraph],
  ownership: [OWNERSHIP_ACCESS, ownershipSubgraph],
  registry: [REGISTRY_ACCESS, registrySubgraph],
};

/** The registry is started by the gateway, the others are handed to it. */
function changedService(name: Name, change: Change): Removal {
  return async (services) =>
    name === "registry"
      ? { ...services, changeRegistry: change }
      : { ...services, [name]: await change(services[name]) };
}

function withEveryone(table: AccessTable, name: string): AccessTable {
  const [type = "", field = ""] = name.split(".");
  if (!table[type]?.[field]) throw new Error(`there is no check of ${name} to remove`);
  return { ...table, [type]: { ...table[type], [field]: [...ROLES, "service"] } };
}

/** Lets whoever may use a field of Ownership see it as this role would: the row is not asked for. */
export function answeredAs(role: CallerRole, name: string): Removal {
  return async (services) => {
    const { schema } = await ownershipSubgraph();
    const [type = "", field = ""] = name.split(".");
    const found = schema.getType(type);
    const entry = isObjectType(found) ? found.getFields()[field] : undefined;
    const { resolve } = entry ?? {};
    if (!entry || !resolve) throw new Error(`there is no ${name}`);
    const unchecked: GraphQLFieldResolver<unknown, OwnershipContext> = async (...question) => {
      // FORBIDDEN stays: that is another check.
      await resolve(...question);
      const [source, args, context, info] = question;
      const caller: Caller = { ...context.caller, roles: [role] };
      return resolve(source, args, Object.assign(Object.create(context), { caller }), info);
    };
    entry.resolve = unchecked;
    return { ...services, ownership: { ...services.ownership, schema } };
  };
}

/** Every device of the tenant is seen by these roles of Manufacturing. */
export function everyDeviceIsSeenBy(role: CallerRole): Removal {
  return changed<ManufacturingContext>("manufacturing", (context) => {
    const { visible } = context;
    context.visible = async (device) =>
      context.caller.roles.includes(role) ? device : visible(device);
  });
}

/** Whatever is shared of a device, all of it is shown. */
export const everyFieldIsShared = changed<ManufacturingContext>("manufacturing", (context) => {
  const { visible } = context;
  context.visible = async (device) => ((await visible(device)) ? device : null);
});

/** Lists made for a partner hold what others see; who may see a device is still asked. */
export const everyDeviceIsListed = changed<ManufacturingContext>("manufacturing", ({ groups }) => {
  Object.assign(groups, { partner: null });
});

export const everyOwnerIsSeen = changed<OwnershipContext>("ownership", (context) => {
  context.visibleOwner = (ownerId) => context.owners.find(ownerId);
});

export const everyRowOfOwnershipIsSeen = changed<OwnershipContext>("ownership", (context) => {
  context.seesDevice = async () => true;
});

function changed<Context extends object>(name: Name, change: (context: Context) => void): Removal {
  return changedService(name, async (service) => ({
    ...service,
    createContext(caller, request) {
      const context = service.createContext(caller, request) as Context;
      change(context);
      return context;
    },
  }));
}

/** The caller's tenant is not the one of his token: both walls stand, around the wrong house. */
export function anotherTenantsCaller(name: Name): Removal {
  return changedService(name, async (service) => ({
    ...service,
    createContext: (caller, request) =>
      service.createContext({ ...caller, tenant: OTHER_TENANT }, request),
  }));
}
