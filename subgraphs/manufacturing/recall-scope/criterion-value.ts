import { DomainError } from "../../../shared/domain-error.ts";
import { excerpt, isPlainText } from "../../../shared/text.ts";
import { parseTimestamp } from "../../../shared/time.ts";
import { parseVersion } from "../../../shared/version.ts";
import { LIMITS } from "../limits.ts";
import type { CriterionField } from "./criterion-field.ts";
import { nearValues } from "./near-values.ts";

/** The place of a defect in criteria, as every refusal of criteria tells it. */
export function badCriteria(path: string, message: string): DomainError {
  return new DomainError("BAD_USER_INPUT", `${path}: ${message}`, { argument: "criteria", path });
}

/** A refusal of what no device can meet, whatever is recorded. */
export function contradiction(path: string, message: string): DomainError {
  return new DomainError("CONTRADICTION", `${path}: ${message}`, { argument: "criteria", path });
}

/** A refusal of a value that no device ever had: it must not read as "none affected". */
export function unknownValue(
  path: string,
  { field, value, near = [] }: { field: string; value: string; near?: readonly string[] },
): DomainError {
  const shown = near.map((one) => excerpt(one)).join(", ");
  const hint = near.length === 0 ? "" : `; near it: ${shown}`;
  return new DomainError(
    "UNKNOWN_VALUE",
    `${path}: no device ever had the ${field} ${excerpt(value)}${hint}`,
    { argument: "criteria", path, field, value, ...(near.length > 0 && { near: near.join(", ") }) },
  );
}

const DECIMAL = /^(-?)([0-9]{1,40})(?:\.([0-9]{1,40}))?$/;

/** Brings a value of a list into the form in which it would be recorded. */
export function readListed(field: CriterionField, given: string, path: string): string {
  const { name, type, choices } = field;
  if (!isPlainText(given, LIMITS.attributeTextCharacters)) {
    throw unknownValue(path, { field: name, value: excerpt(given) });
  }
  if (choices && !choices.includes(given)) {
    const near = nearValues(given, choices);
    throw unknownValue(path, { field: name, value: given, near: near.length ? near : choices });
  }
  switch (type) {
    case "TIME":
      throw badCriteria(path, `${name} is asked by from and to, not by a list`);
    case "BOOLEAN":
      if (given === "true" || given === "false") return given;
      throw badCriteria(path, `${name} is true or false, not ${excerpt(given)}`);
    case "INTEGER":
    case "DECIMAL":
    case "DATE":
      return readOrdered(field, given, path);
    // A version in a list is the text that was recorded, whatever equals it in order.
    case "VERSION":
    case "TEXT":
    case "ENUM":
      return given;
  }
}

/** Brings a bound into the form in which values of the field are compared. */
export function readBound(
  field: CriterionField,
  given: string,
  { path, isUpper }: { path: string; isUpper: boolean },
): string {
  if (field.type !== "TIME") return readOrdered(field, given, path);
  const moment = parseTimestamp(given);
  if (moment !== null) return moment;
  if (!isDay(given)) {
    const expected = "a day like 2026-01-31, or a moment like 2026-01-31T08:00:00Z";
    throw badCriteria(path, `${field.name} is bounded by ${expected}, not by ${excerpt(given)}`);
  }
  return isUpper ? `${given}T23:59:59.999999Z` : `${given}T00:00:00.000000Z`;
}

function readOrdered({ name, type }: CriterionField, given: string, path: string): string {
  const fail = (expected: string) => badCriteria(path, `${excerpt(given)} is no ${expected}`);
  switch (type) {
    case "VERSION":
      if (parseVersion(given)) return given;
      throw fail("version, like 2.10.1 or B");
    case "INTEGER":
      if (/^-?[0-9]{1,16}$/.test(given) && Number.isSafeInteger(Number(given))) {
        return String(Number(given) + 0);
      }
      throw fail("integer");
    case "DECIMAL":
      if (DECIMAL.test(given)) return canonicalDecimal(given);
      throw fail("decimal number, like 12.5");
    case "DATE":
      if (isDay(given)) return given;
      throw fail("day, like 2026-01-31");
    case "TIME":
    case "TEXT":
    case "BOOLEAN":
    case "ENUM":
      throw badCriteria(path, `${name} has no order: ask by a list`);
  }
}

/** As field definitions store it: without leading and trailing zeros. */
function canonicalDecimal(text: string): string {
  const [, sign = "", whole = "", decimals = ""] = DECIMAL.exec(text) ?? [];
  const rest = decimals.replace(/0+$/, "");
  const value = `${whole.replace(/^0+(?=.)/, "")}${rest && `.${rest}`}`;
  return value === "0" ? value : `${sign}${value}`;
}

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && parseTimestamp(`${text}T00:00:00Z`) !== null;
}
