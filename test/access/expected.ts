import { type CallerRole, ROLES } from "../../shared/caller.ts";

/**
 * Who may do what, written down a second time, by hand and from the pages that promise it. Nothing
 * here comes from the code that enforces it: where the two differ, one of them is wrong.
 */
export type Outcome = "VALUE" | "MASKED" | "ABSENT" | "FORBIDDEN" | `REFUSED ${string}`;

/** What the asked row is to the caller: his own, another owner's, another tenant's, or not there. */
export const WHOSE = ["MINE", "OTHERS", "FOREIGN", "NOTHING"] as const;
export type Whose = (typeof WHOSE)[number];

/** A use of a field, the finding of a row by its id, or a turn to another row. */
export type Step = { use: string } | { find: string } | { turn: Turn };
type Turn = "to mine" | "to the other" | "to a former owner" | "by a component";

/** Roles that a token can carry, alone and together, and a token without any. */
export const ROLE_SETS: readonly (readonly CallerRole[])[] = [
  ...ROLES.map((role) => [role]),
  [],
  ["owner", "partner"],
  ["owner", "line"],
  ["owner", "engineering"],
  ["owner", "regulator"],
  ["analyst", "support"],
  ["partner", "regulator"],
  ["partner", "support"],
];

const STAFF = "line support recall_manager engineering compliance analyst admin";
const STAFF_BUT_ANALYST = "line support recall_manager engineering compliance admin";
const RECORD_READERS = `${STAFF} regulator`;
const EVERYONE = `${RECORD_READERS} owner partner`;
// A partner opens these, and reads of them what is shared of the row: see SHARED.
const RECORD_SHARERS = `${RECORD_READERS} partner`;
const GROUP_READERS = `${STAFF} partner`;
// Whom recalls concern: all staff but the lines.
const SCOPE_READERS = "support recall_manager engineering compliance analyst admin";
const SHARE_GRANTERS = "admin compliance";
const SHARE_READERS = "admin compliance engineering support";
const RECORDERS = "line engineering admin";
const ENGINEERS = "engineering admin";
const REGISTRARS = "owner support admin";
const OWNERSHIP_READERS = "support recall_manager compliance engineering analyst admin owner";
const NAME_READERS = "support recall_manager compliance admin owner";
const CONTACT_READERS = "support recall_manager admin owner";

/** Clients and what they may run are the administrator's; engineering reads what they run. */
const CLIENT_READERS = "admin engineering";

const CORE =
  "id serialNumber connhexId partNumber hardwareRevision fwVersion deviceType producedAt phase disposition";
const PRODUCTION =
  "pcbPartNumber lotCode workOrder productionOrder palletId packageId site line attributes";

