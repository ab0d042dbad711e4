import type { DeviceChange, FollowedValue } from "../../../shared/graph/subgraph-service.ts";
import type { DeviceRecord, GroupField } from "../device/device-record.ts";
import type { FieldDefinition } from "../field-definition/field-definition.ts";
import { groupFields, groupsOf } from "../production-group/production-group.ts";

/** Fields beside the grouping ones by whose values devices are followed: they name one device. */
export const NAMING_FIELDS = ["serialNumber", "connhexId"] as const;
export type NamingField = (typeof NAMING_FIELDS)[number];

export function isNamingField(field: string): field is NamingField {
  return (NAMING_FIELDS as readonly string[]).includes(field);
}

/** What of a state decides who is told of it. */
export type FollowedState = Pick<DeviceRecord, NamingField | GroupField | "attributes">;

/**
 * What followers are told of one revision: the device, and every value that it has now or had
 * before, so that those whose group it left are told once, too.
 */
export function deviceChange(
  before: FollowedState | null,
  after: FollowedState,
  definitions: readonly FieldDefinition[],
): DeviceChange {
  const values = [
    ...(before ? valuesOf(before, definitions) : []),
    ...valuesOf(after, definitions),
  ];
  const distinct = new Map(values.map((one) => [JSON.stringify(one), one]));
  return { serialNumber: after.serialNumber, values: [...distinct.values()] };
}

function valuesOf(state: FollowedState, definitions: readonly FieldDefinition[]): FollowedValue[] {
  const names = NAMING_FIELDS.flatMap((field) => {
    const value = state[field];
    return value === null ? [] : [{ field, value }];
  });
  return [...names, ...groupsOf(state, groupFields(definitions))];
}
