import { compareVersions, parseVersion } from "../../../shared/version.ts";
import type { CriterionField } from "./criterion-field.ts";

/**
 * Compares two recorded values of a field: negative where the first comes before the second. null
 * where one of them has no place in the field's order.
 */
export function compareValues(field: CriterionField, one: string, other: string): number | null {
  switch (field.type) {
    case "VERSION": {
      const [first, second] = [parseVersion(one), parseVersion(other)];
      return first && second && compareVersions(first, second);
    }
    case "INTEGER":
    case "DECIMAL":
      return compareDecimals(one, other);
    // Times and days are text of one form, which sorts as time does.
    case "TIME":
    case "DATE":
      return compareTexts(one, other);
    case "TEXT":
    case "BOOLEAN":
    case "ENUM":
      return null;
  }
}

/** Whether a value lies between two bounds, both included; never where it has no place in the order. */
export function isInRange(
  field: CriterionField,
  { from, to }: { from: string | null; to: string | null },
  value: string | null,
): boolean {
  if (value === null) return false;
  const isFrom = from === null || (compareValues(field, value, from) ?? -1) >= 0;
  return isFrom && (to === null || (compareValues(field, value, to) ?? 1) <= 0);
}

function compareTexts(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

const DECIMAL = /^(-?)([0-9]+)(?:\.([0-9]+))?$/;

/** Exact, whatever the number of digits. */
function compareDecimals(one: string, other: string): number | null {
  const [first, second] = [DECIMAL.exec(one), DECIMAL.exec(other)];
  if (!first || !second) return null;
  const places = Math.max(first[3]?.length ?? 0, second[3]?.length ?? 0);
  const [low, high] = [scaled(first, places), scaled(second, places)];
  if (low === high) return 0;
  return low < high ? -1 : 1;
}

function scaled([, sign, whole = "", decimals = ""]: RegExpExecArray, places: number): bigint {
  const digits = BigInt(`${whole}${decimals.padEnd(places, "0")}`);
  return sign === "-" ? -digits : digits;
}
