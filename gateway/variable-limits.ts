import { DomainError } from "../shared/domain-error.ts";
import { GATEWAY_LIMITS } from "./limits.ts";

/**
 * Refuses variables that are larger than any question needs. Coercing a list costs the time of
 * everybody else long before a subgraph can refuse it, and what is nested without end cannot be
 * written as JSON again. Walks level by level: recursion would end where the nesting does not.
 */
export function assertVariablesWithinLimits(variables: Readonly<Record<string, unknown>>): void {
  let level = Object.values(variables).filter(isNested);
  for (let depth = 1; level.length > 0; depth++) {
    assertAtMost("levels", depth, GATEWAY_LIMITS.variableDepth);
    const next: object[] = [];
    for (const value of level) {
      if (Array.isArray(value)) {
        assertAtMost("items in one list", value.length, GATEWAY_LIMITS.variableListItems);
      }
      for (const inner of Object.values(value)) if (isNested(inner)) next.push(inner);
    }
    level = next;
  }
}

function isNested(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function assertAtMost(limit: string, asked: number, most: number): void {
  if (asked <= most) return;
  const text = `variables have at most ${most} ${limit}, not ${asked}`;
  throw new DomainError("LIMIT_EXCEEDED", text, { limit, most, asked });
}
