import { type Caller, type CallerRole, STAFF } from "../../shared/caller.ts";
import { type AccessTable, grant } from "../../shared/graph/access.ts";

const STAFF_BUT_ANALYST = STAFF.filter((role) => role !== "analyst");
const RECORD_READERS: readonly CallerRole[] = [...STAFF, "regulator"];
const EVERYONE: readonly CallerRole[] = [...RECORD_READERS, "owner", "partner"];
/** A partner sees of these what is shared of the device: see `share/partner-sight.ts`. */
const RECORD_SHARERS: readonly CallerRole[] = [...RECORD_READERS, "partner"];
export const GROUP_READERS: readonly CallerRole[] = [...STAFF, "partner"];
/** Whom recalls concern. A line makes devices, and neither looks for nor calls back any. */
export const SCOPE_READERS: readonly CallerRole[] = STAFF.filter((role) => role !== "line");
const SHARE_GRANTERS: readonly CallerRole[] = ["admin", "compliance"];
/** Who sees what is shared with whom. */
export const SHARE_READERS: readonly CallerRole[] = [...SHARE_GRANTERS, "engineering", "support"];
/** Whose supplier delivered what is nobody else's affair. */
export const COMPONENT_READERS: readonly CallerRole[] = STAFF;
/** Who reads frozen recalls, and who freezes and withdraws them. */
export const RECALL_READERS: readonly CallerRole[] = STAFF;
export const RECALL_FREEZERS: readonly CallerRole[] = ["recall_manager", "compliance", "admin"];
/** Whoever holds a device must learn that it is recalled. */
const STATUS_READERS: readonly CallerRole[] = [...RECORD_READERS, "owner"];
const RECORDERS: readonly CallerRole[] = ["line", "engineering", "admin"];
const ENGINEERS: readonly CallerRole[] = ["engineering", "admin"];
const SERVICES: readonly CallerRole[] = ["service"];

const CORE =
  "id serialNumber connhexId partNumber hardwareRevision fwVersion deviceType producedAt phase disposition";
const PRODUCTION =
  "pcbPartNumber lotCode workOrder productionOrder palletId packageId site line attributes";

const TRACEABLE = "components installedIn whereUsed billOfMaterials";