const OPEN: readonly [type: string, fields: string, roles: string][] = [
  ["Query", "device followable", EVERYONE],
  ["Query", "fieldDefinitions", STAFF],
  ["Query", "productionGroup", GROUP_READERS],
  ["Query", "recallScope compareRecallScopes", SCOPE_READERS],
  ["Query", "share shares", SHARE_READERS],
  ["Query", "sharedDevices", "partner"],
  ["Query", "component components whereUsed", STAFF],
  ["Query", "owner", NAME_READERS],
  ["Query", "myDevices", "owner"],
  ["Query", "provisioningGate ownedBy ownerCountries sharedFields", "service"],
  ["Subscription", "deviceChanged", EVERYONE],
  ["Mutation", "recordDevices provisionDevices", RECORDERS],
  ["Mutation", "installComponents replaceComponent removeComponent", RECORDERS],
  ["Mutation", "correctDevice defineField retireField", ENGINEERS],
  ["Mutation", "changeIdentityState replaceClaimCode", ENGINEERS],
  ["Mutation", "registerOwnership transferOwnership releaseOwnership", REGISTRARS],
  ["Mutation", "changeOwnerContact", REGISTRARS],
  ["Mutation", "offerOwnershipTransfer", "owner"],
  ["Mutation", "linkCloudIdentities", "service"],
  ["Mutation", "shareDevices endShare", SHARE_GRANTERS],

  ["Device", `${CORE} revision recordedAt`, EVERYONE],
  ["Device", `${PRODUCTION} history asOf`, RECORD_SHARERS],
  ["Device", "groups lot siblings", GROUP_READERS],
  ["Device", "operator", STAFF_BUT_ANALYST],
  ["Device", "components installedIn whereUsed billOfMaterials", STAFF],
  ["Device", "identity", EVERYONE],
  ["Device", "owner ownerships", OWNERSHIP_READERS],
  ["DeviceRevision", `${CORE} ${PRODUCTION}`, RECORD_SHARERS],
  ["DeviceRevision", "revision recordedAt effectiveAt changed", RECORD_SHARERS],
  ["DeviceRevision", "reason source", RECORD_READERS],
  ["DeviceRevision", "actor operator", STAFF_BUT_ANALYST],
  ["ProductionGroup", "field value deviceCount devices", GROUP_READERS],
  ["Share", "id partner kind group criteria fields devices deviceCount", SHARE_READERS],
  ["Share", "from to grantedBy grantedAt reason endedAt endedBy endReason state", SHARE_READERS],
  ["ShareGroup", "field values", SHARE_READERS],
  ["ShareCriteria", "partNumber deviceType hardwareRevision fwVersion site", SHARE_READERS],
  ["ShareCriteria", "producedFrom producedTo serialNumberFrom serialNumberTo", SHARE_READERS],
  ["Component", "id supplier partNumber serialNumber supplierLot recordedAt source", STAFF],
  ["Component", "components installedIn whereUsed billOfMaterials", STAFF],
  // As with devices: an actor is a person, and the analyst sees everything but people.
  ["Component", "actor", STAFF_BUT_ANALYST],
  ["Item", "device component", STAFF],
  ["ComponentInstallation", "id parent child position quantity measure installedAt", STAFF],
  ["ComponentInstallation", "recordedAt source removal replaces", STAFF],
  ["ComponentInstallation", "actor", STAFF_BUT_ANALYST],
  ["ComponentRemoval", "removedAt recordedAt reason replacedBy", STAFF],
  ["ComponentRemoval", "actor", STAFF_BUT_ANALYST],
  ["TracedItem", "item level path", STAFF],
  ["ComponentLoop", "path", STAFF],
  ["InstallationBatch", "verdicts recorded unchanged refused", RECORDERS],
  ["InstallationVerdict", "index installation outcome code message field", RECORDERS],
  ["SharedFields", "connhexId fields", "service"],
  ["OwnerCountry", "country count", "service"],
  ["RecallScope", "count sentence knownAt breakdown devices explain", SCOPE_READERS],
  ["ScopeShare", "value count", SCOPE_READERS],
  ["ScopeClause", "path sentence", SCOPE_READERS],
  ["ScopeExplanation", "serialNumber affected clause revision installation", SCOPE_READERS],
  ["RecallScopeComparison", "onlyInA inBoth onlyInB", SCOPE_READERS],
  [
    "FieldDefinition",
    "name type isRequired isGroupable pattern values label description createdAt retiredAt",
    STAFF,
  ],
  ["DeviceBatch", "verdicts recorded revised unchanged refused", RECORDERS],
  ["DeviceVerdict", "index serialNumber outcome revision code message field", RECORDERS],
  ["ProvisioningGate", "serialNumber connhexId disposition", "service"],
  ["CloudIdentityLinkVerdict", "serialNumber connhexId linked code message", "service"],

  ["CloudIdentity", "id connhexId serialNumber state provisionedAt device", EVERYONE],
  ["CloudIdentity", "name model isProtected history", STAFF],
  ["CloudIdentityChange", "kind state at reason", STAFF],
  // The pages give an identity's history to all staff, and an analyst everything but people: an
  // actor is one. The stricter promise holds, as it does for DeviceRevision.actor.
  ["CloudIdentityChange", "actor", STAFF_BUT_ANALYST],
  ["ClaimCodeReplacement", "connhexId claimCode", ENGINEERS],
  ["Owner", "id kind country", OWNERSHIP_READERS],
  ["Owner", "displayName devices", NAME_READERS],
  ["Owner", "contact", CONTACT_READERS],
  ["OwnerContact", "email phone address", CONTACT_READERS],
  ["Ownership", "id from to endedBy owner device", OWNERSHIP_READERS],
  ["TransferOffer", "code expiresAt", "owner"],
  ["ProvisionBatch", "verdicts provisioned pending unchanged refused", RECORDERS],
  [
    "ProvisionVerdict",
    "index serialNumber connhexId outcome code message field initKey claimCode",
    RECORDERS,
  ],

  ["Query", "client clients", CLIENT_READERS],
  ["Mutation", "addClient changeClient addClientKey rotateClientKey revokeClientKey", "admin"],
  ["Mutation", "publishDocuments retireDocuments", "admin"],
  ["Client", "id name kind roles requestsPerMinute isActive createdAt documents", CLIENT_READERS],
  ["Client", "keys history", "admin"],
  ["ClientKey", "id keyId last4 createdAt createdBy expiresAt revokedAt lastUsedAt", "admin"],
  ["ClientChange", "kind about roles requestsPerMinute isActive at actor reason", "admin"],
  ["NewClientKey", "text key client", "admin"],
  ["Document", "id documentId client text operationName operationType", CLIENT_READERS],
  ["Document", "variableLimits nodes values fetches versions isLive", CLIENT_READERS],
  ["Document", "publishedAt publishedBy retiredAt", CLIENT_READERS],
  ["Publication", "client version isPublished verdicts published unchanged refused", "admin"],
  ["DocumentVerdict", "id operationName outcome problems warnings nodes values fetches", "admin"],
  ["DocumentProblem", "code message field line column", "admin"],
  ["DocumentRetirement", "client retired", "admin"],

  // A page is for whoever may have its list.
  ["ClientConnection", "edges nodes pageInfo totalCount", CLIENT_READERS],
  ["ClientEdge", "cursor node", CLIENT_READERS],
  ["DocumentConnection", "edges nodes pageInfo totalCount", CLIENT_READERS],
  ["DocumentEdge", "cursor node", CLIENT_READERS],
  ["DeviceConnection", "edges nodes pageInfo totalCount", EVERYONE],
  ["DeviceEdge", "cursor node", EVERYONE],
  ["ShareConnection", "edges nodes pageInfo totalCount", EVERYONE],
  ["ShareEdge", "cursor node", EVERYONE],
  ["ComponentConnection", "edges nodes pageInfo totalCount", STAFF],
  ["ComponentEdge", "cursor node", STAFF],
  ["ComponentInstallationConnection", "edges nodes pageInfo totalCount", STAFF],
  ["ComponentInstallationEdge", "cursor node", STAFF],
  ["TracedItemConnection", "edges nodes pageInfo totalCount isComplete loops", STAFF],
  ["TracedItemEdge", "cursor node", STAFF],
  ["DeviceRevisionConnection", "edges nodes pageInfo totalCount", EVERYONE],
  ["DeviceRevisionEdge", "cursor node", EVERYONE],
  ["PageInfo", "hasNextPage hasPreviousPage startCursor endCursor", EVERYONE],
];

