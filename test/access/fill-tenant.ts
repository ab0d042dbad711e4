import type { Caller, CallerRole } from "../../shared/caller.ts";
import { type ClientNames, fillClient } from "./fill-client.ts";
import { type ComponentNames, fillComponents } from "./fill-components.ts";
import { freezeRecalls } from "./fill-recalls.ts";
import { recordSigned } from "./fill-signatures.ts";
import { fillStation } from "./fill-station.ts";
import { fillWebhook, type WebhookNames } from "./fill-webhook.ts";
import type { Names, Place, System, Values } from "./world.ts";

export const RECORD = `mutation ($input: [DeviceRecordInput!]!) {
  recordDevices(input: $input) { refused verdicts { code message } }
}`;
const CORRECT = `mutation ($serialNumber: String!) {
  correctDevice(serialNumber: $serialNumber, expectedRevision: 2, reason: "wrong at inspection",
    changes: { palletId: "PAL-2", source: "inspection" }) { revision }
}`;
const DEFINE = `mutation ($input: FieldDefinitionInput!) { defineField(input: $input) { name } }`;
const RETIRE = `mutation ($name: String!) { retireField(name: $name) { name } }`;
export const PROVISION = `mutation ($input: [ProvisionInput!]!) {
  provisionDevices(input: $input) { refused pending verdicts { serialNumber claimCode code message } }
}`;
const STATE = `mutation ($connhexId: ID!, $state: CloudIdentityState!) {
  changeIdentityState(connhexId: $connhexId, state: $state, reason: "a visit") { state }
}`;
export const REGISTER = `mutation ($input: RegisterOwnershipInput!) {
  registerOwnership(input: $input) { id owner { id } }
}`;
const OFFER = `mutation ($connhexId: ID!) { offerOwnershipTransfer(connhexId: $connhexId) { code } }`;
const TRANSFER = `mutation ($input: TransferOwnershipInput!) {
  transferOwnership(input: $input) { id }
}`;
const ERASE = `mutation ($ownerId: ID!) { eraseOwner(ownerId: $ownerId, reason: "asked for") { state } }`;
export const SHARE = `mutation ($input: ShareDevicesInput!) { shareDevices(input: $input) { id } }`;
const END = `mutation ($id: ID!, $at: DateTime) { endShare(id: $id, reason: "the audit is over", at: $at) { id } }`;
const NAMES = `query ($connhexId: ID!) { device(connhexId: $connhexId) {
  id history(last: 1) { nodes { id } } identity { id } owner { id } ownerships { id }
} }`;

/** Asks as somebody of a tenant; throws where anything is refused. */
export function asker(system: System, tenant: string) {
  return async (place: Place, who: CallerRole | Partial<Caller>, query: string, values: Values) => {
    const said = typeof who === "string" ? { subject: `the-${who}`, roles: [who] } : who;
    const caller: Caller = { subject: "?", roles: [], tenant, client: "test", ...said };
    const { data, errors = [] } = await system.ask(place, caller, query, values);
    if (errors[0]) throw new Error(`${errors[0].message} for ${query}`);
    return data;
  };
}

export const signedIn = (subject: string) => ({ subject, roles: ["owner" as const] });

/** An owner with all the personal data that one can have. */
export function personNamed(name: string): Values {
  return {
    kind: "PERSON",
    displayName: `${name} of the matrix`,
    country: "IT",
    email: `${name}@example.com`,
    phone: "+39 055 123456",
    address: `Via ${name} 1`,
  };
}

/**
 * Fills a tenant, so that no field of the rows that are asked for is empty. Each device went from
 * dora to its present owner: 1 and 3 to ada (mine), 2 and 4 to ben (another's).
 */
