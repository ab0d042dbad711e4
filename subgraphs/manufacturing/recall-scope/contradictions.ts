import type {
  Clause,
  ComponentClause,
  Criteria,
  RangeClause,
  SerialNumbersClause,
  SerialRangeClause,
  ValuesClause,
} from "./criteria.ts";
import { isCombination } from "./criteria.ts";
import { contradiction } from "./criterion-value.ts";
import { isInSerialRange } from "./serial-range.ts";
import { compareValues, isInRange } from "./value-order.ts";

/**
 * Refuses what no device can meet, as far as that can be seen without looking at one: within
 * allOf, two clauses about one field that share no value, and a clause of noneOf that excludes
 * what another one demands.
 */
export function assertNoContradiction(criteria: Criteria): void {
  if (!isCombination(criteria)) return;
  if (criteria.kind === "allOf") assertAgree(criteria.of);
  for (const one of criteria.of) assertNoContradiction(one);
}

/** What all devices must meet together, and what they must not. */
function assertAgree(all: readonly Criteria[]): void {
  const demanded = all.flatMap(demandedBy);
  const excluded = all.flatMap(excludedBy);
  const about = new Map<string, OneValued[]>();
  for (const clause of demanded) {
    if (!isOneValued(clause)) continue;
    const subject = subjectOf(clause);
    const others = about.get(subject) ?? [];
    about.set(subject, [...others, clause]);
    if (!haveCommonValue([...others, clause])) {
      const with_ = others.map(({ path }) => path).join(", ");
      throw contradiction(clause.path, `no value meets this together with ${with_}`);
    }
  }
  for (const clause of excluded) {
    const demand = demanded.find((one) => excludes(clause, one, about));
    if (demand) throw contradiction(clause.path, `this excludes what ${demand.path} demands`);
  }
}

/** Clauses that a device must meet: those of allOf within allOf too. */
function demandedBy(criteria: Criteria): Clause[] {
  if (!isCombination(criteria)) return [criteria];
  return criteria.kind === "allOf" ? criteria.of.flatMap(demandedBy) : [];
}

/** Clauses of which a device must meet none. */
function excludedBy(criteria: Criteria): Clause[] {
  if (!isCombination(criteria)) return [];
  if (criteria.kind === "allOf") return criteria.of.flatMap(excludedBy);
  return criteria.kind === "noneOf" ? criteria.of.flatMap(alternatives) : [];
}

function alternatives(criteria: Criteria): Clause[] {
  if (!isCombination(criteria)) return [criteria];
  return criteria.kind === "anyOf" ? criteria.of.flatMap(alternatives) : [];
}

/** Clauses about what a device has one value of, at one time. */
type OneValued = ValuesClause | RangeClause | SerialNumbersClause | SerialRangeClause;

function isOneValued(clause: Clause): clause is OneValued {
  if (clause.kind === "values") return clause.membership === "CURRENT";
  return ["range", "serialNumbers", "serialRange"].includes(clause.kind);
}

function subjectOf(clause: OneValued): string {
  if (clause.kind === "serialNumbers" || clause.kind === "serialRange") return "serialNumber";
  return `${clause.field.name} ${clause.kind === "values" ? (clause.at ?? "") : ""}`;
}

/** Whether a single value can meet all of these clauses about one field. */
function haveCommonValue(clauses: readonly OneValued[]): boolean {
  const listed = listedBy(clauses);
  if (listed) return listed.length > 0;
  const ranges = clauses.filter((clause) => clause.kind === "range");
  const serials = clauses.filter((clause) => clause.kind === "serialRange");
  return rangesMeet(ranges) && serialsMeet(serials);
}

/** The values that one of the clauses lists and all others allow; null where none lists any. */
function listedBy(clauses: readonly OneValued[]): string[] | null {
  const first = clauses.find((clause) => "values" in clause);
  if (!first) return null;
  return first.values.filter((value) => clauses.every((clause) => allows(clause, value)));
}

function allows(clause: OneValued, value: string): boolean {
  switch (clause.kind) {
    case "values":
    case "serialNumbers":
      return clause.values.includes(value);
    case "range":
      return isInRange(clause.field, clause, value);
    case "serialRange":
      return isInSerialRange(clause.range, value);
  }
}

function rangesMeet(ranges: readonly RangeClause[]): boolean {
  return ranges.every(({ from }) =>
    ranges.every(({ field, to }) => {
      return from === null || to === null || (compareValues(field, from, to) ?? 0) <= 0;
    }),
  );
}

function serialsMeet(ranges: readonly SerialRangeClause[]): boolean {
  const stretches = ranges.map(({ range }) => range.stretches);
  return stretches.every((some) =>
    stretches.every((others) => some.some((one) => others.some((other) => meet(one, other)))),
  );
}

interface Stretch {
  lowest: string;
  highest: string;
  beginning: string;
  digits: number;
  end: string;
}

/** Of one shape, they meet where their bounds do; of two shapes it is left to the data. */
function meet(one: Stretch, other: Stretch): boolean {
  const isSameShape =
    one.beginning === other.beginning && one.digits === other.digits && one.end === other.end;
  return !isSameShape || (one.lowest <= other.highest && other.lowest <= one.highest);
}

/** Whether no device that meets the demand can escape what is excluded. */
function excludes(
  excluded: Clause,
  demand: Clause,
  about: ReadonlyMap<string, readonly OneValued[]>,
): boolean {
  if (excluded.kind === "component" || demand.kind === "component") {
    return (
      excluded.kind === "component" && demand.kind === "component" && isWithin(demand, excluded)
    );
  }
  if (excluded.kind === "siblings" || demand.kind === "siblings") return false;
  if (excluded.kind === "values" && excluded.membership === "EVER") {
    const isDemanded = demand.kind === "values" && demand.field.name === excluded.field.name;
    // What is so now was so at some time; what was so at a time may come to be known otherwise.
    return isDemanded && demand.at === null && demand.values.every((one) => has(excluded, one));
  }
  if (!isOneValued(excluded) || !isOneValued(demand)) return false;
  if (subjectOf(excluded) !== subjectOf(demand)) return false;
  const listed = listedBy(about.get(subjectOf(demand)) ?? [demand]);
  if (listed) return listed.every((value) => allows(excluded, value));
  if (excluded.kind !== "range" || demand.kind !== "range") return false;
  const { field } = excluded;
  const isFrom = excluded.from === null || isAtLeast(field, demand.from, excluded.from);
  return isFrom && (excluded.to === null || isAtLeast(field, excluded.to, demand.to));
}

function has({ values }: ValuesClause, value: string): boolean {
  return values.includes(value);
}

function isAtLeast(field: RangeClause["field"], one: string | null, other: string | null): boolean {
  return one !== null && other !== null && (compareValues(field, one, other) ?? -1) >= 0;
}

/** Whether every component that meets the one meets the other. */
function isWithin(narrow: ComponentClause, wide: ComponentClause): boolean {
  const members = ["partNumber", "serialNumber", "supplier", "supplierLot"] as const;
  const isNarrower = members.every((name) => wide[name] === null || wide[name] === narrow[name]);
  return isNarrower && (wide.membership === "EVER" || narrow.membership === "CURRENT");
}
