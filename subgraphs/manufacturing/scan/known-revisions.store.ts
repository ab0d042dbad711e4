import { columnsOf, selectList } from "../../../shared/postgres/columns.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import type { Timestamp } from "../../../shared/time.ts";
import { DeviceRevisionEntity } from "../device/device-revision.entity.ts";
import type { Revision } from "../device/device-revision.ts";

/** A device, and the earliest time of which something is said. */
export interface AskedDevice {
  deviceId: number;
  since: Timestamp;
  /** Whether its revisions are needed even where nothing came into effect after `since`. */
  isNeeded: boolean;
}

const READ = columnsOf(DeviceRevisionEntity)
  .map(({ property }) => property)
  .filter((property) => property !== "tenant");

const LATER_THAN = statement(
  "revisions_of_late_scans",
  `SELECT ${selectList(DeviceRevisionEntity, { prefix: "r.", only: READ })}
   FROM unnest($2::bigint[], $3::timestamptz[], $4::boolean[]) AS asked (device_id, since, needed)
   JOIN device_revision r ON r.tenant = $1 AND r.device_id = asked.device_id
   WHERE asked.needed OR EXISTS (SELECT FROM device_revision l
     WHERE l.tenant = $1 AND l.device_id = asked.device_id AND l.effective_at > asked.since)
   ORDER BY r.device_id, r.revision`,
);

/** All revisions of those of the devices of which some came into effect later than `since`. */
export async function readKnownRevisions(
  sql: Sql,
  tenant: string,
  asked: readonly AskedDevice[],
): Promise<ReadonlyMap<number, readonly Revision[]>> {
  const found = new Map<number, Revision[]>();
  if (asked.length === 0) return found;
  const rows = await sql.rows<Revision>(LATER_THAN, [
    tenant,
    asked.map(({ deviceId }) => deviceId),
    asked.map(({ since }) => since),
    asked.map(({ isNeeded }) => isNeeded),
  ]);
  for (const row of rows) {
    const revisions = found.get(row.deviceId);
    if (revisions) revisions.push(row);
    else found.set(row.deviceId, [row]);
  }
  return found;
}
