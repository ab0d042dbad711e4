import {
  composeAsOf,
  inEffect,
  type RecordAsOf,
  type Revision,
} from "../device/device-revision.ts";
import { attributeOf } from "../field-definition/field-definition.ts";
import type { ComponentClause, Criteria, RangeClause, ValuesClause } from "./criteria.ts";
import type { CriterionField } from "./criterion-field.ts";
import { isInSerialRange } from "./serial-range.ts";
import { isInRange } from "./value-order.ts";

/** All that is known of one device at the time that a question is about. */
export interface DeviceHistory {
  /** Rising, at least one. */
  revisions: readonly [Revision, ...Revision[]];
  contained: readonly ContainedComponent[];
}

/** A component that is, or was, in a device on any level. */
export interface ContainedComponent {
  partNumber: string;
  serialNumber: string | null;
  supplier: string;
  supplierLot: string | null;
  /** Whether no installation between it and the device was removed. */
  isInstalled: boolean;
  /** The installation of the component itself, and when that was recorded. */
  installationId: number;
  recordedAt: string;
}

/** Whether a device meets criteria, and what decided it. */
export interface Verdict {
  isMet: boolean;
  /** The part of the criteria that decided. */
  decidedBy: Criteria;
  /** The revision by which it did; null where an installation did, or nothing had come into effect. */
  revision: Revision | null;
  /** The component that decided, where one did. */
  component: ContainedComponent | null;
}

/** Whether the device is affected: the definition of what criteria mean. */
export function evaluate(criteria: Criteria, history: DeviceHistory): boolean {
  return explain(criteria, history).isMet;
}

/**
 * Judges a device and says why. Of several parts that decide together, an affected device is told
 * the one that was fulfilled last (it put the device in), of several that each suffice the one that
 * was fulfilled first; a device that is left out the first part that it fails, or is excluded by.
 */
export function explain(criteria: Criteria, history: DeviceHistory): Verdict {
  switch (criteria.kind) {
    case "allOf": {
      const verdicts = criteria.of.map((one) => explain(one, history));
      const failed = verdicts.find(({ isMet }) => !isMet);
      return failed ?? lastOf(verdicts) ?? here(criteria, true, last(history));
    }
    case "anyOf": {
      const met = criteria.of.map((one) => explain(one, history)).filter(({ isMet }) => isMet);
      return firstOf(met) ?? here(criteria, false, last(history));
    }
    case "noneOf": {
      const met = criteria.of.map((one) => explain(one, history)).filter(({ isMet }) => isMet);
      const excluding = firstOf(met);
      return excluding ? { ...excluding, isMet: false } : here(criteria, true, last(history));
    }
    case "siblings": {
      const met = criteria.origins.map((one) => explain(one, history)).filter(({ isMet }) => isMet);
      const shared = firstOf(met);
      return shared ? { ...shared, decidedBy: criteria } : here(criteria, false, last(history));
    }
    case "values":
      return explainValues(criteria, history);
    case "range":
      return explainRange(criteria, history);
    case "serialNumbers": {
      const [first] = history.revisions;
      return here(criteria, criteria.values.includes(first.serialNumber), first);
    }
    case "serialRange": {
      const [first] = history.revisions;
      return here(criteria, isInSerialRange(criteria.range, first.serialNumber), first);
    }
    case "component":
      return explainComponent(criteria, history);
  }
}

function explainValues(clause: ValuesClause, history: DeviceHistory): Verdict {
  const { field, values, membership, at } = clause;
  const isAmong = (record: RecordAsOf) => {
    const value = valueIn(record, field);
    return value !== null && values.includes(value);
  };
  if (membership === "EVER") {
    const first = history.revisions.find(isAmong);
    return here(clause, first !== undefined, first ?? last(history));
  }
  if (at === null) {
    return here(clause, isAmong(last(history)), sourceOf(field, history.revisions));
  }
  const effective = inEffect(history.revisions, at, null);
  const state = composeAsOf(effective, at);
  return here(clause, state !== null && isAmong(state), sourceOf(field, effective));
}

function explainRange(clause: RangeClause, history: DeviceHistory): Verdict {
  const value = valueIn(last(history), clause.field);
  const isMet = isInRange(clause.field, clause, value);
  return here(clause, isMet, sourceOf(clause.field, history.revisions));
}

function explainComponent(clause: ComponentClause, history: DeviceHistory): Verdict {
  const { contained } = history;
  const fitting = contained
    .filter((one) => isComponent(clause, one))
    .filter(({ isInstalled }) => isInstalled || clause.membership === "EVER")
    .sort((one, other) => (one.recordedAt < other.recordedAt ? -1 : 1));
  const [component] = fitting;
  if (!component) return here(clause, false, last(history));
  return { isMet: true, decidedBy: clause, revision: null, component };
}

/** Whether a component has all that the clause gives. */
export function isComponent(clause: ComponentClause, component: ContainedComponent): boolean {
  return (["partNumber", "serialNumber", "supplier", "supplierLot"] as const).every(
    (member) => clause[member] === null || clause[member] === component[member],
  );
}

/** The value of a field in a state, as text; null where none is known. */
export function valueIn(record: RecordAsOf, field: CriterionField): string | null {
  const { name, isBuiltIn } = field;
  const value = isBuiltIn
    ? (record as Record<string, unknown>)[name]
    : attributeOf(record.attributes, name);
  return value === null || value === undefined ? null : String(value);
}

/** The revision from which the last of these has the value of a field; the last where none changed it. */
function sourceOf({ name }: CriterionField, revisions: readonly Revision[]): Revision | null {
  return revisions.findLast(({ changed }) => changed.includes(name)) ?? revisions.at(-1) ?? null;
}

function last({ revisions }: DeviceHistory): Revision {
  return revisions.at(-1) ?? revisions[0];
}

function here(decidedBy: Criteria, isMet: boolean, revision: Revision | null): Verdict {
  return { isMet, decidedBy, revision, component: null };
}

function firstOf(verdicts: readonly Verdict[]): Verdict | undefined {
  return verdicts.reduce<Verdict | undefined>(
    (first, one) => (first && momentOf(first) <= momentOf(one) ? first : one),
    undefined,
  );
}

function lastOf(verdicts: readonly Verdict[]): Verdict | undefined {
  return verdicts.reduce<Verdict | undefined>(
    (last, one) => (last && momentOf(last) >= momentOf(one) ? last : one),
    undefined,
  );
}

function momentOf({ revision, component }: Verdict): string {
  return revision?.recordedAt ?? component?.recordedAt ?? "";
}
