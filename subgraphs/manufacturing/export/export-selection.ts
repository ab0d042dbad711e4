import { type Caller, type CallerRole, STAFF } from "../../../shared/caller.ts";
import { DomainError } from "../../../shared/domain-error.ts";
import { excerpt, isPlainText } from "../../../shared/text.ts";
import { parseTimestamp, type Timestamp } from "../../../shared/time.ts";
import { LIMITS } from "../limits.ts";
import { MEMBERSHIPS, type Membership } from "../production-group/production-group.ts";
import type { GivenCriteria } from "../recall-scope/given-criteria.ts";

/** The kinds of rows that this subgraph exports. */
export const EXPORTED = ["devices", "revisions", "group", "scope", "recall", "components"] as const;
export type Exported = (typeof EXPORTED)[number];

/** A line makes devices; it has no use for a million of them in a file. */
const STAFF_BUT_LINE: readonly CallerRole[] = STAFF.filter((role) => role !== "line");
const MAY_EXPORT: Readonly<Record<Exported, readonly CallerRole[]>> = {
  devices: [...STAFF_BUT_LINE, "partner"],
  revisions: [...STAFF_BUT_LINE, "partner"],
  group: [...STAFF_BUT_LINE, "partner"],
  scope: STAFF_BUT_LINE,
  recall: STAFF_BUT_LINE,
  components: STAFF_BUT_LINE,
};

/** What whoever may not export does instead. */
const INSTEAD: Readonly<Partial<Record<CallerRole, string>>> = {
  line: "a line asks for devices and groups page by page",
  owner: "an owner asks for myDevices",
  regulator: "a regulator asks for the devices that it was given, one by one",
  partner: "a partner exports devices, revisions and group",
};

/** Refuses what is no export of this subgraph, and whoever may not have it. */
export function assertMayExport(what: string, { roles }: Pick<Caller, "roles">): Exported {
  const known = EXPORTED.find((one) => one === what);
  if (!known) {
    throw new DomainError("BAD_USER_INPUT", `${excerpt(what)} cannot be exported`, {
      argument: "what",
    });
  }
  if (roles.some((role) => MAY_EXPORT[known].includes(role))) return known;
  const instead = roles.flatMap((role) => INSTEAD[role] ?? []).join("; ");
  const message = `your roles may not export ${known}${instead && `: ${instead}`}`;
  throw new DomainError("FORBIDDEN", message, { argument: "what" });
}

/** Which group is exported. */
export interface GroupSelection {
  field: string;
  value: string;
  membership: Membership;
}

export function readGroupSelection(selection: Readonly<Record<string, unknown>>): GroupSelection {
  const { field, value, membership = "CURRENT" } = selection;
  for (const [argument, text] of Object.entries({ field, value })) {
    if (typeof text === "string" && text !== "") continue;
    throw new DomainError("BAD_USER_INPUT", `say which group: ${argument} is missing`, {
      argument,
    });
  }
  const known = MEMBERSHIPS.find((one) => one === membership);
  if (!known) {
    const message = `membership is ${MEMBERSHIPS.join(" or ")}, not ${excerpt(membership)}`;
    throw new DomainError("BAD_USER_INPUT", message, { argument: "membership" });
  }
  const most = LIMITS.groupValueCharacters;
  const group = { field: String(field), value: String(value), membership: known };
  if (isPlainText(group.field, most) && isPlainText(group.value, most)) return group;
  throw unknownGroup(group);
}

/** A mistyped lot must not read as an empty one. */
export function unknownGroup({
  field,
  value,
}: Pick<GroupSelection, "field" | "value">): DomainError {
  const message = `no device that you may see by ${excerpt(field)} ever had ${excerpt(value)}`;
  return new DomainError("UNKNOWN_VALUE", message, { argument: "value" });
}

/** Reads criteria that came as JSON, as the graph reads those of a query. */
export type ReadCriteria = (given: unknown) => GivenCriteria;

/** As known when a scope is exported; null: now. */
/** The device whose revisions are exported; null: all of them. */
export function readSerialNumber({
  serialNumber,
}: Readonly<Record<string, unknown>>): string | null {
  if (serialNumber === undefined || serialNumber === null) return null;
  if (typeof serialNumber === "string" && isPlainText(serialNumber, LIMITS.groupValueCharacters)) {
    return serialNumber;
  }
  const message = `serialNumber is one as recorded, not ${excerpt(serialNumber)}`;
  throw new DomainError("BAD_USER_INPUT", message, { argument: "serialNumber" });
}

/** A proof is a text of many lines, which is read again from these. */
const WITH_PROOFS: readonly string[] = ["csv", "ndjson"];

export function assertCarriesProofs(format: string): void {
  if (WITH_PROOFS.includes(format)) return;
  const message = `proofs are exported as ${WITH_PROOFS.join(" or ")}, not as ${format}`;
  throw new DomainError("BAD_USER_INPUT", message, { argument: "format" });
}

export function readKnownAt({ knownAt }: Readonly<Record<string, unknown>>): Timestamp | null {
  if (knownAt === undefined || knownAt === null) return null;
  const time = typeof knownAt === "string" ? parseTimestamp(knownAt) : null;
  if (time !== null) return time;
  const message = `knownAt is a time like 2026-01-31T08:00:00Z, not ${excerpt(knownAt)}`;
  throw new DomainError("BAD_USER_INPUT", message, { argument: "knownAt" });
}
