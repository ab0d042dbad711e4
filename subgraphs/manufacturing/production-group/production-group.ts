import { DomainError } from "../../../shared/domain-error.ts";
import { excerpt } from "../../../shared/text.ts";
import { type DeviceRecord, GROUP_FIELDS, type GroupField } from "../device/device-record.ts";
import { attributeOf, type FieldDefinition } from "../field-definition/field-definition.ts";

/** Which devices a group has: those whose value it is now, or those whose value it ever was. */
export const MEMBERSHIPS = ["CURRENT", "EVER"] as const;
export type Membership = (typeof MEMBERSHIPS)[number];

/** The devices that share one value of a grouping field. */
export interface GroupKey {
  field: string;
  value: string;
}

/** The value of a device that has left a group for none. */
export const LEFT = "";

export function isGroupField(field: string): field is GroupField {
  return (GROUP_FIELDS as readonly string[]).includes(field);
}

/** The names of all grouping fields: the built-in ones, then the declared ones. */
export function groupFields(definitions: readonly FieldDefinition[]): string[] {
  const declared = definitions.filter(({ isGroupable }) => isGroupable).map(({ name }) => name);
  return [...GROUP_FIELDS, ...declared];
}

/** Refuses a field that does not group devices. */
export function assertGroupable(field: string, definitions: readonly FieldDefinition[]): void {
  if (groupFields(definitions).includes(field)) return;
  throw new DomainError("BAD_USER_INPUT", `${excerpt(field)} is not a grouping field`, {
    argument: "field",
  });
}

type GroupingRecord = Pick<DeviceRecord, GroupField | "attributes">;

/** The group of this field that a device is in, by its value; null where it is in none. */
export function groupValueOf(record: GroupingRecord, field: string): string | null {
  if (isGroupField(field)) return record[field];
  const value = attributeOf(record.attributes, field);
  return value === null ? null : String(value);
}

/** The groups that a device is in now, by these grouping fields. */
export function groupsOf(record: GroupingRecord, fields: readonly string[]): GroupKey[] {
  return fields.flatMap((field) => {
    const value = groupValueOf(record, field);
    return value === null ? [] : [{ field, value }];
  });
}

/** The memberships that a change begins or, with the value LEFT, ends. */
export function groupChanges(
  before: GroupingRecord | null,
  after: GroupingRecord,
  definitions: readonly FieldDefinition[],
): GroupKey[] {
  return groupFields(definitions).flatMap((field) => {
    const [was, is] = [before && groupValueOf(before, field), groupValueOf(after, field)];
    return was === is ? [] : [{ field, value: is ?? LEFT }];
  });
}
