import type { Person } from "../../../shared/ledger-store/commitment.ts";
import { contentHash } from "../../../shared/ledger-store/content-fields.ts";
import { enterSql } from "../../../shared/ledger-store/entry-sql.store.ts";
import { bigintArray, integerArray, textArray } from "../../../shared/postgres/binary-array.ts";
import { columnsOf } from "../../../shared/postgres/columns.ts";
import { statement } from "../../../shared/postgres/database.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { FieldDefinition } from "../field-definition/field-definition.ts";
import { revisionContent, revisionEntryId } from "../ledger/revision-content.ts";
import { groupChanges } from "../production-group/production-group.ts";
import type { DeviceRow } from "./device.store.ts";
import type { DueChange } from "./device.ts";
import { DeviceRecordColumns } from "./device-record.entity.ts";
import { DeviceRevisionEntity } from "./device-revision.entity.ts";
import type { FieldValue } from "./known-values.ts";

/** Who says it, why, from where, and from when it is true; null: from now. */
export interface Stamp {
  actor: string;
  reason: string | null;
  source: string | null;
  effectiveAt: Timestamp | null;
}

/** A revision that is due to be written. */
export interface Due {
  known: DeviceRow | null;
  deviceId: number;
  revision: number;
  change: DueChange & Stamp;
}

const RECORD = columnsOf(DeviceRecordColumns);
const GIVEN = columnsOf(DeviceRevisionEntity).filter(
  ({ property }) => property !== "tenant" && property !== "recordedAt",
);
const COLUMNS = RECORD.map(({ column }) => column).join(", ");
const VALUES = RECORD.map(({ property }) => `i."${property}"`).join(", ");

/** Where the columns of the input begin, behind the other parameters. */
const FIRST_COLUMN = 11;
/** Columns of numbers come as they are; all others as text, which is read as its column's type. */
const NUMBERS = ["deviceId", "revision"];
const SENT = GIVEN.map(({ property, type }) => ({
  property,
  type,
  sentAs: NUMBERS.includes(property) ? type : "text",
}));

const INPUT = `input AS MATERIALIZED (SELECT
    ${SENT.map(({ property, type }) => `given."${property}"::${type}`).join(", ")}
  FROM unnest(${SENT.map(({ sentAs }, at) => `$${FIRST_COLUMN + at}::${sentAs}[]`).join(", ")})
    AS given (${SENT.map(({ property }) => `"${property}"`).join(", ")}))`;

const NEW_REVISION = `new_revision AS (
    INSERT INTO device_revision (tenant, device_id, revision, recorded_at, effective_at, actor,
      reason, source, changed, ${COLUMNS})
    SELECT $1, w.device_id, i.revision, w.recorded_at, COALESCE(i."effectiveAt", w.recorded_at),
      i.actor, i.reason, i.source, i.changed, ${VALUES}
    FROM input i JOIN written w ON w.device_id = i."deviceId"
  )`;

const NEW_GROUP = `new_group AS (
    INSERT INTO device_group (tenant, field, value, device_id, from_revision)
    SELECT $1, g.field, g.value, w.device_id, g.from_revision
    FROM unnest($2::bigint[], $3::integer[], $4::text[], $5::text[])
      AS g (device_id, from_revision, field, value)
    JOIN written w ON w.device_id = g.device_id
  )`;

const NEW_VALUE = `new_value AS (
    INSERT INTO recorded_value (tenant, field, value)
    SELECT DISTINCT $1, v.field, v.value
    FROM json_to_recordset($6::json) AS v (field text, value text, "deviceIds" bigint[])
    WHERE EXISTS (SELECT FROM written w WHERE w.device_id = ANY (v."deviceIds"))
      AND NOT EXISTS (SELECT FROM recorded_value k
        WHERE k.tenant = $1 AND k.field = v.field AND k.value = v.value)
    ORDER BY v.field, v.value ON CONFLICT DO NOTHING RETURNING field, value
  )`;

const NEW_CHANGE = `new_change AS (
    INSERT INTO device_change (tenant, device_ids, revisions)
    SELECT $1, array_agg(i."deviceId"), array_agg(i.revision)
    FROM input i JOIN written w ON w.device_id = i."deviceId" HAVING count(*) > 0
  )`;

const NEW_ENTRY = `new_entry AS (${enterSql({
  from: `unnest($7::bigint[], $8::text[], $9::text[], $10::text[])
      AS e (device_id, id, actor, content)
    JOIN written w ON w.device_id = e.device_id`,
  ...{ actor: "e.actor", at: "w.recorded_at", content: "e.content", id: "e.id" },
  ...{ tenant: "$1::text", type: "REVISION" },
})})`;

/** What is written with each revision, in the same statement. */
const PARTS = [NEW_REVISION, NEW_GROUP, NEW_VALUE, NEW_CHANGE, NEW_ENTRY].join(", ");

