import { type Caller, type CallerRole, STAFF } from "../../shared/caller.ts";
import { type AccessTable, grant } from "../../shared/graph/access.ts";

/** The actor of a change is a person. */
const STAFF_BUT_ANALYST = STAFF.filter((role) => role !== "analyst");
const ALL: readonly CallerRole[] = [...STAFF, "owner", "partner", "regulator"];
/** That a device is owned, since when and in which country, without saying by whom. */
const OWNERSHIP_READERS: readonly CallerRole[] = [
  "support",
  "recall_manager",
  "compliance",
  "engineering",
  "analyst",
  "admin",
  "owner",
];
const OWNER_READERS: readonly CallerRole[] = [
  "support",
  "recall_manager",
  "compliance",
  "admin",
  "owner",
];
const CONTACT_READERS: readonly CallerRole[] = ["support", "recall_manager", "admin", "owner"];
const PROVISIONERS: readonly CallerRole[] = ["line", "engineering", "admin"];
const ENGINEERS: readonly CallerRole[] = ["engineering", "admin"];
/** Who erases people, and sees that it was done. */
const ERASERS: readonly CallerRole[] = ["compliance", "admin"];
const REGISTRARS: readonly CallerRole[] = ["owner", "support", "admin"];

/** Who may read or call what. Which rows they see is decided by `sees`. */
export const ACCESS: AccessTable = {
  Query: {
    ...grant(OWNER_READERS, "owner"),
    ...grant(["owner"], "myDevices"),
    ...grant(ERASERS, "erasures"),
    ...grant(["service"], "ownedBy ownerCountries"),
  },
  Mutation: {
    ...grant(PROVISIONERS, "provisionDevices"),
    ...grant(ENGINEERS, "changeIdentityState replaceClaimCode"),
    ...grant(REGISTRARS, "registerOwnership transferOwnership releaseOwnership"),
    ...grant(["owner"], "offerOwnershipTransfer"),
    ...grant(REGISTRARS, "changeOwnerContact"),
    ...grant(ERASERS, "eraseOwner"),
  },
  Device: {
    ...grant(ALL, "connhexId identity"),
    ...grant(OWNERSHIP_READERS, "owner ownerships"),
  },
  CloudIdentity: {
    ...grant(ALL, "id connhexId serialNumber state provisionedAt device"),
    ...grant(STAFF, "name model isProtected history"),
  },
  CloudIdentityChange: {
    ...grant(STAFF, "kind state at reason"),
    ...grant(STAFF_BUT_ANALYST, "actor"),
  },
  ClaimCodeReplacement: grant(ENGINEERS, "connhexId claimCode"),
  Owner: {
    ...grant(OWNERSHIP_READERS, "id kind country"),
    ...grant(OWNER_READERS, "displayName devices"),
    ...grant(CONTACT_READERS, "contact"),
  },
  OwnerContact: grant(CONTACT_READERS, "email phone address"),
  Ownership: grant(OWNERSHIP_READERS, "id from to owner device endedBy"),
  OwnerCountry: grant(["service"], "country count"),
  Erasure: grant(
    ERASERS,
    "ownerId reason isHoldOverridden released erasedAt erasedBy state completedAt",
  ),
  ErasureConnection: grant(ERASERS, "edges nodes pageInfo totalCount"),
  ErasureEdge: grant(ERASERS, "cursor node"),
  TransferOffer: grant(["owner"], "code expiresAt"),
  ProvisionBatch: grant(PROVISIONERS, "verdicts provisioned pending unchanged refused"),
  ProvisionVerdict: grant(
    PROVISIONERS,
    "index serialNumber connhexId outcome code message field initKey claimCode",
  ),
  DeviceConnection: grant(OWNER_READERS, "edges nodes pageInfo totalCount"),
  DeviceEdge: grant(OWNER_READERS, "cursor node"),
  PageInfo: grant(OWNER_READERS, "hasNextPage hasPreviousPage startCursor endCursor"),
};

/** Readers of all cloud identities; a partner sees those that are shared with it. */
const IDENTITY_READERS: readonly CallerRole[] = ALL.filter((role) => role !== "partner");

/** What a row is, for the question of who sees it. */
const READERS = {
  identity: IDENTITY_READERS,
  ownership: OWNERSHIP_READERS,
  owner: OWNER_READERS,
} as const satisfies Record<string, readonly CallerRole[]>;
export type VisibleThing = keyof typeof READERS;

/**
 * Whether a caller sees this row: through a role that reads all of the tenant's rows, or as the
 * owner whose row it is. The role `owner` opens fields, but never somebody else's rows.
 */
export function sees(
  { roles, subject }: Caller,
  what: VisibleThing,
  ownerSubject: string | null,
): boolean {
  if (roles.includes("owner") && ownerSubject !== null && ownerSubject === subject) return true;
  return roles.some((role) => role !== "owner" && READERS[what].includes(role));
}
