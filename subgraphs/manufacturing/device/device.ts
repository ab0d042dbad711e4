import { DomainError } from "../../../shared/domain-error.ts";
import { excerpt } from "../../../shared/text.ts";
import {
  type AttributeValue,
  attributeOf,
  type FieldDefinition,
} from "../field-definition/field-definition.ts";
import type { DeviceFacts } from "./device-facts.ts";
import {
  type DeviceRecord,
  FACT_FIELDS,
  type KnownDevice,
  PHASES,
  type Phase,
  RECORD_FIELDS,
} from "./device-record.ts";

/** A state that is due to be written, and the fields in which it differs from the one before. */
export interface DueChange {
  record: DeviceRecord;
  changed: string[];
}

/** Where the phase goes forward, these describe the phase being recorded, and may differ. */
export const FIELDS_OF_PHASE: readonly string[] = ["site", "line", "operator"];

/**
 * Judges a record against what is known: answers what is to be written, or null where all of it is
 * known already. Recording adds what is not known; it never replaces what is, save that the phase
 * goes forward.
 */
export function judgeRecord(
  known: KnownDevice | null,
  facts: DeviceFacts,
  definitions: readonly FieldDefinition[],
): DueChange | null {
  if (!known) return firstRecord(facts, definitions);
  const isForward = assertPhaseInOrder(known, facts.values.phase ?? null);
  const isFree = (field: string) =>
    isForward && (field === "phase" || FIELDS_OF_PHASE.includes(field));
  const values: Record<string, unknown> = {};
  for (const field of FACT_FIELDS) {
    const given = facts.values[field] ?? null;
    if (given === null) continue;
    if (!isFree(field)) assertNotOtherwiseKnown(known, field, known[field], given);
    values[field] = given;
  }
  const attributes: Record<string, AttributeValue> = { ...known.attributes };
  for (const [name, given] of facts.attributes) {
    if (given === null) continue;
    assertNotOtherwiseKnown(known, name, attributeOf(known.attributes, name), given);
    attributes[name] = given;
  }
  return dueChange(known, { ...recordOf(known), ...values, attributes });
}

/**
 * Judges a correction: every named field takes the given value, null clears. Throws
 * NOTHING_TO_CHANGE where nothing differs.
 */
export function judgeCorrection(
  known: KnownDevice,
  facts: DeviceFacts,
  definitions: readonly FieldDefinition[],
): DueChange {
  if (facts.values.disposition === null) {
    throw new DomainError("INVALID_VALUE", "disposition is always known and cannot be cleared", {
      field: "disposition",
    });
  }
  const attributes: Record<string, AttributeValue> = { ...known.attributes };
  for (const [name, given] of facts.attributes) {
    if (given !== null) attributes[name] = given;
    else {
      assertMayClear(name, definitions);
      delete attributes[name];
    }
  }
  const due = dueChange(known, { ...recordOf(known), ...facts.values, attributes } as DeviceRecord);
  if (due) return due;
  throw new DomainError(
    "NOTHING_TO_CHANGE",
    `${known.serialNumber} already is as the correction says (revision ${known.revision})`,
    { serialNumber: known.serialNumber, presentRevision: known.revision },
  );
}

/** Refuses a correction that was made looking at another revision than the present one. */
export function assertPresentRevision(known: KnownDevice, expectedRevision: number): void {
  if (known.revision === expectedRevision) return;
  throw new DomainError(
    "STALE_REVISION",
    `${known.serialNumber} is at revision ${known.revision}, not ${expectedRevision}`,
    { serialNumber: known.serialNumber, presentRevision: known.revision },
  );
}

/** The record alone, without the keys of its row. */
export function recordOf(known: DeviceRecord): DeviceRecord {
  const fields = RECORD_FIELDS.map((field) => [field, known[field]]);
  return { ...Object.fromEntries(fields), attributes: known.attributes } as DeviceRecord;
}

/** The change from one state to the next; null where they are equal. */
export function dueChange(before: DeviceRecord | null, after: DeviceRecord): DueChange | null {
  const names = new Set(Object.keys({ ...before?.attributes, ...after.attributes }));
  const changed: string[] = [
    ...RECORD_FIELDS.filter((field) => after[field] !== (before?.[field] ?? null)),
    ...[...names]
      .filter(
        (name) => attributeOf(after.attributes, name) !== attributeOf(before?.attributes, name),
      )
      .sort(),
  ];
  return changed.length === 0 ? null : { record: after, changed };
}

function firstRecord(facts: DeviceFacts, definitions: readonly FieldDefinition[]): DueChange {
  const attributes: Record<string, AttributeValue> = {};
  for (const [name, given] of facts.attributes) if (given !== null) attributes[name] = given;
  const missing = definitions.find(
    ({ name, isRequired, retiredAt }) =>
      isRequired && retiredAt === null && attributeOf(attributes, name) === null,
  );
  if (missing) {
    throw new DomainError("FIELD_REQUIRED", `${missing.name} is required of every new device`, {
      field: missing.name,
    });
  }
  const record = {
    ...NOTHING_KNOWN,
    serialNumber: facts.serialNumber,
    connhexId: null,
    ...facts.values,
    disposition: facts.values.disposition ?? "RELEASED",
    attributes,
  } as DeviceRecord;
  return dueChange(null, record) ?? { record, changed: [] };
}

const NOTHING_KNOWN = Object.fromEntries(FACT_FIELDS.map((field) => [field, null]));

/** Whether the phase goes forward; throws where it would go backward. */
function assertPhaseInOrder(known: KnownDevice, next: Phase | null): boolean {
  if (next === null) return false;
  if (known.phase === null) return true;
  const steps = PHASES.indexOf(next) - PHASES.indexOf(known.phase);
  if (steps >= 0) return steps > 0;
  throw new DomainError(
    "PHASE_OUT_OF_ORDER",
    `${known.serialNumber} is in phase ${known.phase} (revision ${known.revision}) and does not go back to ${next}`,
    { field: "phase", presentRevision: known.revision },
  );
}

function assertNotOtherwiseKnown(
  known: KnownDevice,
  field: string,
  present: AttributeValue | null,
  given: AttributeValue,
): void {
  if (present === null || present === given) return;
  throw new DomainError(
    "ALREADY_RECORDED",
    `${field} of ${known.serialNumber} is recorded as ${excerpt(present)} (revision ${known.revision}), not ${excerpt(given)}`,
    { field, presentRevision: known.revision },
  );
}

function assertMayClear(name: string, definitions: readonly FieldDefinition[]): void {
  const definition = definitions.find((known) => known.name === name);
  if (!definition?.isRequired || definition.retiredAt !== null) return;
  throw new DomainError("FIELD_REQUIRED", `${name} is required and cannot be cleared`, {
    field: name,
  });
}
