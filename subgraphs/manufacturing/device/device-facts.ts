import { DomainError } from "../../../shared/domain-error.ts";
import { assertPlainText, excerpt } from "../../../shared/text.ts";
import { parseTimestamp, type Timestamp } from "../../../shared/time.ts";
import {
  type AttributeValue,
  type FieldDefinition,
  readAttribute,
} from "../field-definition/field-definition.ts";
import { LIMITS } from "../limits.ts";
import {
  type Disposition,
  FACT_FIELDS,
  type FactField,
  type Phase,
  type TextField,
} from "./device-record.ts";

/** What somebody says of a device, as it came. */
export interface DeviceStatement extends Partial<Record<FactField, string | null>> {
  serialNumber: string;
  attributes?: unknown;
  effectiveAt?: Timestamp | null;
  source?: string | null;
}

type FactValues = Partial<Record<TextField | "producedAt", string | null>> & {
  phase?: Phase | null;
  disposition?: Disposition | null;
};

/** What somebody says of a device, with every value found fit. null means: not known, or cleared. */
export interface DeviceFacts {
  serialNumber: string;
  values: FactValues;
  attributes: ReadonlyMap<string, AttributeValue | null>;
  /** null: from the moment of recording. */
  effectiveAt: Timestamp | null;
  source: string | null;
}

/** Checks every value by itself. Throws INVALID_VALUE or UNKNOWN_FIELD, naming the field. */
export function readFacts(
  statement: DeviceStatement,
  definitions: ReadonlyMap<string, FieldDefinition>,
  nowMs: number,
): DeviceFacts {
  const serialNumber = assertPlainText(
    "serialNumber",
    statement.serialNumber,
    LIMITS.serialNumberCharacters,
  );
  const values: Record<string, string | null> = {};
  for (const field of FACT_FIELDS) {
    const given = statement[field];
    if (given === undefined) continue;
    values[field] = given === null ? null : readValue(field, given);
  }
  return {
    serialNumber,
    values,
    attributes: readAttributes(statement.attributes, definitions),
    effectiveAt: readEffectiveAt(statement.effectiveAt ?? null, nowMs),
    source:
      statement.source == null
        ? null
        : assertPlainText("source", statement.source, LIMITS.fieldCharacters),
  };
}

/** phase, disposition and producedAt are checked by their GraphQL types. */
function readValue(field: FactField, given: string): string {
  const isTyped = field === "phase" || field === "disposition" || field === "producedAt";
  return isTyped ? given : assertPlainText(field, given, LIMITS.fieldCharacters);
}

function readAttributes(
  given: unknown,
  definitions: ReadonlyMap<string, FieldDefinition>,
): Map<string, AttributeValue | null> {
  if (given === undefined || given === null) return new Map();
  if (typeof given !== "object" || Array.isArray(given)) {
    throw new DomainError(
      "INVALID_VALUE",
      `attributes must be an object of custom fields, not ${excerpt(given)}`,
      { field: "attributes" },
    );
  }
  const values = new Map<string, AttributeValue | null>();
  for (const [name, value] of Object.entries(given)) {
    const definition = definitions.get(name);
    // What a retired field still says may be removed, nothing may be added.
    if (!definition || (definition.retiredAt !== null && value !== null)) {
      const why = definition ? "is retired" : "is not a defined custom field";
      const field = excerpt(name).slice(1, -1);
      throw new DomainError("UNKNOWN_FIELD", `${excerpt(name)} ${why}`, { field });
    }
    values.set(name, value === null ? null : readAttribute(definition, value));
  }
  return values;
}

function readEffectiveAt(given: Timestamp | null, nowMs: number): Timestamp | null {
  if (given === null) return null;
  const effectiveAt = parseTimestamp(given);
  if (effectiveAt !== null && Date.parse(effectiveAt) <= nowMs + LIMITS.effectiveAheadMs) {
    return effectiveAt;
  }
  throw new DomainError(
    "INVALID_VALUE",
    `effectiveAt ${excerpt(given)} lies more than 24 hours ahead`,
    { field: "effectiveAt" },
  );
}
