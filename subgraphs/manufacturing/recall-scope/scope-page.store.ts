import { columnOf } from "../production-group/member-statements.store.ts";
import { isGroupField } from "../production-group/production-group.ts";
import { ClauseSql } from "./clause-sql.store.ts";
import {
  asksComponents,
  type Criteria,
  type ScopeQuestion,
  type ValuesClause,
} from "./criteria.ts";
import { conjuncts, criteriaSql } from "./criteria-sql.store.ts";
import type { DeviceSet } from "./device-set.ts";

/** Values of groups that are each read in their order, up to the page's size. */
const GROUPS_IN_ORDER = 20;

/**
 * `SELECT device_id` of one page of a scope: beyond `$2`, before `$3`, at most `$4`. Where a group's
 * index gives devices in their order, no more of it is read than the page needs. Anything else is
 * found whole and then cut: PostgreSQL must not walk all devices in their order in the hope of
 * meeting enough of the scope early, because a lot's devices stand together.
 */
export function pageOfSet(
  { criteria, knownAt }: ScopeQuestion,
  { backward, firstParameter }: { backward: boolean; firstParameter: number },
): DeviceSet {
  const order = `ORDER BY 1 ${backward ? "DESC" : "ASC"} LIMIT $4`;
  const inOrder = knownAt === null ? groupInOrder(criteria) : null;
  if (!inOrder) {
    const { text, parameters } = criteriaSql(criteria, { knownAt, firstParameter });
    const found = `SELECT s.device_id FROM (SELECT f.device_id FROM (${text}) f OFFSET 0) s`;
    return { text: `${found} WHERE s.device_id > $2 AND s.device_id < $3 ${order}`, parameters };
  }
  const sql = new ClauseSql(null, firstParameter);
  const values = sql.parameter(inOrder.values, "text[]");
  // Whoever had the value at a time had it ever: the clause itself is checked on those in their order.
  const others = conjuncts(criteria).filter((one) => one !== inOrder || inOrder.at !== null);
  const text = `SELECT DISTINCT o.device_id FROM unnest(${values}) AS asked (value)
    CROSS JOIN LATERAL (${membersInOrder(inOrder, others, sql)} ${order}) o ${order}`;
  return { text, parameters: sql.parameters };
}

/** The devices of the group `asked.value` within the bounds that meet everything else. */
function membersInOrder(
  { field, membership, at }: ValuesClause,
  others: readonly Criteria[],
  sql: ClauseSql,
): string {
  const where = others.map((one) => `AND ${sql.condition(one)}`).join(" ");
  if (membership === "CURRENT" && at === null) {
    return `SELECT d.device_id FROM device d
      WHERE d.tenant = $1 AND d.${columnOf(field.name)} = asked.value
        AND d.device_id > $2 AND d.device_id < $3 ${where}`;
  }
  const device = `JOIN device d ON d.tenant = $1 AND d.device_id = g.device_id`;
  return `SELECT DISTINCT g.device_id FROM device_group g ${others.length > 0 ? device : ""}
    WHERE g.tenant = $1 AND g.field = ${sql.parameter(field.name, "text")}
      AND g.value = asked.value AND g.device_id > $2 AND g.device_id < $3 ${where}`;
}

/** A clause that every device must meet and whose devices an index has in their order. */
function groupInOrder(criteria: Criteria): ValuesClause | null {
  // What devices contain is found whole, so that it is found once.
  if (asksComponents(criteria)) return null;
  const groups = conjuncts(criteria).filter(
    (one): one is ValuesClause =>
      one.kind === "values" &&
      one.values.length <= GROUPS_IN_ORDER &&
      (one.membership === "EVER" || (one.field.isBuiltIn && isGroupField(one.field.name))),
  );
  return groups.find(({ at }) => at === null) ?? groups[0] ?? null;
}
