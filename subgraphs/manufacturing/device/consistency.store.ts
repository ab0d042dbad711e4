import { columnsOf } from "../../../shared/postgres/columns.ts";
import type { Sql } from "../../../shared/postgres/database.ts";
import { COMPONENT_CHECKS, type ComponentDeviationKind } from "../component/consistency.store.ts";
import { FIELDS_WITH_RECORDED_VALUES } from "../recall-scope/criterion-field.ts";
import { SCAN_CHECKS, type ScanDeviationKind } from "../scan/consistency.store.ts";
import { DeviceRecordColumns } from "./device-record.entity.ts";
import { GROUP_FIELDS } from "./device-record.ts";

/** What can be wrong with stored devices. */
export type DeviationKind =
  | ComponentDeviationKind
  | ScanDeviationKind
  | "PROJECTION_DIFFERS"
  | "REVISIONS_NOT_CONTIGUOUS"
  | "RECORDED_AT_NOT_RISING"
  | "CHANGED_FIELDS_DIFFER"
  | "GROUPS_DIFFER"
  | "IDENTIFIERS_DIFFER"
  | "RECORDED_VALUES_DIFFER"
  | "FROZEN_SET_DIFFERS"
  | "RECALLED_DEVICE_DIFFERS";

/** One place where stored devices contradict their revisions. */
export interface Deviation {
  kind: DeviationKind;
  /** null where no device has the row. */
  serialNumber: string | null;
  revision: number | null;
  detail: string;
}

const RECORD = columnsOf(DeviceRecordColumns);
const TENANT = "current_setting('app.tenant')";

/** Columns that are compared as they are; attributes are compared key by key. */
const PLAIN = RECORD.filter(({ property }) => property !== "attributes");

const PROJECTION = `SELECT d.serial_number AS "serialNumber", d.revision,
    'the device is not as its last revision says' AS detail
  FROM device d LEFT JOIN device_revision r
    ON r.device_id = d.device_id AND r.revision = d.revision AND r.tenant = ${TENANT}
  WHERE d.tenant = ${TENANT} AND (r.device_id IS NULL OR
    (d.recorded_at, ${RECORD.map(({ column }) => `d.${column}`).join(", ")}) IS DISTINCT FROM
    (r.recorded_at, ${RECORD.map(({ column }) => `r.${column}`).join(", ")}))
  LIMIT $1`;

const CONTIGUITY = `SELECT d.serial_number AS "serialNumber", d.revision,
    format('%s revisions, %s to %s', count, lowest, highest) AS detail
  FROM (SELECT device_id, count(*) AS count, min(revision) AS lowest, max(revision) AS highest
    FROM device_revision WHERE tenant = ${TENANT} GROUP BY device_id) r
  FULL JOIN (SELECT * FROM device WHERE tenant = ${TENANT}) d ON d.device_id = r.device_id
  WHERE (r.count, r.lowest, r.highest) IS DISTINCT FROM
    (d.revision::bigint, 1, d.revision)
  LIMIT $1`;

const RISING = `SELECT serial_number AS "serialNumber", revision,
    format('recorded at %s, the revision before at %s', recorded_at, before) AS detail
  FROM (SELECT serial_number, revision, recorded_at,
      lag(recorded_at) OVER (PARTITION BY device_id ORDER BY revision) AS before
    FROM device_revision WHERE tenant = ${TENANT}) r
  WHERE recorded_at <= before LIMIT $1`;

const CHANGED_PLAIN = PLAIN.map(
  ({ property, column }) =>
    `CASE WHEN r.${column} IS DISTINCT FROM p.${column} THEN '${property}' END`,
);

/** `OFFSET 0` has PostgreSQL find out once what differs, and not anew for each condition. */
const CHANGED = `SELECT serial_number AS "serialNumber", revision,
    format('changed says %s, the values say %s', changed, differing) AS detail
  FROM (SELECT r.serial_number, r.revision, r.changed,
      array_remove(ARRAY[${CHANGED_PLAIN.join(", ")}], NULL) ||
      CASE WHEN r.attributes IS NOT DISTINCT FROM COALESCE(p.attributes, '{}') THEN '{}'::text[]
      ELSE ARRAY(
        SELECT COALESCE(now.key, before.key) AS name FROM jsonb_each(r.attributes) now
        FULL JOIN jsonb_each(p.attributes) before ON before.key = now.key
        WHERE now.value IS DISTINCT FROM before.value) END AS differing
    FROM device_revision r LEFT JOIN device_revision p
      ON p.device_id = r.device_id AND p.revision = r.revision - 1 AND p.tenant = ${TENANT}
    WHERE r.tenant = ${TENANT} OFFSET 0) compared
  WHERE NOT (changed @> differing AND changed <@ differing
    AND cardinality(changed) = cardinality(differing)) LIMIT $1`;

