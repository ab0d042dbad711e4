import { DomainError } from "../../../shared/domain-error.ts";
import { excerpt } from "../../../shared/text.ts";
import type { Context } from "../context.ts";
import type { FieldDefinition } from "../field-definition/field-definition.ts";
import { LIMITS } from "../limits.ts";
import { groupFields } from "../production-group/production-group.ts";
import { assertReads } from "./checked-criteria.ts";
import type { ScopeQuestion, ScopeShare } from "./criteria.ts";
import { type CriterionField, criterionField } from "./criterion-field.ts";
import { nearValues } from "./near-values.ts";

/** Built-in fields that many devices share a value of, beside the grouping fields. */
const BUILT_IN = [
  "partNumber",
  "pcbPartNumber",
  "hardwareRevision",
  "fwVersion",
  "deviceType",
  "phase",
  "disposition",
  "site",
  "line",
  "operator",
] as const;

/** How many devices of a scope have which value: the most frequent first. */
export async function breakDown(
  scope: ScopeQuestion,
  { by, first }: { by: string; first: number },
  context: Context,
): Promise<ScopeShare[]> {
  const most = LIMITS.breakdownShares;
  if (first < 1 || first > most) {
    const message = `a breakdown has 1 to ${most} shares, not ${first}`;
    throw new DomainError("PAGE_SIZE_OUT_OF_RANGE", message, { most, asked: first });
  }
  if (by === "ownerCountry") return (await byOwnerCountry(scope, context)).slice(0, first);
  if (by === "provisioned") return context.scopes.breakdown(scope, by, first);
  const field = breakdownField(by, await context.definitions.all());
  assertReads(field, context.caller, "by");
  return context.scopes.breakdown(scope, field, first);
}

/** The field of this name, where a breakdown by it says something. */
export function breakdownField(
  by: string,
  definitions: readonly FieldDefinition[],
): CriterionField {
  const field = criterionField(by, definitions);
  const groups = groupFields(definitions);
  const known: string[] = [...BUILT_IN, ...groups, "provisioned", "ownerCountry"];
  if (field && known.includes(field.name)) return field;
  const near = nearValues(by, known);
  const hint = near.length > 0 ? `; near it: ${near.join(", ")}` : "";
  const message = `a scope has no breakdown by ${excerpt(by)}${hint}`;
  throw new DomainError("BAD_USER_INPUT", message, { argument: "by" });
}

/** Devices without a cloud identity have no owner: Ownership need not be asked about them. */
async function byOwnerCountry(scope: ScopeQuestion, context: Context): Promise<ScopeShare[]> {
  const most = LIMITS.ownerCountryDevices;
  const connhexIds = await context.scopes.connhexIds(scope, most + 1);
  if (connhexIds.length > most) {
    const message = `the owners of at most ${most} devices are counted; this scope has more`;
    throw new DomainError("LIMIT_EXCEEDED", message, { most, asked: connhexIds.length });
  }
  const provisioned = connhexIds.filter((connhexId) => connhexId !== null);
  const counts = await context.ownerCountries(provisioned);
  const others = connhexIds.length - provisioned.length;
  if (others > 0) counts.set(null, (counts.get(null) ?? 0) + others);
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort(
      (one, other) =>
        other.count - one.count || ((one.value ?? "~") < (other.value ?? "~") ? -1 : 1),
    );
}