export async function fillTenant(
  system: System,
  tenant: string,
): Promise<{ mine: Names; others: Names }> {
  const ask = asker(system, tenant);
  const place = "manufacturing";
  const definitions = [
    { name: "boardColour", type: "TEXT", isGroupable: true, pattern: "[a-z]+", label: "Colour" },
    { name: "grade", type: "ENUM", values: ["A", "B"], description: "Of the housing." },
    { name: `only${tenant}`, type: "TEXT" },
  ];
  for (const given of definitions) {
    const input = { isRequired: false, isGroupable: false, ...given };
    await ask(place, "engineering", DEFINE, { input });
  }
  await ask(place, "engineering", RETIRE, { name: "grade" });
  const numbers = [1, 2, 3, 4];
  const rows = numbers.map((n) => fullRecord(tenant, n));
  const signingKeyId = await recordSigned(ask, rows);
  await fillStation(ask, tenant);
  const input = numbers.map((n) => ({
    serialNumber: `SN-${tenant}-${n}`,
    connhexId: `hex-${tenant}-${n}`,
    isProtected: true,
    name: `Thing ${n}`,
    model: "T-1000",
  }));
  const { provisionDevices } = await ask("ownership", "line", PROVISION, { input });
  if (provisionDevices.refused + provisionDevices.pending > 0) {
    throw new Error(JSON.stringify(provisionDevices));
  }
  const recalls: string[] = [];
  for (const n of numbers) {
    // Some corrections come after it, so that it has candidates, and devices that left its criteria.
    if (n === 3) recalls.push(...(await freezeRecalls(ask, tenant)));
    const serialNumber = `SN-${tenant}-${n}`;
    await ask(place, "engineering", CORRECT, { serialNumber });
    const { claimCode } = provisionDevices.verdicts[n - 1];
    await passOn(ask, `hex-${tenant}-${n}`, { claimCode, to: n % 2 === 1 ? "ada" : "ben" });
  }
  await eraseSomebody(ask, tenant);
  const shared = await shareWithPartners(ask, tenant);
  const [components, others] = [
    (await fillComponents(ask, tenant, 1)).inDevice,
    (await fillComponents(ask, tenant, 2)).inBoard,
  ];
  for (const n of [3, 4]) await fillComponents(ask, tenant, n);
  const clients = {
    mine: {
      ...(await fillClient(ask, `mine-${tenant}`)),
      ...(await fillWebhook(ask, system.database, { tenant, name: `erp-${tenant}` })),
    },
    others: {
      ...(await fillClient(ask, `others-${tenant}`)),
      ...(await fillWebhook(ask, system.database, { tenant, name: `mes-${tenant}` })),
    },
  };
  // Nobody comes in with a key here.
  await system.database.admin("UPDATE client_key SET last_used_at = now() WHERE tenant = $1", [
    tenant,
  ]);
  return {
    mine: {
      ...(await namesOf(ask, tenant, 1)),
      ...{ recallId: recalls[0] ?? "", signingKeyId },
      ...{ shareId: shared.mine, ...components, ...clients.mine },
    },
    others: {
      ...(await namesOf(ask, tenant, 2)),
      ...{ recallId: recalls[1] ?? "", signingKeyId },
      ...{ shareId: shared.others, ...others, ...clients.others },
    },
  };
}

/**
 * Two shares show the partner of the matrix devices 1 and 3: of 2 and 4 it has an ended and a
 * planned one. What is shared elsewhere has all that a share can have, and is for nobody here.
 */
async function shareWithPartners(
  ask: Ask,
  tenant: string,
): Promise<{ mine: string; others: string }> {
  const share = async (terms: Values): Promise<string> => {
    const input = { partner: "test", fields: [], reason: "an audit", ...terms };
    return (await ask("manufacturing", "compliance", SHARE, { input })).shareDevices.id;
  };
  const named = (...numbers: number[]) => numbers.map((n) => `SN-${tenant}-${n}`);
  const fields = ["partNumber", "lotCode", "palletId", "history"];
  await share({ serialNumbers: named(1, 3), fields });
  const more = ["phase", "attributes.boardColour", "identity"];
  await share({ serialNumbers: named(1, 3), fields: more });
  const all = ["attributes", "lotCode", "site", "history", "identity"];
  const ended = await share({ serialNumbers: named(2, 4), fields: all });
  await ask("manufacturing", "admin", END, { id: ended });
  await share({ serialNumbers: named(2, 4), fields: all, from: "2090-01-01T00:00:00Z" });
  const elsewhere = { partner: "elsewhere", fields: ["site"], to: "2090-01-01T00:00:00Z" };
  const group = { field: "lotCode", values: [`L-${tenant}`] };
  const mine = await share({ ...elsewhere, group });
  const others = await share({ ...elsewhere, criteria: EVERY_CRITERION });
  for (const id of [mine, others]) {
    await ask("manufacturing", "admin", END, { id, at: "2089-01-01T00:00:00Z" });
  }
  return { mine, others };
}

