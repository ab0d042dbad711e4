import type { CallerRole } from "../../../shared/caller.ts";
import { DomainError } from "../../../shared/domain-error.ts";
import type { ExportType, OfferedColumn } from "../../../shared/export/export-column.ts";
import { excerpt } from "../../../shared/text.ts";
import { ACCESS } from "../access.ts";
import type { PersonalData } from "../owner/owner.ts";

/** A column of ownerships, and the field of the graph whose readers may have it. */
interface OwnershipColumn {
  name: string;
  type: ExportType;
  field: readonly [type: string, field: string];
  isUsual: boolean;
  /** What of the owner's sealed data it is; null where it is none of them. */
  people: keyof PersonalData | null;
}

function column(
  name: string,
  field: OwnershipColumn["field"],
  more: Partial<OwnershipColumn> = {},
): OwnershipColumn {
  return { name, type: "text", field, isUsual: true, people: null, ...more };
}

/** Who the owner is, and how to reach him, comes to those only who ask for it by name. */
const ON_DEMAND = { isUsual: false } as const;

export const OWNERSHIP_COLUMNS: readonly OwnershipColumn[] = [
  column("connhexId", ["Device", "connhexId"]),
  column("serialNumber", ["CloudIdentity", "serialNumber"]),
  column("from", ["Ownership", "from"], { type: "timestamp" }),
  column("to", ["Ownership", "to"], { type: "timestamp" }),
  column("endedBy", ["Ownership", "endedBy"]),
  column("ownerKind", ["Owner", "kind"]),
  column("ownerCountry", ["Owner", "country"]),
  column("ownerId", ["Owner", "id"], ON_DEMAND),
  column("ownerName", ["Owner", "displayName"], { ...ON_DEMAND, people: "displayName" }),
  column("ownerEmail", ["OwnerContact", "email"], { ...ON_DEMAND, people: "email" }),
  column("ownerPhone", ["OwnerContact", "phone"], { ...ON_DEMAND, people: "phone" }),
  column("ownerAddress", ["OwnerContact", "address"], { ...ON_DEMAND, people: "address" }),
];

/** The role `owner` opens fields of what is one's own, and never a list of everybody's. */
function readingRoles(roles: readonly CallerRole[]): readonly CallerRole[] {
  return roles.filter((role) => role !== "owner");
}

/** The columns of ownerships, each open to whom its field is open to. */
export function ownershipColumns(
  roles: readonly CallerRole[],
): (OwnershipColumn & OfferedColumn)[] {
  const reading = readingRoles(roles);
  return OWNERSHIP_COLUMNS.map((one) => {
    const [type, field] = one.field;
    const isOpen = reading.some((role) => ACCESS[type]?.[field]?.includes(role) ?? false);
    return { ...one, isOpen };
  });
}

/** What whoever may not export does instead. */
const INSTEAD: Readonly<Partial<Record<CallerRole, string>>> = {
  owner: "an owner asks for myDevices",
  partner: "a partner is told of no owners",
  regulator: "a regulator asks for the devices that it was given, one by one",
  line: "a line needs no owners",
};

/** Refuses what is no export of this subgraph, and whoever may not read ownerships. */
export function assertMayExport(what: string, roles: readonly CallerRole[]): void {
  if (what !== "ownerships") {
    const argument = "what";
    throw new DomainError("BAD_USER_INPUT", `${excerpt(what)} cannot be exported`, { argument });
  }
  const readers: readonly CallerRole[] = ACCESS.Device?.ownerships ?? [];
  if (readingRoles(roles).some((role) => readers.includes(role))) return;
  const instead = roles.flatMap((role) => INSTEAD[role] ?? []).join("; ");
  const message = `your roles may not export ownerships${instead && `: ${instead}`}`;
  throw new DomainError("FORBIDDEN", message, { argument: "what" });
}
