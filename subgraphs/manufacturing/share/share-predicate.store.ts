import { columnsOf } from "../../../shared/postgres/columns.ts";
import { DeviceEntity } from "../device/device.entity.ts";
import { GROUP_FIELDS } from "../device/device-record.ts";
import { ShareEntity } from "./share.entity.ts";
import { VALUE_CRITERIA, type ValueCriterion } from "./share.ts";

function columnOf(entity: typeof DeviceEntity | typeof ShareEntity, property: string): string {
  const known = columnsOf(entity).find((column) => column.property === property);
  if (!known) throw new Error(`${property} has no column`);
  return known.column;
}

const deviceColumn = (property: string) => columnOf(DeviceEntity, property);

/** Whether share `s` lasts now: the one place that says so. */
export const IS_ACTIVE = `s.from_at <= now() AND (s.to_at IS NULL OR s.to_at > now())
  AND NOT EXISTS (SELECT FROM share_end e
    WHERE e.tenant = s.tenant AND e.share_id = s.share_id AND e.ended_at <= now())`;

const GROUP_VALUE = `CASE s.group_field ${GROUP_FIELDS.map(
  (field) => `WHEN '${field}' THEN d.${deviceColumn(field)}`,
).join(" ")} ELSE d.attributes->>s.group_field END`;

/** A device in which a criterion's field is not known does not meet it. */
const MEETS_CRITERIA = [
  ...(Object.keys(VALUE_CRITERIA) as ValueCriterion[]).map((field) => {
    const asked = `s.${columnOf(ShareEntity, VALUE_CRITERIA[field])}`;
    return `(${asked} IS NULL OR d.${deviceColumn(field)} = ANY (${asked}))`;
  }),
  "(s.produced_from IS NULL OR d.produced_at >= s.produced_from)",
  "(s.produced_to IS NULL OR d.produced_at < s.produced_to)",
  `(s.serial_number_from IS NULL OR d.serial_number COLLATE "C" >= s.serial_number_from COLLATE "C")`,
  `(s.serial_number_to IS NULL OR d.serial_number COLLATE "C" <= s.serial_number_to COLLATE "C")`,
].join(" AND ");

/** Whether share `s` covers device `d`, active or not: the one place that says so. */
export const COVERS = `CASE s.kind
  WHEN 'GROUP' THEN ${GROUP_VALUE} = ANY (s.group_values)
  WHEN 'LIST' THEN EXISTS (SELECT FROM share_device l
    WHERE l.tenant = s.tenant AND l.share_id = s.share_id AND l.device_id = d.device_id)
  WHEN 'CRITERIA' THEN ${MEETS_CRITERIA} END`;

/** Whether device `d` is shared with a partner, and one of some names with it. Parameters by place. */
export function isSharedWith(partner: string, names: string): string {
  return `EXISTS (SELECT FROM share s WHERE s.tenant = $1 AND s.partner = ${partner}
    AND s.fields && ${names}::text[] AND ${IS_ACTIVE} AND ${COVERS})`;
}

/** A page's bounds and size as parameters, and its direction. */
export interface Bounds {
  after: string;
  before: string;
  limit: string;
  direction: "ASC" | "DESC";
}

/**
 * `SELECT device_id` of the devices that share `s` covers, to be joined LATERAL: for each kind the
 * way that finds them fastest, and always COVERS. With bounds, no more than a page is read of each.
 */
export function devicesOfShare(bounds?: Bounds): string {
  const device = "device d WHERE d.tenant = $1";
  const ways = [
    ...GROUP_FIELDS.map(
      (field) => `${device} AND s.kind = 'GROUP' AND s.group_field = '${field}'
        AND d.${deviceColumn(field)} = ANY (s.group_values)`,
    ),
    `${device} AND s.kind = 'GROUP' AND s.group_field NOT IN (${GROUP_FIELDS.map(
      (field) => `'${field}'`,
    ).join(", ")}) AND d.device_id IN (SELECT g.device_id FROM device_group g
        WHERE g.tenant = $1 AND g.field = s.group_field AND g.value = ANY (s.group_values))`,
    `${device} AND s.kind = 'LIST' AND d.device_id IN (SELECT l.device_id FROM share_device l
        WHERE l.tenant = $1 AND l.share_id = s.share_id)`,
    `${device} AND s.kind = 'CRITERIA'`,
  ];
  const page = bounds
    ? `AND d.device_id > ${bounds.after} AND d.device_id < ${bounds.before}
       ORDER BY d.device_id ${bounds.direction} LIMIT ${bounds.limit}`
    : "";
  return ways
    .map((way) => `(SELECT d.device_id FROM ${way} AND (${COVERS}) ${page})`)
    .join("\nUNION ALL\n");
}

/**
 * The devices that are shared with a partner, each once with `fields`, the names that are shared of
 * it: to be joined as rows. The partner is a parameter by place.
 */
export function sharedDevicesOf(partner: string): string {
  const active = `s.tenant = $1 AND s.partner = ${partner} AND ${IS_ACTIVE}`;
  return `SELECT shared.device_id, names.fields
    FROM (SELECT DISTINCT m.device_id FROM share s CROSS JOIN LATERAL (${devicesOfShare()}) m
      WHERE ${active}) shared
    CROSS JOIN LATERAL (
      SELECT array_remove(array_agg(DISTINCT f.name ORDER BY f.name), NULL) AS fields
      FROM device d JOIN share s ON ${active} AND ${COVERS}
      LEFT JOIN LATERAL unnest(s.fields) AS f (name) ON true
      WHERE d.tenant = $1 AND d.device_id = shared.device_id) names`;
}
