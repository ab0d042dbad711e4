import { loadBy } from "../../../shared/load-by.ts";
import type { Page } from "../../../shared/page.ts";
import { columnsOf, selectList } from "../../../shared/postgres/columns.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import { isPlainText } from "../../../shared/text.ts";
import type { Timestamp } from "../../../shared/time.ts";
import { LIMITS } from "../limits.ts";
import { ShareEntity } from "./share.entity.ts";
import { type Grant, type ShareState, VALUE_CRITERIA, type ValueCriterion } from "./share.ts";
import { IS_ACTIVE } from "./share-predicate.store.ts";

/** A share as read, with the end that counts. */
export type ShareRow = Omit<ShareEntity, "tenant"> & {
  endedAt: Timestamp | null;
  endedBy: string | null;
  endReason: string | null;
  state: ShareState;
};

const READ = columnsOf(ShareEntity).flatMap(({ property }) =>
  property === "tenant" ? [] : [property],
);

const SHARES = `SELECT ${selectList(ShareEntity, { prefix: "s.", only: READ })},
    e.ended_at AS "endedAt", e.ended_by AS "endedBy", e.reason AS "endReason",
    CASE WHEN LEAST(s.to_at, e.ended_at) <= now() THEN 'ENDED'
      WHEN s.from_at > now() THEN 'PLANNED' ELSE 'ACTIVE' END AS state
  FROM share s LEFT JOIN LATERAL (SELECT * FROM share_end f
    WHERE f.tenant = s.tenant AND f.share_id = s.share_id ORDER BY f.ended_at LIMIT 1) e ON true`;

const BY_ID = statement(
  "share_by_id",
  `${SHARES} WHERE s.tenant = $1 AND s.share_id = ANY ($2::bigint[])`,
);

const pageIn = (direction: "ASC" | "DESC") =>
  statement(
    `share_page_${direction}`,
    `${SHARES} WHERE s.tenant = $1 AND ($2::text IS NULL OR s.partner = $2)
       AND s.share_id > $3 AND s.share_id < $4 ORDER BY s.share_id ${direction} LIMIT $5`,
  );

const COUNT = statement(
  "share_count",
  "SELECT count(*) AS count FROM share WHERE tenant = $1 AND ($2::text IS NULL OR partner = $2)",
);

const IS_ACTIVE_OF = statement(
  "share_is_active",
  `SELECT 1 FROM share s WHERE s.tenant = $1 AND s.partner = $2 AND s.share_id = $3 AND ${IS_ACTIVE}`,
);

const LASTING = statement(
  "lasting_shares",
  `SELECT count(*) AS count FROM share s WHERE s.tenant = $1 AND s.partner = $2
     AND (s.to_at IS NULL OR s.to_at > now()) AND NOT EXISTS (SELECT FROM share_end e
       WHERE e.tenant = $1 AND e.share_id = s.share_id AND e.ended_at <= now())`,
);

const WRITTEN = columnsOf(ShareEntity).filter(
  ({ property }) => property !== "from" && property !== "grantedAt",
);
const GRANT = statement(
  "grant_share",
  `INSERT INTO share (${WRITTEN.map(({ column }) => column).join(", ")}, from_at, granted_at)
   VALUES (${WRITTEN.map(({ type }, index) => `$${index + 1}::${type}`).join(", ")},
     COALESCE($${WRITTEN.length + 1}::timestamptz, statement_timestamp()), statement_timestamp())`,
);

const DEVICES_NAMED = statement(
  "devices_to_share",
  `SELECT value AS "serialNumber", device_id AS "deviceId" FROM device_identifier
   WHERE tenant = $1 AND kind = 'serialNumber' AND value = ANY ($2::text[])`,
);

const ADD_DEVICES = statement(
  "add_shared_devices",
  `INSERT INTO share_device (tenant, share_id, device_id)
   SELECT $1, $2, named.device_id FROM unnest($3::bigint[]) AS named (device_id)`,
);

const END = statement(
  "end_share",
  `INSERT INTO share_end (tenant, share_id, ended_at, ended_by, recorded_at, reason)
   VALUES ($1, $2, GREATEST($3::timestamptz, statement_timestamp()), $4, statement_timestamp(), $5)
   ON CONFLICT DO NOTHING`,
);

const BEYOND_ALL_SHARES = Number.MAX_SAFE_INTEGER;

/** All SQL about shares themselves. Lives for one request. */
export class ShareStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  readonly byId = loadBy(
    (ids: readonly number[]) => this.sql.rows<ShareRow>(BY_ID, [this.tenant, ids]),
    ({ shareId }) => shareId,
  );

  forget(): void {
    this.byId.clearAll();
  }

  /** The rows of a page and one beyond it, from the page's end. Answer them through `cutPage`. */
  page(partner: string | null, { size, after, before, backward }: Page): Promise<ShareRow[]> {
    const bounds = [after ?? 0, before ?? BEYOND_ALL_SHARES, size + 1];
    return this.sql.rows(pageIn(backward ? "DESC" : "ASC"), [this.tenant, partner, ...bounds]);
  }

  async count(partner: string | null): Promise<number> {
    const [row] = await this.sql.rows<{ count: number }>(COUNT, [this.tenant, partner]);
    return row?.count ?? 0;
  }

  async isActiveOf(partner: string, shareId: number): Promise<boolean> {
    const rows = await this.sql.rows(IS_ACTIVE_OF, [this.tenant, partner, shareId]);
    return rows.length > 0;
  }

  /** How many shares of a partner are active or planned. */
  async countLasting(partner: string): Promise<number> {
    const [row] = await this.sql.rows<{ count: number }>(LASTING, [this.tenant, partner]);
    return row?.count ?? 0;
  }

  /** The ids of the devices that are recorded under these serial numbers. */
  async devicesNamed(serialNumbers: readonly string[]): Promise<Map<string, number>> {
    const most = LIMITS.serialNumberCharacters;
    const rows = await this.sql.rows<{ serialNumber: string; deviceId: number }>(DEVICES_NAMED, [
      this.tenant,
      serialNumbers.filter((value) => isPlainText(value, most)),
    ]);
    return new Map(rows.map(({ serialNumber, deviceId }) => [serialNumber, deviceId]));
  }

  async grant(
    shareId: number,
    grant: Grant,
    by: { grantedBy: string; deviceIds: readonly number[] },
  ): Promise<void> {
    const values = valuesOf(grant, { tenant: this.tenant, shareId, grantedBy: by.grantedBy });
    const written = WRITTEN.map(({ property }) => values[property] ?? null);
    await this.sql.rows(GRANT, [...written, grant.from]);
    if (by.deviceIds.length === 0) return;
    await this.sql.rows(ADD_DEVICES, [this.tenant, shareId, by.deviceIds]);
  }

  async end(
    shareId: number,
    end: { at: Timestamp | null; endedBy: string; reason: string },
  ): Promise<void> {
    await this.sql.rows(END, [this.tenant, shareId, end.at, end.endedBy, end.reason]);
  }
}

/** A grant by the properties of its row. */
function valuesOf(
  { partner, kind, fields, group, criteria, to, reason }: Grant,
  keys: { tenant: string; shareId: number; grantedBy: string },
): Partial<Record<string, unknown>> {
  const asked = Object.keys(VALUE_CRITERIA) as ValueCriterion[];
  return {
    ...criteria,
    ...Object.fromEntries(asked.map((field) => [VALUE_CRITERIA[field], criteria?.[field]])),
    ...keys,
    ...{ partner, kind, fields, to, reason },
    groupField: group?.field,
    groupValues: group?.values,
  };
}
