import type { CallerRole } from "../../../shared/caller.ts";
import type { ExportType, OfferedColumn } from "../../../shared/export/export-column.ts";
import { ACCESS } from "../access.ts";
import { RECORD_FIELDS } from "../device/device-record.ts";
import type { FieldDefinition } from "../field-definition/field-definition.ts";

/** The names that a column has in the graph, as the field of one of these types. */
export type ColumnsOf = "Device" | "DeviceRevision";

/** What a custom field alone is called: `attributes.solderBatch`. */
export const ATTRIBUTE = "attributes.";
/** Of a partner's export: the names that are shared of the device, so that hidden is not empty. */
export const SHARED_FIELDS = "sharedFields";

const TIMES: readonly string[] = ["producedAt", "recordedAt", "effectiveAt"];
const TYPES: Readonly<Record<string, ExportType>> = {
  revision: "integer",
  attributes: "json",
  changed: "json",
  [SHARED_FIELDS]: "json",
};

const NAMES: Readonly<Record<ColumnsOf, readonly string[]>> = {
  Device: [...RECORD_FIELDS, "attributes", "revision", "recordedAt"],
  DeviceRevision: [
    "serialNumber",
    "revision",
    "recordedAt",
    "effectiveAt",
    "actor",
    "reason",
    "source",
    "changed",
    ...RECORD_FIELDS.filter((name) => name !== "serialNumber"),
    "attributes",
  ],
};

/**
 * The columns of devices or revisions, each open to whom its field is open to. A partner reads as
 * one, whatever else it is: its lists are of what is shared alone.
 */
export function recordColumns(
  type: ColumnsOf,
  { roles, isPartner }: { roles: readonly CallerRole[]; isPartner: boolean },
  definitions: readonly FieldDefinition[],
): OfferedColumn[] {
  const reading: readonly CallerRole[] = isPartner ? ["partner"] : roles;
  const isOpen = (field: string) =>
    reading.some((role) => ACCESS[type]?.[field]?.includes(role) ?? false);
  const fields = NAMES[type].map((name) => ({
    name,
    type: typeOf(name),
    isOpen: isOpen(name),
    isUsual: true,
  }));
  const custom = definitions.map(({ name, type: kind }) => ({
    name: `${ATTRIBUTE}${name}`,
    type: CUSTOM_TYPES[kind],
    isOpen: isOpen("attributes"),
    isUsual: false,
  }));
  const proof = { name: "proof", type: typeOf("proof"), isOpen: isOpen("proof"), isUsual: false };
  const shared = { name: SHARED_FIELDS, type: typeOf(SHARED_FIELDS), isOpen: true, isUsual: false };
  return [...fields, proof, ...custom, ...(isPartner ? [shared] : [])];
}

function typeOf(name: string): ExportType {
  return TIMES.includes(name) ? "timestamp" : (TYPES[name] ?? "text");
}

/** Decimals and dates stay as they were written: a number of 64 bits, or a time, is something else. */
const CUSTOM_TYPES: Readonly<Record<FieldDefinition["type"], ExportType>> = {
  TEXT: "text",
  ENUM: "text",
  DECIMAL: "text",
  DATE: "text",
  INTEGER: "integer",
  BOOLEAN: "boolean",
};
