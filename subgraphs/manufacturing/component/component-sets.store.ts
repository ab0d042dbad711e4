import type { Membership } from "../production-group/production-group.ts";

/**
 * `SELECT device_id …`, each device once. `$1` is the tenant; the own parameters stand behind it.
 * As a part of another statement, put it into parentheses.
 */
export interface DeviceSet {
  text: string;
  parameters: readonly unknown[];
}

/** What a component must have; null where anything will do. At least one is given. */
export interface ComponentCriterion {
  partNumber: string | null;
  serialNumber: string | null;
  supplier: string | null;
  supplierLot: string | null;
  membership: Membership;
}

const COLUMNS = {
  partNumber: "part_number",
  serialNumber: "serial_number",
  supplier: "supplier",
  supplierLot: "supplier_lot",
} as const;

/**
 * The devices that contain, on any level, one component with all that the criterion gives: installed
 * now, or ever, as known at a time (null: now). Walks upwards from the components. An item is
 * visited once, so that loops in the data end; each step is one probe of an index, which OFFSET 0
 * holds PostgreSQL to: a join of all installations is what it would else think of. The walk begins
 * at a list, whose length PostgreSQL does not guess: it takes a recursion to find tenfold at each
 * step, and beside such costs the plan of all else would be left to chance.
 */
export function devicesContaining(
  { membership, ...criterion }: ComponentCriterion,
  { knownAt, firstParameter }: { knownAt: string | null; firstParameter: number },
): DeviceSet {
  const parameters: unknown[] = [];
  const parameter = (value: unknown, type: string) =>
    `$${firstParameter + parameters.push(value) - 1}::${type}`;
  const asked = (Object.keys(COLUMNS) as (keyof typeof COLUMNS)[]).flatMap((field) => {
    const value = criterion[field];
    return value === null ? [] : [`c.${COLUMNS[field]} = ${parameter(value, "text")}`];
  });
  if (asked.length === 0) throw new Error("a component criterion asks for nothing");
  const known = knownAt === null ? null : parameter(knownAt, "timestamptz");
  const isKnown = (row: string) => (known === null ? "" : `AND ${row}.recorded_at <= ${known}`);
  const isLasting =
    membership === "EVER"
      ? ""
      : `AND NOT EXISTS (SELECT FROM removal r WHERE r.tenant = $1
           AND r.installation_id = i.installation_id ${isKnown("r")})`;
  const text = `WITH RECURSIVE containing (item_id) AS (
      SELECT s.component_id FROM unnest(ARRAY(
        SELECT c.component_id FROM component c WHERE c.tenant = $1 AND ${asked.join(" AND ")}
      )) AS s (component_id)
    UNION
      SELECT above.parent_id FROM containing
      CROSS JOIN LATERAL (SELECT i.parent_id FROM installation i
        WHERE i.tenant = $1 AND i.child_id = containing.item_id ${isKnown("i")} ${isLasting}
        OFFSET 0) above
    )
    SELECT containing.item_id AS device_id FROM containing
    CROSS JOIN LATERAL (SELECT FROM device_revision v WHERE v.tenant = $1
      AND v.device_id = containing.item_id AND v.revision = 1 ${isKnown("v")} OFFSET 0) recorded`;
  return { text, parameters };
}