/** Who finds a thing by its id or key; owners only what is theirs, partners what is shared. */
const FOUND_BY: Readonly<Record<string, string>> = {
  Device: EVERYONE,
  DeviceRevision: EVERYONE,
  // `node` says of an id whose fields are closed what it says of an unknown one.
  "DeviceRevision by node": RECORD_SHARERS,
  CloudIdentity: EVERYONE,
  Owner: OWNERSHIP_READERS,
  Ownership: OWNERSHIP_READERS,
  Share: SHARE_READERS,
  Component: STAFF,
  ComponentInstallation: STAFF,
  Client: CLIENT_READERS,
  Document: CLIENT_READERS,
};

/** What is shared with the partner of his own devices, and that of no other one anything. */
const SHARED = "partNumber lotCode palletId phase history asOf identity";
/** What every share shows, of a device and of its revisions. */
const ALWAYS = "id serialNumber connhexId revision recordedAt disposition effectiveAt changed";
/** By the shared lotCode, and by boardColour, the one custom field that is shared. */
const SHARED_LISTS = "attributes groups lot siblings";
const SHOWN = new Set(`${SHARED} ${ALWAYS} ${SHARED_LISTS}`.split(" "));

/** Whether a share shows this field of its devices; whatever is no field of theirs is no matter. */
function isShown(step: Step): boolean {
  const [type = "", field = ""] = "use" in step ? step.use.split(".") : [];
  return !["Device", "DeviceRevision"].includes(type) || SHOWN.has(field);
}

/**
 * A share has one kind of terms: that of mine is a group, that of the others criteria. What is
 * installed is in one kind of item: mine in a device, that of the others in a component.
 */
const TERMS_OF_OTHER_KIND: Readonly<Record<string, Whose>> = {
  "Share.group": "OTHERS",
  "Share.criteria": "MINE",
  "Item.device": "OTHERS",
  "Item.component": "MINE",
};

