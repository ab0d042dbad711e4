import { DomainError } from "../../../shared/domain-error.ts";
import { assertPlainText, excerpt } from "../../../shared/text.ts";
import { RECORD_FIELDS } from "../device/device-record.ts";
import { LIMITS } from "../limits.ts";
import type { FieldDefinition, FieldType } from "./field-definition.ts";
import { assertSafePattern } from "./pattern.ts";

/** A definition as somebody asks for it. */
export interface FieldRequest {
  name: string;
  type: FieldType;
  isRequired: boolean;
  isGroupable: boolean;
  pattern?: string | null;
  values?: string[] | null;
  label?: string | null;
  description?: string | null;
}

/** What a definition says beside its history. */
export type DefinedField = Omit<FieldDefinition, "createdAt" | "retiredAt">;

/** Names that mean something else in a record, a revision or JavaScript. */
const RESERVED: ReadonlySet<string> = new Set([
  ...RECORD_FIELDS,
  ..."id revision recordedAt effectiveAt actor reason source changed attributes history".split(" "),
  ..."asOf groups lot siblings identity owner ownerships tenant deviceId".split(" "),
  ...Object.getOwnPropertyNames(Object.prototype),
]);

/** Checks a request by itself and against the definition that stands, if any. */
export function judgeDefinition(
  request: FieldRequest,
  known: readonly FieldDefinition[],
): { field: DefinedField; beginsToGroup: boolean } {
  assertName(request.name);
  const field: DefinedField = {
    name: request.name,
    type: request.type,
    isRequired: request.isRequired,
    isGroupable: request.isGroupable,
    pattern: readPattern(request),
    values: readValues(request),
    label: readNote("label", request.label, LIMITS.fieldCharacters),
    description: readNote("description", request.description, LIMITS.fieldDescriptionCharacters),
  };
  const present = known.find(({ name }) => name === request.name);
  if (!present) {
    if (known.length < LIMITS.fieldDefinitions) return { field, beginsToGroup: false };
    throw new DomainError(
      "LIMIT_EXCEEDED",
      `a tenant has at most ${LIMITS.fieldDefinitions} fields`,
    );
  }
  assertCompatible(field, present);
  return { field, beginsToGroup: field.isGroupable && !present.isGroupable };
}

/** Refuses a name that is not ^[a-z][A-Za-z0-9]{0,63}$, or that is built in. */
export function assertName(name: string): void {
  if (!/^[a-z][A-Za-z0-9]{0,63}$/.test(name)) {
    throw new DomainError(
      "INVALID_VALUE",
      `a field's name is a small letter, then at most 63 letters and digits, not ${excerpt(name)}`,
      { field: "name" },
    );
  }
  if (!RESERVED.has(name)) return;
  throw new DomainError("FIELD_DEFINITION_CONFLICT", `${name} is built in`, { field: "name" });
}

/** Type and grouping are for ever, and what an ENUM has allowed stays allowed. */
function assertCompatible(field: DefinedField, present: FieldDefinition): void {
  const conflict = (message: string, name: string) =>
    new DomainError("FIELD_DEFINITION_CONFLICT", `${field.name} ${message}`, { field: name });
  if (field.type !== present.type) throw conflict(`is ${present.type} and stays so`, "type");
  if (present.isGroupable && !field.isGroupable) {
    throw conflict("groups devices and goes on doing so", "isGroupable");
  }
  const lost = present.values?.find((value) => !field.values?.includes(value));
  if (lost !== undefined) throw conflict(`has the value ${excerpt(lost)} and keeps it`, "values");
}

function readPattern({ type, pattern }: FieldRequest): string | null {
  if (pattern == null) return null;
  if (type !== "TEXT") {
    throw new DomainError("INVALID_VALUE", `pattern is for TEXT, not ${type}`, {
      field: "pattern",
    });
  }
  assertSafePattern(pattern);
  return pattern;
}

function readValues({ type, values }: FieldRequest): string[] | null {
  const refuse = (message: string) =>
    new DomainError("INVALID_VALUE", message, { field: "values" });
  if (type !== "ENUM") {
    if (values == null) return null;
    throw refuse(`values are for ENUM, not ${type}`);
  }
  if (!values?.length || values.length > LIMITS.enumValues) {
    throw refuse(`an ENUM has 1 to ${LIMITS.enumValues} values`);
  }
  if (new Set(values).size < values.length) throw refuse("the values repeat");
  return values.map((value) => assertPlainText("values", value, LIMITS.groupValueCharacters));
}

function readNote(field: string, text: string | null | undefined, most: number): string | null {
  return text == null ? null : assertPlainText(field, text, most);
}

/** Refuses grouping by values that are longer than an index can bear. */
export function assertValuesCanGroup(name: string, longestCharacters: number): void {
  if (longestCharacters <= LIMITS.groupValueCharacters) return;
  throw new DomainError(
    "FIELD_DEFINITION_CONFLICT",
    `${name} has values of up to ${longestCharacters} characters; to group, at most ${LIMITS.groupValueCharacters} are possible`,
    { field: "isGroupable" },
  );
}
