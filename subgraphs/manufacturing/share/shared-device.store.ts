import { loadBy } from "../../../shared/load-by.ts";
import type { Page } from "../../../shared/page.ts";
import { type Sql, type Statement, statement } from "../../../shared/postgres/database.ts";
import { DEVICE_COLUMNS, type DeviceRow } from "../device/device.store.ts";
import { COVERS, devicesOfShare, IS_ACTIVE } from "./share-predicate.store.ts";

/** The devices of one share, or of all active ones of a partner (or of one of them). */
export type SharedDevices = { shareId: number } | { partner: string; shareId: number | null };

const FIELDS_OF_DEVICES = statement(
  "shared_fields_of_devices",
  `SELECT d.device_id AS "deviceId", array_remove(array_agg(DISTINCT f.name), NULL) AS fields
   FROM device d JOIN share s ON s.tenant = $1 AND s.partner = $2 AND ${IS_ACTIVE} AND ${COVERS}
   LEFT JOIN LATERAL unnest(s.fields) AS f (name) ON true
   WHERE d.tenant = $1 AND d.device_id = ANY ($3::bigint[]) GROUP BY d.device_id`,
);

const FIELDS_OF_CONNHEX_IDS = statement(
  "shared_fields_of_connhex_ids",
  `SELECT d.connhex_id AS "connhexId", array_remove(array_agg(DISTINCT f.name), NULL) AS fields
   FROM device_identifier i JOIN device d ON d.tenant = $1 AND d.device_id = i.device_id
   JOIN share s ON s.tenant = $1 AND s.partner = $2 AND ${IS_ACTIVE} AND ${COVERS}
   LEFT JOIN LATERAL unnest(s.fields) AS f (name) ON true
   WHERE i.tenant = $1 AND i.kind = 'connhexId' AND i.value = ANY ($3::text[])
   GROUP BY d.connhex_id`,
);

const OF_PARTNER = `s.tenant = $1 AND s.partner = $2 AND ($3::bigint IS NULL OR s.share_id = $3)
  AND ${IS_ACTIVE}`;
const OF_SHARE = "s.tenant = $1 AND $2::text IS NULL AND s.share_id = $3";

function page(direction: "ASC" | "DESC", isPartner: boolean): Statement {
  const bounds = { after: "$4", before: "$5", limit: "$6", direction };
  return statement(
    `shared_devices_${isPartner ? "of_partner" : "of_share"}_${direction}`,
    `SELECT ${DEVICE_COLUMNS} FROM device d WHERE d.tenant = $1 AND d.device_id IN (
       SELECT m.device_id FROM share s CROSS JOIN LATERAL (${devicesOfShare(bounds)}) m
       WHERE ${isPartner ? OF_PARTNER : OF_SHARE})
     ORDER BY d.device_id ${direction} LIMIT $6`,
  );
}

const COUNT_OF_PARTNER = statement(
  "shared_device_count",
  `SELECT count(DISTINCT m.device_id) AS count
   FROM share s CROSS JOIN LATERAL (${devicesOfShare()}) m WHERE ${OF_PARTNER}`,
);

const COUNTS_OF_SHARES = statement(
  "share_device_counts",
  `SELECT s.share_id AS "shareId", count(*) AS count
   FROM share s CROSS JOIN LATERAL (${devicesOfShare()}) m
   WHERE s.tenant = $1 AND s.share_id = ANY ($2::bigint[]) GROUP BY s.share_id`,
);

const BEYOND_ALL_DEVICES = Number.MAX_SAFE_INTEGER;

/** All SQL about which devices are shared. Lives for one request. */
export class SharedDeviceStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
    /** The partner that asks; empty where nobody does who could be one. */
    private readonly partner: string,
  ) {}

  /** By device: the names that are shared with the partner who asks; null where it is not. */
  readonly fieldsOf = loadBy(
    (ids: readonly number[]) =>
      this.sql.rows<{ deviceId: number; fields: string[] }>(FIELDS_OF_DEVICES, [
        this.tenant,
        this.partner,
        ids,
      ]),
    ({ deviceId }) => deviceId,
  );

  /** Of these devices those that are shared with a partner, with the names that are. */
  fieldsByConnhexId(
    partner: string,
    connhexIds: readonly string[],
  ): Promise<{ connhexId: string; fields: string[] }[]> {
    return this.sql.rows(FIELDS_OF_CONNHEX_IDS, [this.tenant, partner, connhexIds]);
  }

  /** The rows of a page and one beyond it, from the page's end. Answer them through `cutPage`. */
  page(of: SharedDevices, { size, after, before, backward }: Page): Promise<DeviceRow[]> {
    return this.sql.rows<DeviceRow>(page(backward ? "DESC" : "ASC", "partner" in of), [
      ...this.which(of),
      after ?? 0,
      before ?? BEYOND_ALL_DEVICES,
      size + 1,
    ]);
  }

  /** How many devices are shared with a partner, or with him by one share. */
  async count(of: { partner: string; shareId: number | null }): Promise<number> {
    const [row] = await this.sql.rows<{ count: number }>(COUNT_OF_PARTNER, this.which(of));
    return row?.count ?? 0;
  }

  /** By share: how many devices it covers now; null for none. */
  readonly countOfShare = loadBy(
    (ids: readonly number[]) =>
      this.sql.rows<{ shareId: number; count: number }>(COUNTS_OF_SHARES, [this.tenant, ids]),
    ({ shareId }) => shareId,
  );

  private which(of: SharedDevices): unknown[] {
    return [this.tenant, "partner" in of ? of.partner : null, of.shareId];
  }
}
