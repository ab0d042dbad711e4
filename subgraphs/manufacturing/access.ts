import { type Caller, type CallerRole, STAFF } from "../../shared/caller.ts";
import { type AccessTable, grant } from "../../shared/graph/access.ts";

const STAFF_BUT_ANALYST = STAFF.filter((role) => role !== "analyst");
const RECORD_READERS: readonly CallerRole[] = [...STAFF, "regulator"];
const EVERYONE: readonly CallerRole[] = [...RECORD_READERS, "owner", "partner"];
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
    ...grant(EVERYONE, "device"),
    ...grant(STAFF, "productionGroup fieldDefinitions"),
    ...grant(SERVICES, "provisioningGate"),
  },
  Mutation: {
    ...grant(RECORDERS, "recordDevices"),
    ...grant(ENGINEERS, "correctDevice defineField retireField"),
    ...grant(SERVICES, "linkCloudIdentities"),
  },
  Device: {
    ...grant(EVERYONE, `${CORE} revision recordedAt`),
    ...grant(RECORD_READERS, `${PRODUCTION} history asOf`),
    ...grant(STAFF, "groups lot siblings"),
    ...grant(STAFF_BUT_ANALYST, "operator"),
  },
  DeviceRevision: {
    ...grant(RECORD_READERS, `${CORE} ${PRODUCTION} revision recordedAt effectiveAt`),
    ...grant(RECORD_READERS, "reason source changed"),
    ...grant(STAFF_BUT_ANALYST, "actor operator"),
  },
  DeviceRevisionConnection: grant(RECORD_READERS, "edges nodes pageInfo totalCount"),
  DeviceRevisionEdge: grant(RECORD_READERS, "cursor node"),
  DeviceConnection: grant(STAFF, "edges nodes pageInfo totalCount"),
  DeviceEdge: grant(STAFF, "cursor node"),
  PageInfo: grant(EVERYONE, "hasNextPage hasPreviousPage startCursor endCursor"),
  ProductionGroup: grant(STAFF, "field value deviceCount devices"),
  FieldDefinition: grant(
    STAFF,
    "name type isRequired isGroupable pattern values label description createdAt retiredAt",
  ),
  DeviceBatch: grant(RECORDERS, "verdicts recorded revised unchanged refused"),
  DeviceVerdict: grant(RECORDERS, "index serialNumber outcome revision code message field"),
  ProvisioningGate: grant(SERVICES, "serialNumber connhexId disposition"),
  CloudIdentityLinkVerdict: grant(SERVICES, "serialNumber connhexId linked code message"),
};

/** Which devices of the tenant a caller may see at all. */
export type Sight = "ALL" | "OWNED" | "NONE";

/**
 * A regulator sees every device that it can name; that it gets no lists is the table's affair. A
 * partner sees what is shared with it, and nothing can be shared yet.
 */
export function sightOf({ roles }: Caller): Sight {
  if (roles.some((role) => RECORD_READERS.includes(role))) return "ALL";
  return roles.includes("owner") ? "OWNED" : "NONE";
}
