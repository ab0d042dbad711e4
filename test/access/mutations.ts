import type { CallerRole } from "../../shared/caller.ts";
import { type Outcome, opens, type Whose } from "./expected.ts";
import { INSTALL } from "./fill-components.ts";
import { FREEZE } from "./fill-recalls.ts";
import { addKey } from "./fill-signatures.ts";
import { asker, PROVISION, personNamed, RECORD, REGISTER, SHARE, signedIn } from "./fill-tenant.ts";
import { fuse, OF_MANUFACTURING } from "./manufacturing-mutations.ts";
import { type Cell, outcomeOf, textOf, withoutNames } from "./matrix.ts";
import { EVERY_ROW, elseRefused, exists, type MutationCase, type Target } from "./mutation-case.ts";
import { freshClient, freshWebhook, OF_REGISTRY, OF_WEBHOOKS } from "./registry-mutations.ts";
import { callerWith, type Names, type System, TENANT, type World } from "./world.ts";

const OF_OWNERSHIP: readonly Omit<MutationCase, "place">[] = [
  {
    name: "ownedBy",
    operation: "query",
    text: `($connhexId: ID!) { f0: ownedBy(subject: "ada", connhexIds: [$connhexId])`,
    answer: "",
    variables: ({ connhexId }) => ({ connhexId }),
    asked: EVERY_ROW,
    outcome: (whose) => (whose === "MINE" ? "VALUE" : "ABSENT"),
  },
  {
    name: "ownerCountries",
    operation: "query",
    text: `($connhexId: ID!) { f0: ownerCountries(connhexIds: [$connhexId])`,
    answer: "country count",
    variables: ({ connhexId }) => ({ connhexId }),
    asked: EVERY_ROW,
    // A device that is not there is one without an owner: only its number is told.
    outcome: () => "VALUE",
  },
  {
    name: "provisionDevices",
    text: `($input: [ProvisionInput!]!) { f0: provisionDevices(input: $input)`,
    answer:
      "verdicts { index serialNumber connhexId outcome code message field initKey claimCode } provisioned pending unchanged refused",
    variables: ({ serialNumber }) => ({ input: [{ serialNumber }] }),
    asked: EVERY_ROW,
    // Judged row by row: the batch is answered, and says of a row of another tenant that there is none.
    outcome: () => "VALUE",
  },
  {
    name: "changeIdentityState",
    text: `($connhexId: ID!) { f0: changeIdentityState(
      connhexId: $connhexId, state: SUSPENDED, reason: "lost")`,
    answer: "id state",
    variables: ({ connhexId }) => ({ connhexId }),
    asked: EVERY_ROW,
    outcome: elseRefused("NOT_FOUND"),
  },
  {
    name: "replaceClaimCode",
    text: `($connhexId: ID!) { f0: replaceClaimCode(connhexId: $connhexId, reason: "lost")`,
    answer: "connhexId claimCode",
    variables: ({ connhexId }) => ({ connhexId }),
    asked: EVERY_ROW,
    outcome: elseRefused("NOT_FOUND"),
  },
  {
    name: "changeOwnerContact",
    text: `($ownerId: ID!) { f0: changeOwnerContact(
      ownerId: $ownerId, input: { phone: "+39 055 123456" })`,
    answer: "id",
    variables: ({ ownerId }) => ({ ownerId }),
    asked: EVERY_ROW,
    outcome: (whose, { isOwner, isStaff }) => {
      if (isOwner && whose === "MINE") return "VALUE";
      if (!isStaff) return "FORBIDDEN";
      return exists(whose) ? "VALUE" : "REFUSED OWNER_NOT_FOUND";
    },
  },
  {
    name: "eraseOwner",
    text: `($ownerId: ID!) { f0: eraseOwner(
      ownerId: $ownerId, reason: "asked for", overrideHold: false)`,
    answer: "ownerId state",
    variables: ({ ownerId }) => ({ ownerId }),
    asked: EVERY_ROW,
    outcome: elseRefused("OWNER_NOT_FOUND"),
  },
  {
    name: "registerOwnership",
    text: `($input: RegisterOwnershipInput!) { f0: registerOwnership(input: $input)`,
    answer: "id",
    variables: ({ connhexId, claimCode }) => {
      return { input: { connhexId, claimCode, owner: personNamed("nora") } };
    },
    asked: ["MINE", "FOREIGN", "NOTHING"],
    ofNobody: true,
    outcome: elseRefused("DEVICE_NOT_PROVISIONED"),
  },
  {
    name: "offerOwnershipTransfer",
    text: `($connhexId: ID!) { f0: offerOwnershipTransfer(connhexId: $connhexId)`,
    answer: "code expiresAt",
    variables: ({ connhexId }) => ({ connhexId }),
    asked: EVERY_ROW,
    outcome: (whose) => (whose === "MINE" ? "VALUE" : "REFUSED NOT_REGISTERED"),
  },
  {
    name: "transferOwnership",
    text: `($input: TransferOwnershipInput!) { f0: transferOwnership(input: $input)`,
    answer: "id",
    // Whoever has no code is refused, staff too; nobody but the present owner needs none.
    variables: ({ connhexId }) => ({
      input: { connhexId, owner: personNamed("nora"), reason: "sold" },
    }),
    asked: EVERY_ROW,
    outcome: (whose, { isOwner }) => {
      if (!exists(whose)) return "REFUSED DEVICE_NOT_PROVISIONED";
      return whose === "MINE" && isOwner ? "VALUE" : "REFUSED CONSENT_REQUIRED";
    },
  },
  {
    name: "releaseOwnership",
    text: `($connhexId: ID!) { f0: releaseOwnership(connhexId: $connhexId, reason: "sold")`,
    answer: "id",
    variables: ({ connhexId }) => ({ connhexId }),
    asked: EVERY_ROW,
    outcome: (whose, { isOwner, isStaff }) => {
      const isAllowed = (isStaff && exists(whose)) || (isOwner && whose === "MINE");
      return isAllowed ? "VALUE" : "REFUSED NOT_REGISTERED";
    },
  },
];

