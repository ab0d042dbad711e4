import pg from "pg";
import type { ExportColumn } from "../../../shared/export/export-column.ts";
import type { SelectedColumn } from "../../../shared/export/export-rows.store.ts";
import { columnsOf } from "../../../shared/postgres/columns.ts";
import { RECORD_FIELDS } from "../device/device-record.ts";
import { DeviceRevisionEntity } from "../device/device-revision.entity.ts";
import { ALWAYS_SHARED, namesSharing } from "../share/shared-fields.ts";
import { ATTRIBUTE, SHARED_FIELDS } from "./export-columns.ts";

/**
 * The SQL of a column of row `d`. For a partner it is what is shared of the device: `v.fields` are
 * the names that are, and everything else is NULL.
 */
export function columnSql(column: ExportColumn, isPartner: boolean): SelectedColumn {
  const { name } = column;
  return { ...column, sql: isPartner ? sharedSql(column) : plainSql(name, column) };
}

function plainSql(name: string, { type }: ExportColumn): string {
  if (name.startsWith(ATTRIBUTE)) {
    const value = `d.attributes->>${quoted(name.slice(ATTRIBUTE.length))}`;
    return type === "integer" || type === "boolean"
      ? `(${value})::${type === "integer" ? "bigint" : "boolean"}`
      : value;
  }
  switch (name) {
    case "attributes":
      return "d.attributes::text";
    case "revision":
      return "d.revision::bigint";
    case "changed":
      return "array_to_json(d.changed)::text";
    default:
      return `d.${columnOf(name)}`;
  }
}

/** What of a revision is told whatever is shared, beside what always is: it names no value. */
const ALWAYS_TOLD: readonly string[] = [...ALWAYS_SHARED, "effectiveAt"];

function sharedSql(column: ExportColumn): string {
  const { name } = column;
  if (name === SHARED_FIELDS) return "array_to_json(v.fields)::text";
  if (ALWAYS_TOLD.includes(name)) return plainSql(name, column);
  if (name === "attributes") return SHARED_ATTRIBUTES;
  if (name === "changed") return SHARED_CHANGES;
  const names = name.startsWith(ATTRIBUTE)
    ? namesSharing(name.slice(ATTRIBUTE.length), false)
    : [name];
  return `CASE WHEN ${isShared(names)} THEN ${plainSql(name, column)} END`;
}

const SHARED_ATTRIBUTES = `CASE WHEN 'attributes' = ANY (v.fields) THEN d.attributes::text
  ELSE (SELECT coalesce(jsonb_object_agg(a.key, a.value), '{}')::text
    FROM jsonb_each(d.attributes) a WHERE '${ATTRIBUTE}' || a.key = ANY (v.fields)) END`;

/** Which fields changed is told of those that are shared. */
const SHARED_CHANGES = `array_to_json(ARRAY(SELECT c.name
  FROM unnest(d.changed) WITH ORDINALITY AS c (name, place)
  WHERE CASE WHEN c.name = ANY (${listOf(RECORD_FIELDS)})
    THEN c.name = ANY (${listOf(ALWAYS_SHARED)}) OR c.name = ANY (v.fields)
    ELSE 'attributes' = ANY (v.fields) OR '${ATTRIBUTE}' || c.name = ANY (v.fields) END
  ORDER BY c.place))::text`;

function isShared(names: readonly string[]): string {
  return names.map((one) => `${quoted(one)} = ANY (v.fields)`).join(" OR ");
}

function listOf(names: readonly string[]): string {
  return `'{${names.join(",")}}'::text[]`;
}

function quoted(text: string): string {
  return pg.escapeLiteral(text);
}

/** A revision has the columns of a device, and more. */
function columnOf(property: string): string {
  const known = columnsOf(DeviceRevisionEntity).find((column) => column.property === property);
  if (!known) throw new Error(`${property} has no column`);
  return known.column;
}
