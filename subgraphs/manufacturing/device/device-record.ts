import type { Timestamp } from "../../../shared/time.ts";
import type { AttributeValue } from "../field-definition/field-definition.ts";

/** The phases of production, in their order. */
export const PHASES = ["MANUFACTURING", "FINAL_ASSEMBLY", "TESTING", "PACKAGING"] as const;
export type Phase = (typeof PHASES)[number];

/** What the factory has decided about a device. */
export const DISPOSITIONS = ["RELEASED", "QUARANTINED", "SCRAPPED"] as const;
export type Disposition = (typeof DISPOSITIONS)[number];

/** Fields whose equal values make devices a production group. */
export const GROUP_FIELDS = [
  "lotCode",
  "workOrder",
  "productionOrder",
  "palletId",
  "packageId",
] as const;
export type GroupField = (typeof GROUP_FIELDS)[number];

/** The fields that a record or a correction may give, beside custom fields. */
export const FACT_FIELDS = [
  "partNumber",
  "pcbPartNumber",
  "hardwareRevision",
  "fwVersion",
  "deviceType",
  ...GROUP_FIELDS,
  "phase",
  "disposition",
  "producedAt",
  "site",
  "line",
  "operator",
] as const;
export type FactField = (typeof FACT_FIELDS)[number];
export type TextField = Exclude<FactField, "phase" | "disposition" | "producedAt">;

/** All built-in fields of a record, in the order in which `changed` names them. */
export const RECORD_FIELDS = ["serialNumber", "connhexId", ...FACT_FIELDS] as const;
export type RecordField = (typeof RECORD_FIELDS)[number];

/** Values of custom fields by name. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** What is known of one device at the factory. */
export type DeviceRecord = Record<TextField, string | null> & {
  serialNumber: string;
  connhexId: string | null;
  phase: Phase | null;
  disposition: Disposition;
  producedAt: Timestamp | null;
  attributes: Attributes;
};

/** A record as it stands, and the revision that it stands at. */
export type KnownDevice = DeviceRecord & { deviceId: number; revision: number };
