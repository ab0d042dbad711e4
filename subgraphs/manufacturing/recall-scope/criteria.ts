import type { Timestamp } from "../../../shared/time.ts";
import type { Membership } from "../production-group/production-group.ts";
import type { CriterionField } from "./criterion-field.ts";
import type { SerialRange } from "./serial-range.ts";

/**
 * What is affected, as it was read: every value is in the form in which it would be recorded, and
 * everything that names a device has been looked up. `path` is the place in what was given, like
 * `allOf[1].field`.
 */
export type Criteria = Combination | Clause;

/** Criteria made of others. */
export interface Combination {
  kind: "allOf" | "anyOf" | "noneOf";
  path: string;
  of: readonly Criteria[];
}

/** What asks something of a device by itself. */
export type Clause =
  | ValuesClause
  | RangeClause
  | SerialNumbersClause
  | SerialRangeClause
  | ComponentClause
  | SiblingsClause;

/** Devices whose field has one of these values: now, ever, or at a time. */
export interface ValuesClause {
  kind: "values";
  path: string;
  field: CriterionField;
  values: readonly string[];
  membership: Membership;
  /** null: the present state. */
  at: Timestamp | null;
}

/** Devices whose field lies between two values, both included; null: no bound. */
export interface RangeClause {
  kind: "range";
  path: string;
  field: CriterionField;
  from: string | null;
  to: string | null;
  /** As it was given, for people. */
  given: { from: string | null; to: string | null };
  /** All recorded values that lie in the range, where they were looked up. */
  recorded: readonly string[] | null;
}

export interface SerialNumbersClause {
  kind: "serialNumbers";
  path: string;
  values: readonly string[];
}

export interface SerialRangeClause {
  kind: "serialRange";
  path: string;
  range: SerialRange;
}

/** Devices that contain one component with all that is not null. */
export interface ComponentClause {
  kind: "component";
  path: string;
  partNumber: string | null;
  serialNumber: string | null;
  supplier: string | null;
  supplierLot: string | null;
  membership: Membership;
}

/** Devices that share one of these origins, which are those of one device. */
export interface SiblingsClause {
  kind: "siblings";
  path: string;
  serialNumber: string;
  by: readonly string[];
  membership: Membership;
  /** Empty until the device was looked up. */
  origins: readonly (ValuesClause | ComponentClause)[];
}

/** Criteria and the time whose knowledge counts; null: now. */
export interface ScopeQuestion {
  criteria: Criteria;
  knownAt: Timestamp | null;
}

/** How many devices of a scope have a value; null: those of which it is not known. */
export interface ScopeShare {
  value: string | null;
  count: number;
}

export function isCombination(criteria: Criteria): criteria is Combination {
  return criteria.kind === "allOf" || criteria.kind === "anyOf" || criteria.kind === "noneOf";
}

/** Every clause within the criteria, in their order. */
export function clausesOf(criteria: Criteria): Clause[] {
  return isCombination(criteria) ? criteria.of.flatMap(clausesOf) : [criteria];
}

/** Whether any clause asks what devices contain. */
export function asksComponents(criteria: Criteria): boolean {
  return clausesOf(criteria).some(
    (clause) =>
      clause.kind === "component" ||
      (clause.kind === "siblings" && clause.origins.some(({ kind }) => kind === "component")),
  );
}

/** The criteria with every clause replaced, in the same places. */
export async function mapClauses(
  criteria: Criteria,
  replace: (clause: Clause) => Promise<Clause>,
): Promise<Criteria> {
  if (!isCombination(criteria)) return replace(criteria);
  const of: Criteria[] = [];
  // One after another, so that the first defect in their order is the one that is told.
  for (const one of criteria.of) of.push(await mapClauses(one, replace));
  return { ...criteria, of };
}
