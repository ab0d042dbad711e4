import { RECALL_FREEZERS } from "../access.ts";
import { type CheckingStores, checkedCriteria } from "../recall-scope/checked-criteria.ts";
import type { Criteria } from "../recall-scope/criteria.ts";
import type { GivenCriteria } from "../recall-scope/given-criteria.ts";

/**
 * The criteria of a recall as they are asked now. Whoever froze it could read every field of them,
 * and the answer names none: so they are read here in nobody's name.
 */
export function criteriaNow(
  recall: { criteria: string },
  stores: CheckingStores,
): Promise<Criteria> {
  const caller = { ...stores.caller, roles: RECALL_FREEZERS };
  const given = JSON.parse(recall.criteria) as GivenCriteria;
  return checkedCriteria(given, { ...stores, caller }, { knownAt: null });
}
