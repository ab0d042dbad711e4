import { DomainError } from "../../../shared/domain-error.ts";
import { excerpt, isPlainText } from "../../../shared/text.ts";
import type { FieldDefinition } from "../field-definition/field-definition.ts";
import { LIMITS } from "../limits.ts";
import { groupFields } from "../production-group/production-group.ts";
import { assertNoContradiction } from "./contradictions.ts";
import type { Clause, ComponentClause, Criteria, SiblingsClause } from "./criteria.ts";
import { clausesOf } from "./criteria.ts";
import { criterionField, criterionNames, isOrdered } from "./criterion-field.ts";
import {
  badCriteria,
  contradiction,
  readBound,
  readListed,
  unknownValue,
} from "./criterion-value.ts";
import type {
  GivenComponent,
  GivenCriteria,
  GivenField,
  GivenGroup,
  GivenSerialNumber,
  GivenSiblings,
} from "./given-criteria.ts";
import { nearValues } from "./near-values.ts";
import { type NoSerialRange, serialRange } from "./serial-range.ts";
import { compareValues } from "./value-order.ts";

/** The origins of a device that are no grouping fields: what it contains. */
export const COMPONENT_ORIGINS = ["component", "supplierLot"] as const;

const COMBINATIONS = ["allOf", "anyOf", "noneOf"] as const;
const CLAUSES = ["group", "siblingsOf", "field", "serialNumber", "component"] as const;
const MEMBERS = [...COMBINATIONS, ...CLAUSES];

/**
 * Reads criteria as they were given, without looking at a device. Refuses, with the place, what is
 * no criterion, what contradicts itself, and what is too deep or too much.
 */
export function parseCriteria(
  given: GivenCriteria,
  definitions: readonly FieldDefinition[],
  place = "",
): Criteria {
  const reading: Reading = { definitions, clauses: 0, values: 0 };
  const criteria = read(given, place, { reading, depth: 1 });
  assertNoContradiction(criteria);
  return criteria;
}

interface Reading {
  definitions: readonly FieldDefinition[];
  clauses: number;
  values: number;
}

function read(
  given: GivenCriteria,
  place: string,
  { reading, depth }: { reading: Reading; depth: number },
): Criteria {
  const set = MEMBERS.filter((member) => given[member] != null);
  const [member] = set;
  if (member === undefined || set.length > 1) {
    const found = set.length === 0 ? "none" : set.join(" and ");
    const where = place || "criteria";
    throw badCriteria(where, `set exactly one of ${MEMBERS.join(", ")}; here is ${found}`);
  }
  const path = place === "" ? member : `${place}.${member}`;
  switch (member) {
    case "allOf":
    case "anyOf":
    case "noneOf": {
      const inner = given[member] ?? [];
      if (inner.length === 0) throw contradiction(path, "the list is empty");
      if (depth >= LIMITS.criteriaDepth) throw tooDeep(path, depth + 1);
      const of = inner.map((one, at) => read(one, `${path}[${at}]`, { reading, depth: depth + 1 }));
      return { kind: member, path, of };
    }
    case "group":
    case "siblingsOf":
    case "field":
    case "serialNumber":
    case "component":
      return counted(readClause(given, member, { path, reading }), reading);
  }
}

function counted(clause: Clause, reading: Reading): Clause {
  reading.clauses++;
  const most = LIMITS.criteriaClauses;
  if (reading.clauses <= most) return clause;
  throw new DomainError(
    "TOO_MANY_CLAUSES",
    `criteria have at most ${most} clauses, here are more`,
    {
      ...{
        argument: "criteria",
        path: clause.path,
        limit: "clauses",
        most,
        asked: reading.clauses,
      },
    },
  );
}

function tooDeep(path: string, asked: number): DomainError {
  const most = LIMITS.criteriaDepth;
  const message = `${path}: criteria are at most ${most} levels deep, not ${asked}`;
  const limit = "levels of criteria";
  return new DomainError("CRITERIA_TOO_DEEP", message, {
    ...{ argument: "criteria", path, limit, most, asked },
  });
}

function readClause(given: GivenCriteria, member: (typeof CLAUSES)[number], place: Place): Clause {
  const { group, siblingsOf, field, serialNumber, component } = given;
  if (member === "group" && group) return readGroup(group, place);
  if (member === "siblingsOf" && siblingsOf) return readSiblings(siblingsOf, place);
  if (member === "field" && field) return readField(field, place);
  if (member === "serialNumber" && serialNumber) return readSerialNumber(serialNumber, place);
  if (member === "component" && component) return readComponent(component, place);
  throw badCriteria(place.path, "nothing is asked");
}

interface Place {
  path: string;
  reading: Reading;
}

function readGroup({ field: name, values, membership, at }: GivenGroup, place: Place): Clause {
  const { path, reading } = place;
  const field = criterionField(name, reading.definitions);
  if (!field?.isGroupable) throw notAmong(path, name, groupFields(reading.definitions), "groups");
  if (membership === "EVER" && at != null) {
    throw contradiction(path, "at is of CURRENT alone: EVER asks for no time");
  }
  return {
    kind: "values",
    path,
    field,
    values: distinct(values, { path: `${path}.values`, reading }).map((value) =>
      readListed(field, value, path),
    ),
    membership: membership ?? "CURRENT",
    at: at ?? null,
  };
}

