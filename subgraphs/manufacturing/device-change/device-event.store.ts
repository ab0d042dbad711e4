import type { Event } from "../../../shared/events/event.ts";
import { feedStatements } from "../../../shared/events/numbered-feed.store.ts";
import type { EventOf } from "../../../shared/events/service-feed.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import { deviceEvent, type ToldRevision } from "./device-event.ts";

/** What a row of changes says, beside the revisions. */
export interface DeviceChangeColumns {
  deviceIds: readonly (string | number)[];
}

export const DEVICE_FEED = feedStatements("device_change", `device_ids AS "deviceIds", revisions`);

const TOLD = statement(
  "told_revisions",
  `SELECT r.device_id AS "deviceId", r.revision, r.recorded_at AS "recordedAt",
     r.serial_number AS "serialNumber", r.connhex_id AS "connhexId", r.phase, r.disposition,
     r.changed, r.reason IS NOT NULL AS "isCorrection"
   FROM unnest($2::bigint[], $3::int[]) WITH ORDINALITY AS c (device_id, revision, place)
   JOIN device_revision r ON r.device_id = c.device_id AND r.revision = c.revision
   WHERE r.tenant = $1 ORDER BY c.place`,
);

/** The events of these revisions, in their order. */
export async function deviceEvents(
  sql: Sql,
  tenant: string,
  named: readonly EventOf<DeviceChangeColumns>[],
): Promise<Event[]> {
  if (named.length === 0) return [];
  const told = await sql.rows<ToldRevision>(TOLD, [
    tenant,
    named.map(({ row, index }) => row.deviceIds[index]),
    named.map(({ row, index }) => row.revisions[index]),
  ]);
  return told.map((one) => deviceEvent(tenant, one));
}