const EVERY_CRITERION = {
  partNumber: ["P-1"],
  deviceType: ["gauge"],
  hardwareRevision: ["C"],
  fwVersion: ["1.2.3"],
  site: ["Prato"],
  producedFrom: "2024-01-01T00:00:00Z",
  producedTo: "2025-01-01T00:00:00Z",
  serialNumberFrom: "SN-",
  serialNumberTo: "SN-zzz",
};

function fullRecord(tenant: string, n: number): Values {
  return {
    serialNumber: `SN-${tenant}-${n}`,
    partNumber: "P-1",
    pcbPartNumber: "PCB-1",
    hardwareRevision: "C",
    fwVersion: "1.2.3",
    deviceType: "gauge",
    lotCode: `L-${tenant}`,
    workOrder: "W-1",
    productionOrder: "PO-1",
    palletId: "PAL-1",
    packageId: "PKG-1",
    phase: "TESTING",
    producedAt: "2024-05-06T07:08:09Z",
    site: "Prato",
    line: "2",
    operator: "op-7",
    attributes: { boardColour: "green" },
    source: "mes",
  };
}

export type Ask = ReturnType<typeof asker>;

async function passOn(
  ask: Ask,
  connhexId: string,
  { claimCode, to }: { claimCode: string; to: string },
): Promise<void> {
  const place = "ownership";
  for (const state of ["SUSPENDED", "ACTIVE"])
    await ask(place, "admin", STATE, { connhexId, state });
  const dora = { connhexId, claimCode, owner: personNamed("dora") };
  await ask(place, signedIn("dora"), REGISTER, { input: dora });
  const { offerOwnershipTransfer } = await ask(place, signedIn("dora"), OFFER, { connhexId });
  const input = { connhexId, consentCode: offerOwnershipTransfer.code, owner: personNamed(to) };
  await ask(place, signedIn(to), TRANSFER, { input });
}

/** Somebody who had a device of his own, was registered by staff, and is nobody now. */
async function eraseSomebody(ask: Ask, tenant: string): Promise<void> {
  const [serialNumber, connhexId] = [`SN-${tenant}-erased`, `hex-${tenant}-erased`];
  await ask("manufacturing", "line", RECORD, { input: [{ serialNumber }] });
  await ask("ownership", "line", PROVISION, { input: [{ serialNumber, connhexId }] });
  const input = { connhexId, owner: personNamed("eve") };
  const { registerOwnership } = await ask("ownership", "support", REGISTER, { input });
  await ask("ownership", "compliance", ERASE, { ownerId: registerOwnership.owner.id });
}

async function namesOf(
  ask: Ask,
  tenant: string,
  n: number,
): Promise<
  Omit<
    Names,
    "shareId" | "recallId" | "signingKeyId" | keyof ComponentNames | ClientNames | WebhookNames
  >
> {
  const connhexId = `hex-${tenant}-${n}`;
  const { device } = await ask("gateway", "admin", NAMES, { connhexId });
  return {
    connhexId,
    serialNumber: `SN-${tenant}-${n}`,
    lot: `L-${tenant}`,
    deviceId: device.id,
    revisionId: device.history.nodes[0].id,
    identityId: device.identity.id,
    ownerId: device.owner.id,
    // The ended one: what tells of an end is empty in the present one.
    ownershipId: device.ownerships[0].id,
    fieldName: `only${tenant}`,
  };
}
