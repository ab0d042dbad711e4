import type { Sql } from "../../../shared/postgres/database.ts";
import type { Deviation } from "../device/consistency.store.ts";
import { FROZEN_HASH } from "./recall.store.ts";

const TENANT = "current_setting('app.tenant')";

const FROZEN = `SELECT NULL AS "serialNumber", NULL AS revision,
    format('recall %s was frozen with %s devices, hash %s; it holds %s, hash %s',
      r.recall_id, r.device_count, left(r.hash, 12), h.count, left(h.hash, 12)) AS detail
  FROM recall r CROSS JOIN LATERAL (
    SELECT count(*) AS count, ${FROZEN_HASH} AS hash
    FROM recall_item i WHERE i.tenant = ${TENANT} AND i.recall_id = r.recall_id) h
  WHERE r.tenant = ${TENANT} AND (r.device_count, r.hash) IS DISTINCT FROM (h.count::int, h.hash)
  LIMIT $1`;

const ITEMS = `SELECT i.serial_number AS "serialNumber", i.revision,
    format('recall %s holds device %s, which has no such revision', i.recall_id, i.device_id) AS detail
  FROM recall_item i LEFT JOIN device_revision r ON r.tenant = ${TENANT}
    AND r.device_id = i.device_id AND r.revision = i.revision
  WHERE i.tenant = ${TENANT}
    AND (i.serial_number, i.connhex_id) IS DISTINCT FROM (r.serial_number, r.connhex_id)
  LIMIT $1`;

/** Compares a tenant's frozen recalls with their items, and those with the revisions of then. */
export async function findRecallDeviations(sql: Sql, limit: number): Promise<Deviation[]> {
  const find = async (kind: Deviation["kind"], text: string) => {
    const rows = await sql.run<Omit<Deviation, "kind">>(text, [limit]);
    return rows.map((row) => ({ kind, ...row }));
  };
  return [
    ...(await find("FROZEN_SET_DIFFERS", FROZEN)),
    ...(await find("RECALLED_DEVICE_DIFFERS", ITEMS)),
  ];
}