/** Who may read or call what, field by field. Rows are a matter of their own: see `sightOf`. */
export const ACCESS: AccessTable = {
  Query: {
    ...grant(EVERYONE, "device followable"),
    ...grant(STAFF, "fieldDefinitions signingKeys"),
    ...grant(GROUP_READERS, "productionGroup"),
    ...grant(SCOPE_READERS, "recallScope compareRecallScopes"),
    ...grant(SHARE_READERS, "shares share"),
    ...grant(["partner"], "sharedDevices"),
    ...grant(RECALL_READERS, "recall recalls"),
    ...grant(COMPONENT_READERS, "component components whereUsed"),
    ...grant(STAFF, "stations"),
    ...grant(SERVICES, "provisioningGate sharedFields recalledDevices"),
  },
  Mutation: {
    ...grant(RECORDERS, "recordSignedDevices"),
    ...grant(RECORDERS, "recordDevices installComponents replaceComponent removeComponent"),
    ...grant(RECORDERS, "recordScans handOverStation"),
    ...grant(ENGINEERS, "correctDevice defineField retireField addSigningKey revokeSigningKey"),
    ...grant(SHARE_GRANTERS, "shareDevices endShare"),
    ...grant(RECALL_FREEZERS, "freezeRecall withdrawRecall"),
    ...grant(SERVICES, "linkCloudIdentities"),
  },
  Subscription: grant(EVERYONE, "deviceChanged"),
  Device: {
    ...grant(EVERYONE, `${CORE} revision recordedAt`),
    ...grant(RECORD_READERS, "proof"),
    ...grant(RECORD_SHARERS, `${PRODUCTION} history asOf`),
    ...grant(GROUP_READERS, "groups lot siblings"),
    ...grant(STAFF_BUT_ANALYST, "operator"),
    ...grant(STATUS_READERS, "recallStatus"),
    ...grant(RECALL_READERS, "recalls"),
    ...grant(COMPONENT_READERS, TRACEABLE),
  },
  DeviceRevision: {
    ...grant(RECORD_SHARERS, `${CORE} ${PRODUCTION} revision recordedAt effectiveAt changed`),
    ...grant(RECORD_READERS, "reason source signedBy proof"),
    ...grant(STAFF_BUT_ANALYST, "actor operator"),
  },
  DeviceRevisionConnection: grant(RECORD_SHARERS, "edges nodes pageInfo totalCount"),
  DeviceRevisionEdge: grant(RECORD_SHARERS, "cursor node"),
  DeviceConnection: grant(GROUP_READERS, "edges nodes pageInfo totalCount"),
  DeviceEdge: grant(GROUP_READERS, "cursor node"),
  PageInfo: grant(EVERYONE, "hasNextPage hasPreviousPage startCursor endCursor"),
  ProductionGroup: grant(GROUP_READERS, "field value deviceCount devices"),
  RecallScope: grant(SCOPE_READERS, "count sentence knownAt breakdown devices explain"),
  ScopeShare: grant(SCOPE_READERS, "value count"),
  ScopeClause: grant(SCOPE_READERS, "path sentence"),
  ScopeExplanation: grant(SCOPE_READERS, "serialNumber affected clause revision installation"),
  RecallScopeComparison: grant(SCOPE_READERS, "onlyInA inBoth onlyInB"),
  FieldDefinition: grant(
    STAFF,
    "name type isRequired isGroupable pattern values label description createdAt retiredAt",
  ),
  HandOverSigner: grant(RECORD_READERS, "key name role algorithm isFlagged"),
  SigningKey: {
    ...grant(
      STAFF,
      "keyId name role algorithm publicKey validFrom validTo state addedAt revokedFrom revokedAt revocationReason",
    ),
    ...grant(STAFF_BUT_ANALYST, "addedBy revokedBy"),
  },
  DeviceBatch: grant(RECORDERS, "verdicts recorded revised unchanged refused"),
  DeviceVerdict: grant(RECORDERS, "index serialNumber outcome revision code message field"),
  Component: {
    ...grant(
      COMPONENT_READERS,
      `id supplier partNumber serialNumber supplierLot recordedAt source ${TRACEABLE}`,
    ),
    ...grant(STAFF_BUT_ANALYST, "actor"),
  },
  ComponentConnection: grant(COMPONENT_READERS, "edges nodes pageInfo totalCount"),
  ComponentEdge: grant(COMPONENT_READERS, "cursor node"),
  Item: grant(COMPONENT_READERS, "device component"),
  ComponentInstallation: {
    ...grant(
      COMPONENT_READERS,
      "id parent child position quantity measure installedAt recordedAt source removal replaces",
    ),
    ...grant(STAFF_BUT_ANALYST, "actor"),
  },
  ComponentInstallationConnection: grant(COMPONENT_READERS, "edges nodes pageInfo totalCount"),
  ComponentInstallationEdge: grant(COMPONENT_READERS, "cursor node"),
  ComponentRemoval: {
    ...grant(COMPONENT_READERS, "removedAt recordedAt reason replacedBy"),
    ...grant(STAFF_BUT_ANALYST, "actor"),
  },
  TracedItem: grant(COMPONENT_READERS, "item level path"),
  TracedItemConnection: grant(
    COMPONENT_READERS,
    "edges nodes pageInfo totalCount isComplete loops",
  ),
  TracedItemEdge: grant(COMPONENT_READERS, "cursor node"),
  ComponentLoop: grant(COMPONENT_READERS, "path"),
  InstallationBatch: grant(RECORDERS, "verdicts recorded unchanged refused"),
  InstallationVerdict: grant(RECORDERS, "index installation outcome code message field"),
  ScanBatch: grant(RECORDERS, "verdicts recorded revised unchanged refused duplicates receivedAt"),
  ScanVerdict: grant(
    RECORDERS,
    "index station sequence arrival serialNumber outcome revision code message field",
  ),
  Station: {
    ...grant(
      STAFF,
      "station isHeldBy firstSequence scanCount lastSequence gaps lastScannedAt lastRecordedAt",
    ),
    // Whoever has a journal's id and may record can scan as its station.
    ...grant(ENGINEERS, "journal"),
  },
  Recall: {
    ...grant(
      RECALL_READERS,
      "id title criteria sentence knownAt reason frozenAt deviceCount hash state withdrawnAt withdrawalReason devices candidates departures proof",
    ),
    ...grant(STAFF_BUT_ANALYST, "frozenBy withdrawnBy"),
  },
  RecallConnection: grant(RECALL_READERS, "edges nodes pageInfo totalCount"),
  RecallEdge: grant(RECALL_READERS, "cursor node"),
  Share: grant(
    SHARE_READERS,
    "id partner kind group criteria devices deviceCount fields from to grantedBy grantedAt reason endedAt endedBy endReason state",
  ),
  ShareGroup: grant(SHARE_READERS, "field values"),
  ShareCriteria: grant(
    SHARE_READERS,
    "partNumber deviceType hardwareRevision fwVersion site producedFrom producedTo serialNumberFrom serialNumberTo",
  ),
  ShareConnection: grant(SHARE_READERS, "edges nodes pageInfo totalCount"),
  ShareEdge: grant(SHARE_READERS, "cursor node"),
  SharedFields: grant(SERVICES, "connhexId fields"),
  ProvisioningGate: grant(SERVICES, "serialNumber connhexId disposition"),
  CloudIdentityLinkVerdict: grant(SERVICES, "serialNumber connhexId linked code message"),
};

/** Which devices of the tenant roles show, without those that are shared with a partner. */
export type Sight = "ALL" | "OWNED" | "NONE";

/** A regulator sees every device that it can name; that it gets no lists is the table's affair. */
export function sightOf({ roles }: Pick<Caller, "roles">): Sight {
  if (roles.some((role) => RECORD_READERS.includes(role))) return "ALL";
  return roles.includes("owner") ? "OWNED" : "NONE";
}