const GROUP_VALUE = GROUP_FIELDS.map((field) => {
  const column = RECORD.find(({ property }) => property === field)?.column;
  return `WHEN '${field}' THEN ${column}`;
});

const GROUPS = `WITH fields AS (
    SELECT unnest($2::text[]) AS field
    UNION SELECT name FROM field_definition WHERE tenant = ${TENANT} AND is_groupable
  ), implied AS (
    SELECT device_id, revision, field, COALESCE(
      CASE field ${GROUP_VALUE.join(" ")} ELSE attributes->>field END, '') AS value
    FROM (SELECT *, unnest(changed) AS field FROM device_revision WHERE tenant = ${TENANT}) r
    WHERE field IN (SELECT field FROM fields)
  ), stored AS (SELECT * FROM device_group WHERE tenant = ${TENANT})
  SELECT d.serial_number AS "serialNumber", COALESCE(i.revision, s.from_revision) AS revision,
    CASE WHEN s.device_id IS NULL
      THEN format('%s %L is not among the groups', i.field, i.value)
      ELSE format('%s %L is among the groups, no revision says so', s.field, s.value) END AS detail
  FROM implied i FULL JOIN stored s ON s.device_id = i.device_id AND s.from_revision = i.revision
    AND s.field = i.field AND s.value = i.value
  LEFT JOIN device d
    ON d.device_id = COALESCE(i.device_id, s.device_id) AND d.tenant = ${TENANT}
  WHERE i.device_id IS NULL OR s.device_id IS NULL LIMIT $1`;

const IDENTIFIERS = `WITH implied AS (
    SELECT 'serialNumber' AS kind, serial_number AS value, device_id FROM device
      WHERE tenant = ${TENANT}
    UNION ALL SELECT 'connhexId', connhex_id, device_id FROM device
      WHERE tenant = ${TENANT} AND connhex_id IS NOT NULL
  ), stored AS (SELECT * FROM device_identifier WHERE tenant = ${TENANT})
  SELECT d.serial_number AS "serialNumber", NULL AS revision,
    CASE WHEN s.value IS NULL THEN format('%s %L is not claimed', i.kind, i.value)
      ELSE format('%s %L is claimed, the device does not have it', s.kind, s.value) END AS detail
  FROM implied i FULL JOIN stored s
    ON s.kind = i.kind AND s.value = i.value AND s.device_id = i.device_id
  LEFT JOIN device d
    ON d.device_id = COALESCE(i.device_id, s.device_id) AND d.tenant = ${TENANT}
  WHERE i.value IS NULL OR s.value IS NULL LIMIT $1`;

const VALUES = `WITH implied AS (
    SELECT DISTINCT v.field, v.value FROM device_revision r
    CROSS JOIN LATERAL (VALUES ${FIELDS_WITH_RECORDED_VALUES.map((field) => {
      return `('${field}', r.${RECORD.find(({ property }) => property === field)?.column})`;
    }).join(", ")}) AS v (field, value)
    WHERE r.tenant = ${TENANT} AND v.value IS NOT NULL
  ), stored AS (SELECT * FROM recorded_value WHERE tenant = ${TENANT})
  SELECT NULL AS "serialNumber", NULL AS revision,
    CASE WHEN s.value IS NULL THEN format('%s %L is not among the recorded values', i.field, i.value)
      ELSE format('%s %L is a recorded value, no revision has it', s.field, s.value) END AS detail
  FROM implied i FULL JOIN stored s ON s.field = i.field AND s.value = i.value
  WHERE i.value IS NULL OR s.value IS NULL LIMIT $1`;

/**
 * Compares all of a tenant's devices with their revisions, and answers at most `limit` deviations
 * of each kind. Goes through everything, one statement a kind: give it connections with a
 * statement timeout of minutes. It is exact where nobody writes meanwhile.
 */
export async function findDeviations(sql: Sql, limit: number): Promise<Deviation[]> {
  const find = async (kind: DeviationKind, text: string, ...values: unknown[]) => {
    const rows = await sql.run<Omit<Deviation, "kind">>(text, [limit, ...values]);
    return rows.map((row) => ({ kind, ...row }));
  };
  const others: Deviation[][] = [];
  for (const [kind, text] of Object.entries({ ...COMPONENT_CHECKS, ...SCAN_CHECKS })) {
    others.push(await find(kind as DeviationKind, text));
  }
  return [
    ...(await find("PROJECTION_DIFFERS", PROJECTION)),
    ...(await find("REVISIONS_NOT_CONTIGUOUS", CONTIGUITY)),
    ...(await find("RECORDED_AT_NOT_RISING", RISING)),
    ...(await find("CHANGED_FIELDS_DIFFER", CHANGED)),
    ...(await find("GROUPS_DIFFER", GROUPS, [...GROUP_FIELDS])),
    ...(await find("IDENTIFIERS_DIFFER", IDENTIFIERS)),
    ...(await find("RECORDED_VALUES_DIFFER", VALUES)),
    ...others.flat(),
  ];
}