/** Every mutation, and the questions that services ask each other. */
export const CALLS: readonly MutationCase[] = [
  ...OF_MANUFACTURING.map((one) => ({ ...one, place: "manufacturing" as const })),
  ...OF_OWNERSHIP.map((one) => ({ ...one, place: "ownership" as const })),
  ...[...OF_REGISTRY, ...OF_WEBHOOKS].map((one) => ({ ...one, place: "gateway" as const })),
];

/** Not part of the public graph, whoever asks. */
const INACCESSIBLE = [
  "followable",
  "linkCloudIdentities",
  "ownedBy",
  "ownerCountries",
  "provisioningGate",
  "recalledDevices",
  "sharedFields",
];

interface MutationPart {
  roleSets: readonly (readonly CallerRole[])[];
  names?: readonly string[];
  places?: readonly ("gateway" | "subgraph")[];
}

/** Calls every mutation on every kind of row, through the gateway and at its subgraph. */
export async function runMutations(
  world: Pick<World, "names">,
  system: System,
  { roleSets, names, places = ["gateway", "subgraph"] }: MutationPart,
): Promise<Cell[]> {
  const cells: Cell[] = [];
  const fresh = freshTargets(system, world.names.MINE);
  for (const mutation of CALLS.filter(({ name }) => names?.includes(name) ?? true)) {
    for (const at of places) {
      if (at === "subgraph" && mutation.place === "gateway") continue;
      for (const roles of roleSets) {
        for (const whose of mutation.asked) {
          const place = at === "gateway" ? at : mutation.place;
          const expected = expectedOf(mutation, { place, roles, whose });
          const target =
            expected === "VALUE" && exists(whose)
              ? await fresh(mutation, whose, world.names[whose])
              : world.names[whose];
          const asked = { place, roles, whose, expected, target };
          cells.push(await call(system, mutation, asked));
        }
      }
    }
  }
  return cells;
}

interface AskedMutation extends Pick<Cell, "place" | "roles" | "whose" | "expected"> {
  target: Target;
}

let serials = 0;

