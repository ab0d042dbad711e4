import type { Step } from "./expected.ts";
import { BOARD } from "./fill-components.ts";
import type { Names, Place } from "./world.ts";

/**
 * A way to rows of one type: fields from a root field on, as they stand in a document. `PAGE` is
 * one item of a list; the variables are named as in `Names`.
 */
export interface EntryPoint {
  path: readonly string[];
  places: readonly Place[];
  /** What the path says of rows beside the fields that it uses, each before its segment. */
  turns?: Readonly<Record<number, Step>>;
  /** For a root that names its row by reference or id: what it finds. */
  finds?: { type: string; by: "id" | "connhexId"; named: keyof Names };
}

function at(places: string, path: string, more: Partial<EntryPoint> = {}): EntryPoint {
  const named = places.split(" ") as Place[];
  return { path: path.split(" > "), places: named, ...more };
}

const DEVICE = "device(connhexId: $connhexId)";
/** The gateway sends references as a variable; literals in their place are nobody's need. */
const ENTITIES = "_entities(representations: $references)";
const COMPONENT = "component(id: $componentId)";
const LOT = '{ group: { field: "lotCode", values: [$lot] } }';
const LATER = 'knownAt: "2100-01-01T00:00:00Z"';
const SCOPE = `recallScope(criteria: ${LOT}, ${LATER})`;
const SCOPE_OF_COMPONENT = `recallScope(criteria: { component: { supplierLot: $supplierLot } }, ${LATER})`;
const BY_COMPONENT = { turn: "by a component" } as const;
const SIGNED = { turn: "to what was signed" } as const;
const FIRST_OF_LOT = { turn: "to mine" } as const;
const OTHER_OF_LOT = { turn: "to the other" } as const;

/** An id of each kind, and the variable that holds it. */
const IDS: readonly [type: string, variable: keyof Names, place: Place][] = [
  ["Device", "deviceId", "manufacturing"],
  ["DeviceRevision", "revisionId", "manufacturing"],
  ["CloudIdentity", "identityId", "ownership"],
  ["Owner", "ownerId", "ownership"],
  ["Ownership", "ownershipId", "ownership"],
  ["Share", "shareId", "manufacturing"],
  ["Recall", "recallId", "manufacturing"],
  ["Component", "componentId", "manufacturing"],
  ["ComponentInstallation", "installationId", "manufacturing"],
];

/** Those of the gateway's own subgraph, which is reached through the gateway alone. */
const IDS_OF_REGISTRY: readonly [type: string, variable: keyof Names][] = [
  ["Client", "clientId"],
  ["Document", "documentId"],
  ["Webhook", "webhookId"],
];
const CLIENT = "client(name: $clientName)";
const WEBHOOK = "webhook(name: $webhookName)";

function node(type: string, named: keyof Names, rest = ""): EntryPoint {
  return at("gateway", `node(id: $${named})${rest}`, { finds: { type, by: "id", named } });
}