/** Criteria are refused that name a lot which is nobody's, or not the tenant's. */
const SCOPES: readonly string[] = ["Query.recallScope", "Query.compareRecallScopes"];
/** What decided that a device is in a scope was a revision, or an installation. */
const DECISIONS: readonly string[] = ["ScopeExplanation.revision", "ScopeExplanation.installation"];

const openTo = new Map<string, Set<string>>(
  OPEN.flatMap(([type, fields, roles]) =>
    fields.split(" ").map((field) => [`${type}.${field}`, new Set(roles.split(" "))] as const),
  ),
);

/** Every field that somebody has thought of, as `Type.field`. */
export const KNOWN_FIELDS: readonly string[] = [...openTo.keys()];

/** Whether one of the roles opens the field on rows of some kind. */
export function opens(field: string, roles: readonly CallerRole[]): boolean {
  const readers = openTo.get(field);
  if (!readers) throw new Error(`nobody has said who may use ${field}`);
  return roles.some((role) => readers.has(role));
}

/** A role opens a field on the rows that this role sees, whatever other roles the caller has. */
function sees(role: CallerRole, whose: Whose): boolean {
  return role === "owner" || role === "partner" ? whose === "MINE" : true;
}

const exists = (whose: Whose) => whose === "MINE" || whose === "OTHERS";
const isStaff = (role: CallerRole) => STAFF.split(" ").includes(role);

/** Lists made for a partner hold what is shared, so that there the other one is mine too. */
function afterTurn(whose: Whose, turn: Turn, roles: readonly CallerRole[]): Whose {
  if (turn === "to a former owner") return "OTHERS";
  if (roles.includes("partner") && !roles.some(isStaff)) return "MINE";
  if (turn === "to the other") return whose === "MINE" ? "OTHERS" : "MINE";
  return "MINE";
}

/** What ends the walk at this step; null where it goes on. */
function endAt(step: Step, roles: readonly CallerRole[], whose: Whose): Outcome | null {
  const finders = "find" in step ? new Set(FOUND_BY[step.find]?.split(" ")) : null;
  const openers = roles.filter((role) =>
    "use" in step ? opens(step.use, [role]) : finders?.has(role),
  );
  if ("use" in step && openers.length === 0) return "FORBIDDEN";
  const isScope = "use" in step && SCOPES.includes(step.use);
  if (!exists(whose)) return isScope ? "REFUSED UNKNOWN_VALUE" : "ABSENT";
  if ("use" in step && TERMS_OF_OTHER_KIND[step.use] === whose) return "ABSENT";
  const showing = openers.filter((role) => sees(role, whose));
  if (showing.some((role) => role !== "partner" || isShown(step))) return null;
  // Of a row that is seen, what is not shared is refused; a list of groups just leaves it out.
  const isSeen = openers.includes("partner") && roles.some((role) => sees(role, whose));
  return isSeen && "use" in step && step.use !== "Device.groups" ? "FORBIDDEN" : "ABSENT";
}

/** What comes of walking these steps, from a row that is this to the caller. */
export function expectedOutcome(
  roles: readonly CallerRole[],
  asked: Whose,
  steps: readonly Step[],
): Outcome {
  let whose = asked;
  let decision = "ScopeExplanation.revision";
  for (const step of steps) {
    if ("turn" in step && step.turn === "by a component") {
      decision = "ScopeExplanation.installation";
      continue;
    }
    if ("turn" in step) {
      if (exists(whose)) whose = afterTurn(whose, step.turn, roles);
      continue;
    }
    // All devices of a tenant are of one lot, so that of the others is mine.
    if ("use" in step && step.use === "Query.productionGroup" && exists(whose)) whose = "MINE";
    const end = endAt(step, roles, whose);
    if (end) return end;
    if ("use" in step && DECISIONS.includes(step.use) && step.use !== decision) return "ABSENT";
  }
  const last = steps.at(-1);
  const isContact = last && "use" in last && last.use.startsWith("OwnerContact.");
  return isContact && !seesWholeContact(roles, whose) ? "MASKED" : "VALUE";
}

function seesWholeContact(roles: readonly CallerRole[], whose: Whose): boolean {
  if (roles.includes("recall_manager") || roles.includes("admin")) return true;
  return roles.includes("owner") && whose === "MINE";
}