async function call(
  system: System,
  mutation: MutationCase,
  { target, ...asked }: AskedMutation,
): Promise<Cell> {
  const { place, roles, whose } = asked;
  const { name, operation = "mutation", text, answer: fields, variables } = mutation;
  // Where the call itself is refused, no field of its answer may be what refuses.
  const selected = asked.expected === "FORBIDDEN" ? "__typename" : fields;
  const document = `${operation} ${text}${fields && ` { ${selected} }`} }`;
  const values = variables(target, { whose, serial: ++serials });
  const answer = await system.ask(place, callerWith(roles), document, values);
  const field = fieldOf(mutation);
  const actual = outcomeOf(answer, "f0", field);
  return { ...asked, way: name, field, actual, said: withoutNames(textOf(answer, "f0"), target) };
}

function fieldOf({ name, operation }: Pick<MutationCase, "name" | "operation">): string {
  return `${operation === "query" ? "Query" : "Mutation"}.${name}`;
}

function expectedOf(
  mutation: MutationCase,
  { place, roles, whose }: Pick<Cell, "place" | "roles" | "whose">,
): Outcome {
  const { name, outcome } = mutation;
  if (place === "gateway" && INACCESSIBLE.includes(name))
    return "REFUSED GRAPHQL_VALIDATION_FAILED";
  if (!opens(fieldOf(mutation), roles)) return "FORBIDDEN";
  const isStaff = roles.includes("support") || roles.includes("admin");
  return outcome(whose, { isOwner: roles.includes("owner"), isStaff });
}

/** Calls that leave the row as it is, or as it was. */
const OF_STANDING_ROWS = [
  ...INACCESSIBLE,
  ...[
    "changeOwnerContact",
    "retireField",
    "shareDevices",
    "freezeRecall",
    "installComponents",
    "whereUsed",
    "handOverStation",
  ],
];

const FRESH_SHARE = { partner: "somebody", fields: [], reason: "an audit" };

/** Devices that nothing has been done with yet: recorded, provisioned, and registered as asked. */
function freshTargets(system: System, names: Names) {
  const ask = asker(system, TENANT);
  return async (mutation: MutationCase, whose: Whose, row: Names): Promise<Target> => {
    if (OF_STANDING_ROWS.includes(mutation.name)) return row;
    if (OF_WEBHOOKS.some(({ name }) => name === mutation.name)) return freshWebhook(ask, row);
    if (mutation.place === "gateway") return freshClient(ask, row);
    if (mutation.name === "revokeSigningKey") return { ...row, signingKeyId: await addKey(ask) };
    if (mutation.name === "endShare") {
      const input = { ...FRESH_SHARE, serialNumbers: [row.serialNumber] };
      const { shareDevices } = await ask("manufacturing", "admin", SHARE, { input });
      return { ...row, shareId: shareDevices.id };
    }
    if (mutation.name === "withdrawRecall") {
      const criteria = { serialNumber: { in: [row.serialNumber] } };
      const input = { title: "cells", criteria, reason: "they swell" };
      const { freezeRecall } = await ask("manufacturing", "admin", FREEZE, { input });
      return { ...row, recallId: freezeRecall.id };
    }
    if (["replaceComponent", "removeComponent"].includes(mutation.name)) {
      const input = [{ parent: { device: row.serialNumber }, child: fuse(++serials) }];
      const { installComponents } = await ask("manufacturing", "line", INSTALL, { input });
      return { ...row, installationId: installComponents.verdicts[0].installation };
    }
    const [serialNumber, connhexId] = [`SN-fresh-${++serials}`, `hex-fresh-${serials}`];
    const target = { ...names, serialNumber, connhexId };
    await ask("manufacturing", "line", RECORD, { input: [{ serialNumber }] });
    if (mutation.name === "provisionDevices") return target;
    const input = [{ serialNumber, connhexId, isProtected: true }];
    const { provisionDevices } = await ask("ownership", "line", PROVISION, { input });
    const { claimCode } = provisionDevices.verdicts[0];
    if (mutation.name === "eraseOwner") {
      const input = { connhexId, claimCode, owner: personNamed("nora") };
      const { registerOwnership } = await ask("ownership", "support", REGISTER, { input });
      return { ...target, ownerId: registerOwnership.owner.id };
    }
    if (mutation.ofNobody) return { ...target, claimCode };
    const owner = whose === "MINE" ? "ada" : "ben";
    const registration = { connhexId, claimCode, owner: personNamed(owner) };
    await ask("ownership", signedIn(owner), REGISTER, { input: registration });
    return target;
  };
}
