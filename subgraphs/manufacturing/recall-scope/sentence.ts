import { excerpt } from "../../../shared/text.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { ComponentClause, Criteria, RangeClause, ValuesClause } from "./criteria.ts";
import { isCombination } from "./criteria.ts";

/** Values that a sentence names; of more it says how many there are. */
const NAMED = 8;

/** What criteria mean, in one English sentence. */
export function sentenceOf(criteria: Criteria, knownAt: Timestamp | null = null): string {
  const known = knownAt === null ? "" : `, as known at ${knownAt}`;
  return `Devices of which ${phraseOf(criteria)}${known}.`;
}

/** What a part of criteria means, as a part of a sentence: `lotCode is "L-1"`. */
export function phraseOf(criteria: Criteria): string {
  switch (criteria.kind) {
    case "allOf":
      return criteria.of.map(bracketed).join(" and ");
    case "anyOf":
      return criteria.of.map(bracketed).join(" or ");
    case "noneOf":
      return `not (${criteria.of.map(bracketed).join(" or ")})`;
    case "values":
      return phraseOfValues(criteria);
    case "range":
      return phraseOfRange(criteria);
    case "serialNumbers":
      return `serialNumber is ${listed(criteria.values)}`;
    case "serialRange":
      return `serialNumber is from ${excerpt(criteria.range.from)} to ${excerpt(criteria.range.to)}`;
    case "component":
      return phraseOfComponent(criteria);
    case "siblings": {
      const origins = criteria.origins.map(phraseOf).join(" or ");
      const of = excerpt(criteria.serialNumber);
      return origins === ""
        ? `an origin of device ${of} is shared (${criteria.by.join(", ")})`
        : `an origin of device ${of} is shared: ${origins}`;
    }
  }
}

/** Parts that "and" and "or" could tear apart stand in brackets. */
function bracketed(criteria: Criteria): string {
  const isPlain = isCombination(criteria)
    ? criteria.kind === "noneOf" || criteria.of.length === 1
    : criteria.kind !== "siblings";
  return isPlain ? phraseOf(criteria) : `(${phraseOf(criteria)})`;
}

function phraseOfValues({ field, values, membership, at }: ValuesClause): string {
  const verb = membership === "EVER" ? "was ever" : at === null ? "is" : "was";
  return `${field.name} ${verb} ${listed(values)}${at === null ? "" : ` at ${at}`}`;
}

function phraseOfRange({ field, given: { from, to } }: RangeClause): string {
  if (from === null) return `${field.name} is at most ${to}`;
  return to === null
    ? `${field.name} is at least ${from}`
    : `${field.name} is from ${from} to ${to}`;
}

function phraseOfComponent(clause: ComponentClause): string {
  const given = (["partNumber", "serialNumber", "supplier", "supplierLot"] as const).flatMap(
    (member) => (clause[member] === null ? [] : [`${member} ${excerpt(clause[member])}`]),
  );
  const verb = clause.membership === "EVER" ? "was ever installed" : "is installed";
  return `a component with ${given.join(" and ")} ${verb}`;
}

function listed(values: readonly string[]): string {
  const named = values.slice(0, NAMED).map(excerpt);
  const more = values.length - named.length;
  if (more > 0) return `one of ${named.join(", ")} and ${more} more`;
  const [last] = named.slice(-1);
  return named.length < 2 ? `${last}` : `${named.slice(0, -1).join(", ")} or ${last}`;
}