/** An entry leaves out from when a revision is true where that is when it was recorded: not by chance. */
const recordedAt = (earliest: string) =>
  `${earliest} + CASE WHEN i."effectiveAt" = ${earliest} THEN interval '1 microsecond'
      ELSE interval '0' END`;

const ANSWER = `SELECT device_id AS "deviceId", NULL AS field, NULL AS value FROM written
  UNION ALL SELECT NULL, field, value FROM new_value`;

/** A device that was written, or a value that nobody had recorded before. */
export type WrittenRow = { deviceId: number } | ({ deviceId: null } & FieldValue);

export const INSERT_NEW = statement(
  "insert_new_devices",
  `WITH ${INPUT}, written AS (
    INSERT INTO device (tenant, device_id, revision, recorded_at, ${COLUMNS})
    SELECT $1, i."deviceId", i.revision, ${recordedAt("statement_timestamp()")}, ${VALUES}
    FROM input i
    RETURNING device_id, recorded_at
  ), ${PARTS} ${ANSWER}`,
);

// The guard `revision - 1` lets a change through only where nobody else made one meanwhile.
export const REVISE_KNOWN = statement(
  "revise_known_devices",
  `WITH ${INPUT}, written AS (
    UPDATE device d SET (revision, recorded_at, ${COLUMNS}) = ROW (i.revision,
      ${recordedAt("GREATEST(statement_timestamp(), d.recorded_at + interval '1 microsecond')")},
      ${VALUES})
    FROM input i
    WHERE d.tenant = $1 AND d.device_id = i."deviceId" AND d.revision = i.revision - 1
    RETURNING d.device_id, d.recorded_at
  ), ${PARTS} ${ANSWER}`,
);

/** What both statements are given, from $1 on. */
export function writingParameters(
  tenant: string,
  due: readonly Due[],
  { definitions, values, persons }: WrittenWith,
): unknown[] {
  const groups = { deviceIds: [], fromRevisions: [], fields: [], values: [] } as Groups;
  for (const { known, deviceId, revision, change } of due) {
    for (const { field, value } of groupChanges(known, change.record, definitions)) {
      groups.deviceIds.push(deviceId);
      groups.fromRevisions.push(revision);
      groups.fields.push(field);
      groups.values.push(value);
    }
  }
  return [
    tenant,
    bigintArray(groups.deviceIds),
    integerArray(groups.fromRevisions),
    textArray(groups.fields),
    textArray(groups.values),
    JSON.stringify(values),
    ...entriesOf(due, persons),
    ...SENT.map(({ property }) => columnOf(property, due)),
  ];
}

/** One column of the input. */
function columnOf(property: string, due: readonly Due[]): Buffer {
  switch (property) {
    case "deviceId":
      return bigintArray(due.map(({ deviceId }) => deviceId));
    case "revision":
      return integerArray(due.map(({ revision }) => revision));
    case "attributes":
      return textArray(due.map(({ change }) => JSON.stringify(change.record.attributes)));
    case "changed":
      return textArray(due.map(({ change }) => namesLiteral(change.changed)));
    case "actor":
    case "reason":
    case "source":
    case "effectiveAt":
      return textArray(due.map(({ change }) => change[property]));
    default:
      return textArray(due.map(({ change }) => change.record[property as TextProperty]));
  }
}

type TextProperty = Exclude<keyof DueChange["record"], "attributes">;

/** An array within an array, as text. Names of fields hold nothing that would have to be escaped. */
function namesLiteral(names: readonly string[]): string {
  return names.length === 0 ? "{}" : `{"${names.join('","')}"}`;
}

interface WrittenWith {
  definitions: readonly FieldDefinition[];
  values: readonly NewValue[];
  /** Those who say it, by subject; null where nothing is entered into the log. */
  persons: ReadonlyMap<string, Person> | null;
}

/** Ids of devices, and of each the id, actor and content of its entry. */
function entriesOf(due: readonly Due[], persons: WrittenWith["persons"]) {
  const deviceIds: number[] = [];
  const [ids, actors, contents]: [string[], string[], string[]] = [[], [], []];
  for (const { deviceId, revision, change } of persons === null ? [] : due) {
    const person = persons?.get(change.actor);
    if (!person) throw new Error("a revision has no actor");
    deviceIds.push(deviceId);
    ids.push(revisionEntryId(deviceId, revision));
    actors.push(person.actor);
    contents.push(contentHash(revisionContent(change.record, change, person)));
  }
  return [bigintArray(deviceIds), textArray(ids), textArray(actors), textArray(contents)];
}

interface Groups {
  deviceIds: number[];
  fromRevisions: number[];
  fields: string[];
  values: string[];
}

/** A value of a field of few values that may be new, with the devices that have it. */
export interface NewValue extends FieldValue {
  deviceIds: number[];
}
