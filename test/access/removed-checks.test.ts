import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { CallerRole } from "../../shared/caller.ts";
import { type Cell, runMatrix } from "./matrix.ts";
import { runMutations } from "./mutations.ts";
import {
  anotherTenantsCaller,
  answeredAs,
  everyDeviceIsListed,
  everyDeviceIsSeenBy,
  everyFieldIsShared,
  everyOwnerIsSeen,
  everyRowOfOwnershipIsSeen,
  opened,
  type Removal,
} from "./removed-checks.ts";
import { differences } from "./report.ts";
import { openWorld, type System, systemOf, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await openWorld();
}, 60_000);
afterAll(() => world?.close());

/** Part of the matrix, asked of a system by one caller. */
type Part = (system: System, roles: readonly CallerRole[]) => Promise<Cell[]>;

function reading(...using: string[]): Part {
  return (system, roles) => runMatrix(world, system, { roleSets: [roles], using });
}

function calling(name: string, place: "gateway" | "subgraph" = "subgraph"): Part {
  return (system, roles) => {
    return runMutations(world, system, { roleSets: [roles], names: [name], places: [place] });
  };
}

/** What was removed, the part of the matrix that asks for it, and a cell that must tell. */
const REMOVALS: readonly [removed: string, removal: Removal, part: Part, told: string][] = [
  [
    "who reads the operator",
    opened("manufacturing", "Device.operator"),
    reading("Device.operator"),
    "analyst on MINE Device.operator FORBIDDEN → VALUE",
  ],
  [
    "who reads a revision's actor",
    opened("manufacturing", "DeviceRevision.actor"),
    reading("DeviceRevision.actor"),
    "analyst on OTHERS DeviceRevision.actor FORBIDDEN → VALUE",
  ],
  [
    "who reads what was",
    opened("manufacturing", "Device.asOf"),
    reading("Device.asOf"),
    "owner on MINE Device.asOf FORBIDDEN → VALUE",
  ],
  [
    "who gets groups",
    opened("manufacturing", "Query.productionGroup"),
    reading("Query.productionGroup"),
    "regulator on FOREIGN ProductionGroup.value FORBIDDEN → ABSENT",
  ],
  [
    "who reads an owner's name",
    opened("ownership", "Owner.displayName"),
    reading("Owner.displayName"),
    "analyst on OTHERS Owner.displayName FORBIDDEN → ABSENT",
  ],
  [
    "who asks for an owner's contact",
    opened("ownership", "Owner.contact"),
    reading("Owner.contact"),
    "compliance on OTHERS Owner.contact FORBIDDEN → ABSENT",
  ],
  [
    "who reads an identity's history",
    opened("ownership", "CloudIdentity.history"),
    reading("CloudIdentity.history"),
    "regulator on MINE CloudIdentity.history FORBIDDEN → VALUE",
  ],
  [
    "who corrects",
    opened("manufacturing", "Mutation.correctDevice"),
    calling("correctDevice"),
    "line on NOTHING Mutation.correctDevice FORBIDDEN → REFUSED NOT_FOUND",
  ],
  [
    "who links identities",
    opened("manufacturing", "Mutation.linkCloudIdentities"),
    calling("linkCloudIdentities"),
    "line on MINE Mutation.linkCloudIdentities FORBIDDEN → VALUE",
  ],
  [
    "who provisions",
    opened("ownership", "Mutation.provisionDevices"),
    calling("provisionDevices"),
    "partner on MINE Mutation.provisionDevices FORBIDDEN → VALUE",
  ],
  [
    "who suspends identities",
    opened("ownership", "Mutation.changeIdentityState"),
    calling("changeIdentityState"),
    "support on MINE Mutation.changeIdentityState FORBIDDEN → VALUE",
  ],
  [
    "who asks what somebody owns",
    opened("ownership", "Query.ownedBy"),
    calling("ownedBy"),
    "partner on MINE Query.ownedBy FORBIDDEN → VALUE",
  ],
  [
    "that support sees contacts masked",
    answeredAs("recall_manager", "Owner.contact"),
    reading("OwnerContact.email"),
    "support on OTHERS OwnerContact.email MASKED → VALUE",
  ],
  [
    "whose name an owner reads",
    answeredAs("support", "Owner.displayName"),
    reading("Owner.displayName"),
    "owner+engineering on OTHERS Owner.displayName ABSENT → VALUE",
  ],
  [
    "which devices an owner sees",
    everyDeviceIsSeenBy("owner"),
    reading("Device.partNumber"),
    "owner on OTHERS Device.partNumber ABSENT → VALUE",
  ],
  [
    "which devices a partner sees",
    everyDeviceIsSeenBy("partner"),
    reading("Device.partNumber"),
    "partner on OTHERS Device.partNumber ABSENT → VALUE",
  ],
  [
    "which fields of a device a partner sees",
    everyFieldIsShared,
    reading("Device.site", "DeviceRevision.site"),
    "partner on MINE Device.site FORBIDDEN → VALUE",
  ],
  [
    "which devices a partner's lists hold",
    everyDeviceIsListed,
    reading("DeviceConnection.nodes"),
    "partner on MINE DeviceConnection.nodes VALUE → ABSENT",
  ],
  [
    "which owners an owner sees",
    everyOwnerIsSeen,
    reading("Owner.id"),
    "owner on OTHERS Owner.id ABSENT → VALUE",
  ],
  [
    "which identities and ownerships one sees",
    everyRowOfOwnershipIsSeen,
    reading("CloudIdentity.state", "Ownership.from"),
    "partner on OTHERS CloudIdentity.state ABSENT → VALUE",
  ],
  [
    "the tenant in Manufacturing",
    anotherTenantsCaller("manufacturing"),
    reading("Device.serialNumber"),
    "support on FOREIGN Device.serialNumber ABSENT → VALUE",
  ],
  [
    "the tenant in Ownership",
    anotherTenantsCaller("ownership"),
    reading("Owner.displayName"),
    "support on FOREIGN Owner.displayName ABSENT → VALUE",
  ],
  [
    "who gets clients",
    opened("registry", "Query.client"),
    reading("Query.client"),
    "partner on FOREIGN Client.name FORBIDDEN → ABSENT",
  ],
  [
    "who finds a client by its id",
    opened("registry", "Client.id"),
    reading("Client.id"),
    "analyst on MINE Client.id ABSENT → VALUE",
  ],
  [
    "who reads a client's keys",
    opened("registry", "Client.keys"),
    reading("Client.keys"),
    "engineering on OTHERS Client.keys FORBIDDEN → VALUE",
  ],
  [
    "who reads a client's history",
    opened("registry", "Client.history"),
    reading("Client.history"),
    "engineering on MINE Client.history FORBIDDEN → VALUE",
  ],
  [
    "who finds a document by its id",
    opened("registry", "Document.id"),
    reading("Document.id"),
    "partner on MINE Document.id ABSENT → VALUE",
  ],
  [
    "who adds clients",
    opened("registry", "Mutation.addClient"),
    calling("addClient", "gateway"),
    "engineering on MINE Mutation.addClient FORBIDDEN → VALUE",
  ],
  [
    "who gives out keys",
    opened("registry", "Mutation.addClientKey"),
    calling("addClientKey", "gateway"),
    "partner on NOTHING Mutation.addClientKey FORBIDDEN → REFUSED NOT_FOUND",
  ],
  [
    "who publishes documents",
    opened("registry", "Mutation.publishDocuments"),
    calling("publishDocuments", "gateway"),
    "engineering on FOREIGN Mutation.publishDocuments FORBIDDEN → REFUSED NOT_FOUND",
  ],
  [
    "the tenant in the registry",
    anotherTenantsCaller("registry"),
    reading("Client.name", "Document.text"),
    "engineering on FOREIGN Client.name ABSENT → VALUE",
  ],
];

function told(cells: readonly Cell[]): Set<string> {
  return new Set(
    cells
      .filter(({ expected, actual }) => expected !== actual)
      .map(({ roles, whose, field, expected, actual }) => {
        return `${roles.join("+")} on ${whose} ${field} ${expected} → ${actual}`;
      }),
  );
}

describe("the matrix passes, and fails when one check is removed:", () => {
  test.each(REMOVALS)("%s", async (_, removal, part, cell) => {
    const roles = cell.slice(0, cell.indexOf(" ")).split("+") as CallerRole[];
    expect(differences(await part(world.system, roles))).toEqual([]);
    const system = await systemOf(await removal(world.pair), world.system.database);
    try {
      expect([...told(await part(system, roles))]).toContain(cell);
    } finally {
      await system.close();
    }
  });
});
