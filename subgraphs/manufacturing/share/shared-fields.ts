import { DomainError } from "../../../shared/domain-error.ts";
import { excerpt } from "../../../shared/text.ts";
import { RECORD_FIELDS } from "../device/device-record.ts";
import type { FieldDefinition } from "../field-definition/field-definition.ts";
import { LIMITS } from "../limits.ts";
import { isGroupField, type Membership } from "../production-group/production-group.ts";

/** What of a shared device is always seen. */
export const ALWAYS_SHARED: readonly string[] = [
  "id",
  "serialNumber",
  "connhexId",
  "revision",
  "recordedAt",
  "disposition",
];

/** Who ran the line is never a partner's affair. */
const NEVER_SHARED: readonly string[] = ["operator"];

/** The names that a share may list, beside `attributes.<name>` for a single custom field. */
const SHAREABLE_FIELDS: readonly string[] = [
  ...RECORD_FIELDS.filter((name) => !ALWAYS_SHARED.includes(name) && !NEVER_SHARED.includes(name)),
  "attributes",
  "history",
  "identity",
];

const ATTRIBUTE = "attributes.";

/** Checks the names of a share and answers each once, in the order of SHAREABLE_FIELDS. */
export function assertShareable(
  names: readonly string[],
  definitions: readonly FieldDefinition[],
): string[] {
  const most = LIMITS.fieldDefinitions + SHAREABLE_FIELDS.length;
  if (names.length > most) {
    const message = `a share has at most ${most} fields, not ${names.length}`;
    throw new DomainError("LIMIT_EXCEEDED", message, { most, asked: names.length });
  }
  const custom = definitions.map(({ name }) => `${ATTRIBUTE}${name}`);
  const shareable = [...SHAREABLE_FIELDS, ...custom];
  const unknown = names.find((name) => !shareable.includes(name));
  if (unknown === undefined) return shareable.filter((name) => names.includes(name));
  const why = ALWAYS_SHARED.includes(unknown) ? "is always shared" : "cannot be shared";
  throw new DomainError("BAD_USER_INPUT", `${excerpt(unknown)} ${why}`, { argument: "fields" });
}

/** The names in a share that each give the value of a field: a custom one has two. */
export function namesSharing(field: string, isBuiltIn: boolean): string[] {
  return isBuiltIn ? [field] : ["attributes", `${ATTRIBUTE}${field}`];
}

/** Whether these shared names give the value of a custom field. */
export function sharesAttribute(shared: ReadonlySet<string>, name: string): boolean {
  return namesSharing(name, false).some((one) => shared.has(one));
}

/**
 * What must be shared of a device for it to count in a group of this field: the field, and its
 * history too where the question is about what once was. One name of each list.
 */
export function namesForGroup(field: string, membership: Membership): string[][] {
  const names = namesSharing(field, isGroupField(field));
  return membership === "EVER" ? [names, ["history"]] : [names];
}
