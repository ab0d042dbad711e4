/** What can be wrong with stored components. */
export type ComponentDeviationKind =
  | "ITEM_MISSING"
  | "INSTALLATIONS_OVERLAP"
  | "REMOVAL_DIFFERS"
  | "COMPONENT_IDENTIFIERS_DIFFER"
  | "IN_TWO_PLACES";

const TENANT = "current_setting('app.tenant')";

/** A device's serial number where the item is one; the checks name what else it is in the detail. */
const SERIAL_NUMBER = (item: string) =>
  `(SELECT d.serial_number FROM device d WHERE d.tenant = ${TENANT} AND d.device_id = ${item})`;

const missing = (side: "parent" | "child", of: string) =>
  `SELECT ${of} AS "serialNumber", NULL::integer AS revision,
     format('installation %s has a ${side} that there is not: %s', i.installation_id, i.${side}_id) AS detail
   FROM installation i WHERE i.tenant = ${TENANT}
     AND NOT EXISTS (SELECT FROM device d
       WHERE d.tenant = ${TENANT} AND d.device_id = i.${side}_id)
     AND NOT EXISTS (SELECT FROM component c
       WHERE c.tenant = ${TENANT} AND c.component_id = i.${side}_id)`;

const ITEMS = `(${missing("parent", SERIAL_NUMBER("i.child_id"))})
  UNION ALL (${missing("child", SERIAL_NUMBER("i.parent_id"))}) LIMIT $1`;

const OVERLAP = `SELECT ${SERIAL_NUMBER("i.parent_id")} AS "serialNumber", NULL AS revision,
    format('installation %s follows %s, which has not ended before it', i.installation_id,
      b.installation_id) AS detail
  FROM installation i JOIN installation b ON b.tenant = ${TENANT} AND b.parent_id = i.parent_id
    AND b.child_id = i.child_id AND b.position = i.position AND b.ordinal = i.ordinal - 1
  LEFT JOIN removal r ON r.tenant = ${TENANT} AND r.installation_id = b.installation_id
  WHERE i.tenant = ${TENANT} AND i.ordinal > 1
    AND (r.removed_at IS NULL OR r.removed_at > i.installed_at) LIMIT $1`;

const REMOVALS = `SELECT ${SERIAL_NUMBER("i.parent_id")} AS "serialNumber", NULL AS revision,
    CASE WHEN i.installation_id IS NULL THEN format('a removal ends %s, which there is not', r.installation_id)
      WHEN r.removed_at < i.installed_at
      THEN format('installation %s was removed at %s, before %s', i.installation_id, r.removed_at, i.installed_at)
      ELSE format('installation %s was replaced by %s, which is not in its place', i.installation_id, r.replaced_by)
    END AS detail
  FROM removal r
  LEFT JOIN installation i ON i.tenant = ${TENANT} AND i.installation_id = r.installation_id
  LEFT JOIN installation n ON n.tenant = ${TENANT} AND n.installation_id = r.replaced_by
  WHERE r.tenant = ${TENANT} AND (i.installation_id IS NULL OR r.removed_at < i.installed_at
    OR (r.replaced_by IS NOT NULL
      AND (n.parent_id, n.position) IS DISTINCT FROM (i.parent_id, i.position)))
  LIMIT $1`;

const IDENTIFIERS = `WITH implied AS (
    SELECT supplier, part_number, CASE WHEN serial_number IS NULL THEN 'supplierLot'
      ELSE 'serialNumber' END AS kind, COALESCE(serial_number, supplier_lot) AS value, component_id
    FROM component WHERE tenant = ${TENANT}
  ), stored AS (SELECT * FROM component_identifier WHERE tenant = ${TENANT})
  SELECT NULL AS "serialNumber", NULL AS revision,
    CASE WHEN s.value IS NULL
      THEN format('component %s: %L of %L is not claimed', i.component_id, i.value, i.supplier)
      ELSE format('%L of %L is claimed, the component does not have it', s.value, s.supplier)
    END AS detail
  FROM implied i FULL JOIN stored s ON (s.supplier, s.part_number, s.kind, s.value, s.component_id)
    = (i.supplier, i.part_number, i.kind, i.value, i.component_id)
  WHERE i.value IS NULL OR s.value IS NULL LIMIT $1`;

// Of a component nothing is said: a reel has a serial number, and goes onto many boards.
const TWO_PLACES = `SELECT d.serial_number AS "serialNumber", NULL AS revision,
    format('the device is in %s places at once', count(*)) AS detail
  FROM installation i JOIN device d ON d.tenant = ${TENANT} AND d.device_id = i.child_id
  WHERE i.tenant = ${TENANT} AND NOT EXISTS (SELECT FROM removal r
    WHERE r.tenant = ${TENANT} AND r.installation_id = i.installation_id)
  GROUP BY d.device_id, d.serial_number HAVING count(*) > 1 LIMIT $1`;

/** A statement a kind; each answers at most `$1` deviations of the connection's tenant. */
export const COMPONENT_CHECKS: Readonly<Record<ComponentDeviationKind, string>> = {
  ITEM_MISSING: ITEMS,
  INSTALLATIONS_OVERLAP: OVERLAP,
  REMOVAL_DIFFERS: REMOVALS,
  COMPONENT_IDENTIFIERS_DIFFER: IDENTIFIERS,
  IN_TWO_PLACES: TWO_PLACES,
};