function readSiblings(given: GivenSiblings, { path, reading }: Place): SiblingsClause {
  const { serialNumber, membership } = given;
  const by = distinct(given.by, { path: `${path}.by`, reading });
  const known = [...groupFields(reading.definitions), ...COMPONENT_ORIGINS];
  const unknown = by.find((name) => !known.includes(name));
  if (unknown !== undefined) throw notAmong(path, unknown, known, "says an origin");
  if (!isPlainText(serialNumber, LIMITS.serialNumberCharacters)) {
    throw unknownValue(path, { field: "serialNumber", value: excerpt(serialNumber) });
  }
  return {
    ...{ kind: "siblings", path, serialNumber, by, membership: membership ?? "CURRENT" },
    origins: [],
  };
}

function readField({ name, in: listed, from, to }: GivenField, place: Place): Clause {
  const { path, reading } = place;
  if (name === "serialNumber") throw badCriteria(path, "ask by the member serialNumber");
  const field = criterionField(name, reading.definitions);
  if (!field) throw notAmong(path, name, criterionNames(reading.definitions), "is a field");
  const hasRange = from != null || to != null;
  if ((listed != null) === hasRange) {
    throw badCriteria(path, "give in, or from and to, or one of these two");
  }
  if (listed != null) {
    const values = distinct(listed, { path: `${path}.in`, reading });
    return {
      ...{ kind: "values", path, field, membership: "CURRENT", at: null },
      values: values.map((value) => readListed(field, value, path)),
    };
  }
  if (!isOrdered(field)) throw badCriteria(path, `${name} has no order: ask by in`);
  const bound = (text: string | null | undefined, isUpper: boolean) =>
    text == null ? null : readBound(field, text, { path, isUpper });
  const range = { from: bound(from, false), to: bound(to, true) };
  if (range.from !== null && range.to !== null) {
    const order = compareValues(field, range.from, range.to);
    if (order !== null && order > 0) throw upsideDown(path, `${from}`, `${to}`);
  }
  const asGiven = { from: from ?? null, to: to ?? null };
  return { kind: "range", path, field, ...range, given: asGiven, recorded: null };
}

function readSerialNumber({ in: listed, from, to }: GivenSerialNumber, place: Place): Clause {
  const { path } = place;
  const hasRange = from != null || to != null;
  if ((listed != null) === hasRange) throw badCriteria(path, "give in, or both from and to");
  const check = (value: string) => {
    if (isPlainText(value, LIMITS.serialNumberCharacters)) return value;
    throw unknownValue(path, { field: "serialNumber", value: excerpt(value) });
  };
  if (listed != null) {
    const values = distinct(listed, { ...place, path: `${path}.in` }).map(check);
    return { kind: "serialNumbers", path, values };
  }
  if (from == null || to == null) {
    throw badCriteria(path, "a range of serial numbers has both from and to");
  }
  const range = serialRange(check(from), check(to));
  if (typeof range !== "string") return { kind: "serialRange", path, range };
  if (range === "UPSIDE_DOWN") throw upsideDown(path, from, to);
  throw badCriteria(path, `${excerpt(from)} and ${excerpt(to)} ${NO_RANGE[range]}`);
}

const NO_RANGE: Readonly<Record<Exclude<NoSerialRange, "UPSIDE_DOWN">, string>> = {
  OTHER_SHAPE: "have not the same text around their numbers, so nothing lies between them",
  SEVERAL_NUMBERS: "differ in more than one number, so nothing lies between them",
  LEADING_ZEROS: "have numbers of different width with leading zeros: give both the same width",
};

const COMPONENT_MEMBERS = ["partNumber", "serialNumber", "supplier", "supplierLot"] as const;

function readComponent(given: GivenComponent, { path }: Place): ComponentClause {
  const [partNumber = null, serialNumber = null, supplier = null, supplierLot = null] =
    COMPONENT_MEMBERS.map((member) => {
      const value = given[member] ?? null;
      if (value === null || isPlainText(value, LIMITS.fieldCharacters)) return value;
      throw unknownValue(path, { field: `component ${member}`, value: excerpt(value) });
    });
  const what = { partNumber, serialNumber, supplier, supplierLot };
  if (Object.values(what).every((value) => value === null)) {
    throw badCriteria(path, `give at least one of ${COMPONENT_MEMBERS.join(", ")}`);
  }
  return { kind: "component", path, ...what, membership: given.membership ?? "CURRENT" };
}

function upsideDown(path: string, from: string, to: string): DomainError {
  return contradiction(
    path,
    `the range is upside down: ${excerpt(from)} comes after ${excerpt(to)}`,
  );
}

function notAmong(path: string, name: string, known: readonly string[], what: string): DomainError {
  const near = nearValues(name, known);
  const hint = near.length > 0 ? `; near it: ${near.join(", ")}` : "";
  const message = `${path}: nothing of the name ${excerpt(name)} ${what}${hint}`;
  const field = excerpt(name).slice(1, -1);
  return new DomainError("UNKNOWN_FIELD", message, { argument: "criteria", path, field });
}

/** The values of a list, each once. */
function distinct(values: readonly string[], { path, reading }: Place): string[] {
  if (values.length === 0) throw contradiction(path, "the list is empty");
  reading.values += values.length;
  const [most, asked] = [LIMITS.criteriaValues, reading.values];
  if (asked > most) {
    throw new DomainError("LIMIT_EXCEEDED", `criteria have at most ${most} values in their lists`, {
      ...{ argument: "criteria", path, limit: "values", most, asked },
    });
  }
  return [...new Set(values)];
}

/** Whether criteria ask by a field, in whichever way. */
export function asksBy(criteria: Criteria, name: string): boolean {
  return clausesOf(criteria).some((clause) => "field" in clause && clause.field.name === name);
}
