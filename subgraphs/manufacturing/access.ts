import { type Caller, type CallerRole, STAFF } from "../../shared/caller.ts";
import { type AccessTable, grant } from "../../shared/graph/access.ts";

const STAFF_BUT_ANALYST = STAFF.filter((role) => role !== "analyst");
const RECORD_READERS: readonly CallerRole[] = [...STAFF, "regulator"];
const EVERYONE: readonly CallerRole[] = [...RECORD_READERS, "owner", "partner"];
/** A partner sees of these what is shared of the device: see `share/partner-sight.ts`. */
const RECORD_SHARERS: readonly CallerRole[] = [...RECORD_READERS, "partner"];
export const GROUP_READERS: readonly CallerRole[] = [...STAFF, "partner"];
const SHARE_GRANTERS: readonly CallerRole[] = ["admin", "compliance"];
/** Who sees what is shared with whom. */
export const SHARE_READERS: readonly CallerRole[] = [...SHARE_GRANTERS, "engineering", "support"];
const RECORDERS: readonly CallerRole[] = ["line", "engineering", "admin"];
const ENGINEERS: readonly CallerRole[] = ["engineering", "admin"];
const SERVICES: readonly CallerRole[] = ["service"];

const CORE =
  "id serialNumber connhexId partNumber hardwareRevision fwVersion deviceType producedAt phase disposition";
const PRODUCTION =
  "pcbPartNumber lotCode workOrder productionOrder palletId packageId site line attributes";

/** Who may read or call what, field by field. Rows are a matter of their own: see `sightOf`. */
export const ACCESS: AccessTable = {
  Query: {
    ...grant(EVERYONE, "device followable"),
    ...grant(STAFF, "fieldDefinitions"),
    ...grant(GROUP_READERS, "productionGroup"),
    ...grant(SHARE_READERS, "shares share"),
    ...grant(["partner"], "sharedDevices"),
    ...grant(SERVICES, "provisioningGate sharedFields"),
  },
  Mutation: {
    ...grant(RECORDERS, "recordDevices"),
    ...grant(ENGINEERS, "correctDevice defineField retireField"),
    ...grant(SHARE_GRANTERS, "shareDevices endShare"),
    ...grant(SERVICES, "linkCloudIdentities"),
  },
  Subscription: grant(EVERYONE, "deviceChanged"),
  Device: {
    ...grant(EVERYONE, `${CORE} revision recordedAt`),
    ...grant(RECORD_SHARERS, `${PRODUCTION} history asOf`),
    ...grant(GROUP_READERS, "groups lot siblings"),
    ...grant(STAFF_BUT_ANALYST, "operator"),
  },
  DeviceRevision: {
    ...grant(RECORD_SHARERS, `${CORE} ${PRODUCTION} revision recordedAt effectiveAt changed`),
    ...grant(RECORD_READERS, "reason source"),
    ...grant(STAFF_BUT_ANALYST, "actor operator"),
  },
  DeviceRevisionConnection: grant(RECORD_SHARERS, "edges nodes pageInfo totalCount"),
  DeviceRevisionEdge: grant(RECORD_SHARERS, "cursor node"),
  DeviceConnection: grant(GROUP_READERS, "edges nodes pageInfo totalCount"),
  DeviceEdge: grant(GROUP_READERS, "cursor node"),
  PageInfo: grant(EVERYONE, "hasNextPage hasPreviousPage startCursor endCursor"),
  ProductionGroup: grant(GROUP_READERS, "field value deviceCount devices"),
  FieldDefinition: grant(
    STAFF,
    "name type isRequired isGroupable pattern values label description createdAt retiredAt",
  ),
  DeviceBatch: grant(RECORDERS, "verdicts recorded revised unchanged refused"),
  DeviceVerdict: grant(RECORDERS, "index serialNumber outcome revision code message field"),
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