/** Every way in that we know. A test sees to it that together they reach every field. */
export const ENTRY_POINTS: readonly EntryPoint[] = [
  // a device by what is printed on it
  at("gateway manufacturing", DEVICE),
  at("gateway manufacturing", "device(serialNumber: $serialNumber)"),
  // anything by its global id
  ...[...IDS, ...IDS_OF_REGISTRY].map(([type, named]) => node(type, named)),
  ...[...IDS, ...IDS_OF_REGISTRY].map(([type, named]) => {
    return at("gateway", `nodes(ids: [$${named}])`, { finds: { type, by: "id", named } });
  }),
  // as the gateway asks a subgraph, and as whoever reached the subgraph could
  ...IDS.map(([type, named, place]) => at(place, ENTITIES, { finds: { type, by: "id", named } })),
  ...(["manufacturing", "ownership"] as const).map((place) =>
    at(place, ENTITIES, { finds: { type: "Device", by: "connhexId", named: "connhexId" } }),
  ),
  // lists of devices
  at("gateway manufacturing", 'productionGroup(field: "lotCode", value: $lot)'),
  ...["devices(PAGE)", "devices(PAGE) > pageInfo", "devices(PAGE) > edges"].map((rest) =>
    at("gateway manufacturing", `productionGroup(field: "lotCode", value: $lot) > ${rest}`),
  ),
  at("gateway", 'productionGroup(field: "lotCode", value: $lot) > devices(PAGE) > nodes', {
    turns: { 2: FIRST_OF_LOT },
  }),
  at("gateway", `${DEVICE} > lot`),
  at("gateway", `${DEVICE} > lot > devices(membership: EVER, PAGE) > edges > node`, {
    turns: { 3: FIRST_OF_LOT },
  }),
  at("gateway", `${DEVICE} > groups`),
  at("gateway", `${DEVICE} > groups > devices(PAGE) > nodes`, { turns: { 3: FIRST_OF_LOT } }),
  at("gateway", `${DEVICE} > siblings(PAGE) > nodes`, { turns: { 2: OTHER_OF_LOT } }),
  at("gateway", `${DEVICE} > siblings(by: "boardColour", membership: EVER, PAGE) > edges > node`, {
    turns: { 2: OTHER_OF_LOT },
  }),
  at("gateway", `${DEVICE} > siblings(PAGE)`),
  // what was
  at("gateway manufacturing", `${DEVICE} > history(PAGE)`),
  at("gateway manufacturing", `${DEVICE} > history(PAGE) > pageInfo`),
  at("gateway manufacturing", `${DEVICE} > history(PAGE) > edges`),
  at("gateway manufacturing", `${DEVICE} > history(PAGE) > nodes`),
  at("gateway", `${DEVICE} > history(PAGE) > edges > node`),
  at("gateway manufacturing", `${DEVICE} > history(first: 1) > nodes > signedBy`, {
    turns: { 3: SIGNED },
  }),
  at("gateway manufacturing", `${DEVICE} > asOf(at: "2100-01-01T00:00:00Z")`),
  // what is shared
  ...["", " > pageInfo", " > edges", " > nodes"].map((rest) =>
    at("gateway manufacturing", `shares(partner: "elsewhere", PAGE)${rest}`),
  ),
  ...["", " > group", " > criteria", " > devices(PAGE)"].map((rest) =>
    at("gateway manufacturing", `share(id: $shareId)${rest}`),
  ),
  at("gateway", "share(id: $shareId) > devices(PAGE) > nodes", { turns: { 2: FIRST_OF_LOT } }),
  ...["", " > pageInfo", " > edges"].map((rest) =>
    at("gateway manufacturing", `sharedDevices(PAGE)${rest}`),
  ),
  at("gateway manufacturing", "sharedDevices(PAGE) > nodes", { turns: { 1: FIRST_OF_LOT } }),
  // what is recalled
  ...["", " > pageInfo", " > edges", " > nodes"].map((rest) =>
    at("gateway manufacturing", `recalls(PAGE)${rest}`),
  ),
  ...["", " > devices(PAGE)", " > candidates(PAGE)", " > departures(PAGE)"].map((rest) =>
    at("gateway manufacturing", `recall(id: $recallId)${rest}`),
  ),
  at("gateway", "recall(id: $recallId) > devices(PAGE) > nodes", { turns: { 2: FIRST_OF_LOT } }),
  // what is affected
  ...["", ' > breakdown(by: "phase")', " > devices(PAGE)"].map((rest) =>
    at("gateway manufacturing", `${SCOPE}${rest}`),
  ),
  ...["", " > clause"].map((rest) =>
    at("gateway manufacturing", `${SCOPE} > explain(serialNumber: $serialNumber)${rest}`),
  ),
  at("gateway", `${SCOPE} > devices(PAGE) > nodes`, { turns: { 2: FIRST_OF_LOT } }),
  at("gateway manufacturing", `${SCOPE_OF_COMPONENT} > explain(serialNumber: $serialNumber)`, {
    turns: { 0: BY_COMPONENT },
  }),
  ...["", " > inBoth"].map((rest) =>
    at("gateway manufacturing", `compareRecallScopes(a: ${LOT}, b: ${LOT}, ${LATER})${rest}`),
  ),
  // what is installed in what
  at("gateway manufacturing", COMPONENT),
  ...["components(PAGE)", "installedIn(PAGE)"].flatMap((list) =>
    ["", " > pageInfo", " > edges"].map((rest) =>
      at("gateway manufacturing", `${COMPONENT} > ${list}${rest}`),
    ),
  ),
  ...["", " > pageInfo", " > edges", " > nodes", " > loops"].map((rest) =>
    at("gateway manufacturing", `${COMPONENT} > whereUsed(PAGE)${rest}`),
  ),
  ...["", " > pageInfo", " > edges"].map((rest) =>
    at("gateway manufacturing", `components(partNumber: "${BOARD}", PAGE)${rest}`),
  ),
  node("ComponentInstallation", "installationId", " > parent"),
  node("ComponentInstallation", "installationId", " > removal"),
  at("gateway", `${DEVICE} > components(PAGE) > edges`),
  at("gateway", `${DEVICE} > installedIn(PAGE) > edges`),
  at("gateway", `${DEVICE} > whereUsed(PAGE) > nodes`),
  at("gateway", `${DEVICE} > billOfMaterials(PAGE) > edges`),
  // identities
  at("gateway", `${DEVICE} > identity`),
  at("gateway", `${DEVICE} > identity > history`),
  at("gateway", `${DEVICE} > identity > device`),
  node("CloudIdentity", "identityId", " > history"),
  node("CloudIdentity", "identityId", " > device"),
  // owners
  at("gateway ownership", "owner(id: $ownerId)"),
  at("gateway ownership", "owner(id: $ownerId) > contact"),
  at("gateway ownership", "owner(id: $ownerId) > devices(PAGE)"),
  at("gateway ownership", "owner(id: $ownerId) > devices(PAGE) > pageInfo"),
  at("gateway ownership", "owner(id: $ownerId) > devices(PAGE) > edges"),
  at("gateway ownership", "owner(id: $ownerId) > devices(PAGE) > nodes"),
  at("gateway", `${DEVICE} > owner`),
  at("gateway", `${DEVICE} > owner > contact`),
  at("gateway", `${DEVICE} > owner > devices(PAGE) > nodes`),
  at("gateway", `${DEVICE} > ownerships`),
  at("gateway", `${DEVICE} > ownerships > owner`),
  at("gateway", `${DEVICE} > ownerships > owner > contact`),
  at("gateway", `${DEVICE} > ownerships > device`),
  node("Owner", "ownerId", " > contact"),
  node("Ownership", "ownershipId", " > device"),
  // what needs no name of a row
  at("gateway manufacturing", "fieldDefinitions"),
  at("gateway manufacturing", "stations"),
  at("gateway manufacturing", "signingKeys"),
  ...["", " > pageInfo", " > edges", " > nodes"].map((rest) =>
    at("gateway ownership", `erasures(PAGE)${rest}`),
  ),
  at("gateway ownership", "myDevices(PAGE)"),
  at("gateway ownership", "myDevices(PAGE) > pageInfo"),
  at("gateway ownership", "myDevices(PAGE) > edges"),
  at("gateway ownership", "myDevices(PAGE) > nodes"),
  at("gateway", "myDevices(PAGE) > edges > node"),
  // clients and what they run
  at("gateway", CLIENT),
  ...["keys", "history", "documents(PAGE)"].map((rest) => at("gateway", `${CLIENT} > ${rest}`)),
  ...["pageInfo", "edges", "nodes", "edges > node", "nodes > client"].map((rest) =>
    at("gateway", `${CLIENT} > documents(version: "1", PAGE) > ${rest}`),
  ),
  node("Client", "clientId", " > keys"),
  node("Document", "documentId", " > client"),
  ...["", " > pageInfo", " > edges", " > nodes", " > edges > node"].map((rest) =>
    at("gateway", `clients(PAGE)${rest}`),
  ),
  // where other systems are told of events
  ...["", " > secrets", " > history", " > deliveries(PAGE)"].map((rest) =>
    at("gateway", `${WEBHOOK}${rest}`),
  ),
  ...["pageInfo", "edges", "nodes", "edges > node"].map((rest) =>
    at("gateway", `${WEBHOOK} > deliveries(failed: true, PAGE) > ${rest}`),
  ),
  node("Webhook", "webhookId", " > history"),
  at("gateway", "webhooks"),
  // what services ask each other
  at("manufacturing", "provisioningGate(connhexIds: [$connhexId])"),
  at("manufacturing", "provisioningGate(serialNumbers: [$serialNumber])"),
  at("manufacturing", 'sharedFields(partner: "elsewhere", connhexIds: [$connhexId])'),
];
