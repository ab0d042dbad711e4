import { DomainError } from "../../../shared/domain-error.ts";
import { assertPlainText, excerpt } from "../../../shared/text.ts";
import type { Timestamp } from "../../../shared/time.ts";
import { LIMITS } from "../limits.ts";
import { compilePattern } from "./pattern.ts";

/** What the values of a custom field are. The type of a field never changes. */
export const FIELD_TYPES = ["TEXT", "INTEGER", "DECIMAL", "BOOLEAN", "DATE", "ENUM"] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

/** A stored value: text for TEXT, DECIMAL, DATE and ENUM. */
export type AttributeValue = string | number | boolean;

/** A custom field that a tenant has declared. */
export interface FieldDefinition {
  name: string;
  type: FieldType;
  isRequired: boolean;
  isGroupable: boolean;
  pattern: string | null;
  values: string[] | null;
  label: string | null;
  description: string | null;
  createdAt: Timestamp;
  retiredAt: Timestamp | null;
}

/** The value of a custom field, null where there is none. Safe for every name. */
export function attributeOf(
  attributes: Readonly<Record<string, AttributeValue>> | undefined,
  name: string,
): AttributeValue | null {
  return attributes && Object.hasOwn(attributes, name) ? (attributes[name] ?? null) : null;
}

/** Checks one value and brings it into the form in which it is stored, so that equal is equal. */
export function readAttribute(definition: FieldDefinition, given: unknown): AttributeValue {
  switch (definition.type) {
    case "TEXT":
      return readText(definition, given);
    case "INTEGER":
      if (typeof given === "number" && Number.isSafeInteger(given)) return given + 0;
      throw invalid(definition, `an integer from -(2^53-1) to 2^53-1`, given);
    case "DECIMAL":
      return readDecimal(given) ?? fail(definition, DECIMAL_FORM, given);
    case "BOOLEAN":
      if (typeof given === "boolean") return given;
      throw invalid(definition, "true or false", given);
    case "DATE":
      if (typeof given === "string" && isDay(given)) return given;
      throw invalid(definition, "a day like 2026-01-31", given);
    case "ENUM":
      if (typeof given === "string" && definition.values?.includes(given)) return given;
      throw invalid(
        definition,
        `one of ${(definition.values ?? []).slice(0, 20).join(", ")}`,
        given,
      );
  }
}

function readText(definition: FieldDefinition, given: unknown): string {
  const isShort = definition.isGroupable || definition.pattern !== null;
  const most = isShort ? LIMITS.groupValueCharacters : LIMITS.attributeTextCharacters;
  const text = assertPlainText(definition.name, given, most);
  if (definition.pattern === null || compilePattern(definition.pattern).test(text)) return text;
  throw invalid(definition, `text that matches ${definition.pattern}`, given);
}

const DECIMAL_FORM = "a decimal number like 12.5, as text where it has more than 15 digits";

/** Without exponent, leading and trailing zeros: "012.50" is "12.5", so that equal is equal. */
function readDecimal(given: unknown): string | null {
  const text = typeof given === "number" ? textOfNumber(given) : given;
  if (typeof text !== "string") return null;
  const [, sign, whole, decimals = ""] = /^(-?)([0-9]{1,40})(?:\.([0-9]{1,40}))?$/.exec(text) ?? [];
  if (whole === undefined) return null;
  const digits = whole.replace(/^0+(?=.)/, "");
  const rest = decimals.replace(/0+$/, "");
  const value = rest === "" ? digits : `${digits}.${rest}`;
  return value === "0" ? "0" : `${sign}${value}`;
}

/** JSON numbers of more digits have been rounded on their way; those must come as text. */
const DIGITS_OF_A_NUMBER = 15;

/** The number as its sender wrote it, or null where that can no longer be told. */
function textOfNumber(given: number): string | null {
  const text = String(given);
  const digits = text.replace(/[-.]/g, "").replace(/^0+/, "");
  return digits.length <= DIGITS_OF_A_NUMBER ? text : null;
}

function isDay(text: string): boolean {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text) || text < "0001") return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function invalid({ name }: FieldDefinition, expected: string, given: unknown): DomainError {
  return new DomainError("INVALID_VALUE", `${name} must be ${expected}, not ${excerpt(given)}`, {
    field: name,
  });
}

function fail(definition: FieldDefinition, expected: string, given: unknown): never {
  throw invalid(definition, expected, given);
}
