import type { Timestamp } from "../../../shared/time.ts";
import type { Combination, Criteria, ScopeQuestion } from "./criteria.ts";

/** What two criteria have each alone, and what both have. */
export function comparisonOf(
  a: Criteria,
  b: Criteria,
  knownAt: Timestamp | null,
): Record<"onlyInA" | "inBoth" | "onlyInB", ScopeQuestion> {
  return {
    onlyInA: { criteria: all("a but not b", a, not("b", b)), knownAt },
    inBoth: { criteria: all("a and b", a, b), knownAt },
    onlyInB: { criteria: all("b but not a", b, not("a", a)), knownAt },
  };
}

function all(path: string, ...of: Criteria[]): Combination {
  return { kind: "allOf", path, of };
}

function not(path: string, one: Criteria): Combination {
  return { kind: "noneOf", path, of: [one] };
}
