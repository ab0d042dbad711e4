import { DomainError } from "../shared/domain-error.ts";
import { limitCheck } from "./within-limit.ts";

const assertAtMost = limitCheck(
  {
    variableDepth: ["VARIABLES_TOO_DEEP", "levels"],
    variableListItems: ["VARIABLE_LIST_TOO_LONG", "items in one list"],
    variableListTexts: ["VARIABLE_LIST_TOO_LONG", "texts in one list"],
    variableObjectFields: ["VARIABLE_LIST_TOO_LONG", "fields in one object"],
    variableTextCharacters: ["VARIABLE_TEXT_TOO_LONG", "characters in one text"],
  },
  (what, most, asked) => `variables have at most ${most} ${what}, not ${asked}`,
);

/**
 * Refuses variables that are larger than any question needs. Coercing a list costs the time of
 * everybody else long before a subgraph can refuse it, and what is nested without end cannot be
 * written as JSON again. Walks level by level: recursion would end where the nesting does not.
 */
export function assertVariablesWithinLimits(variables: Readonly<Record<string, unknown>>): void {
  let level: object[] = [variables];
  for (let depth = 0; level.length > 0; depth++) {
    assertAtMost("variableDepth", depth);
    const next: object[] = [];
    for (const value of level) {
      if (Array.isArray(value))
        assertAtMost(isOfTexts(value) ? "variableListTexts" : "variableListItems", value.length);
      const values: unknown[] = Object.values(value);
      if (!Array.isArray(value)) assertAtMost("variableObjectFields", values.length);
      for (const inner of values) {
        if (typeof inner === "string") assertAtMost("variableTextCharacters", inner.length);
        else if (typeof inner === "object" && inner !== null) next.push(inner);
      }
    }
    level = next;
  }
}

function isOfTexts(list: readonly unknown[]): boolean {
  return list.every((item) => typeof item === "string");
}

/**
 * Refuses variables beyond what their document was published with: a number is at most its limit, a
 * list at most as long. What is neither is left to whoever reads the variable's type.
 */
export function assertWithinDeclaredLimits(
  variables: Readonly<Record<string, unknown>>,
  declared: Readonly<Record<string, number>>,
): void {
  for (const [name, most] of Object.entries(declared)) {
    const value = Object.hasOwn(variables, name) ? variables[name] : null;
    const asked = Array.isArray(value) ? value.length : value;
    if (typeof asked !== "number" || asked <= most) continue;
    const what = Array.isArray(value) ? "has at most" : "is at most";
    const items = Array.isArray(value) ? " items" : "";
    const text = `$${name} ${what} ${most}${items} in this document, not ${asked}`;
    throw new DomainError("VARIABLE_BEYOND_LIMIT", text, { limit: name, most, asked });
  }
}
