import type { ChangeBatch } from "../../../shared/graph/subgraph-service.ts";
import { columnsOf, selectList } from "../../../shared/postgres/columns.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import { DeviceRecordColumns } from "../device/device-record.entity.ts";
import { GROUP_FIELDS } from "../device/device-record.ts";
import { FieldDefinitionStore } from "../field-definition/field-definition.store.ts";
import { LIMITS } from "../limits.ts";
import { deviceChange, type FollowedState, NAMING_FIELDS } from "./device-change.ts";

const FOLLOWED = columnsOf(DeviceRecordColumns)
  .map(({ property }) => property)
  .filter((name) => [...NAMING_FIELDS, ...GROUP_FIELDS, "attributes"].includes(name));
const STATE = selectList(DeviceRecordColumns, { prefix: "r.", only: FOLLOWED });

const HERE = statement("change_position", "SELECT pg_current_snapshot()::text AS position");

/**
 * What has become visible since a position, which is a snapshot: all that was committed meanwhile,
 * once, however long its transaction took. A statement has one snapshot, so the position that it
 * answers is that of the rows that it saw.
 */
const SINCE = statement(
  "changes_since",
  `SELECT pg_current_snapshot()::text AS position,
     pg_snapshot_xmax(pg_current_snapshot()) < pg_snapshot_xmax($2::pg_snapshot) AS "isElsewhere",
     told.device_ids AS "deviceIds", told.revisions
   FROM (VALUES (1)) AS always LEFT JOIN (
     SELECT device_ids, revisions, sum(cardinality(device_ids)) OVER (
       ORDER BY transaction_id ROWS UNBOUNDED PRECEDING) - cardinality(device_ids) AS before
     FROM device_change
     WHERE tenant = $1 AND transaction_id >= pg_snapshot_xmin($2::pg_snapshot)
       AND NOT pg_visible_in_snapshot(transaction_id, $2::pg_snapshot)
   ) told ON told.before <= $3`,
);

const STATES = statement(
  "changed_states",
  `SELECT c.device_id AS "deviceId", c.revision AS "toldRevision", r.revision, ${STATE}
   FROM unnest($2::bigint[], $3::int[]) AS c (device_id, revision)
   JOIN device_revision r ON r.device_id = c.device_id AND r.revision IN (c.revision, c.revision - 1)
   WHERE r.tenant = $1`,
);

interface ToldRow {
  position: string;
  isElsewhere: boolean;
  deviceIds: (string | number)[] | null;
  revisions: number[] | null;
}
type StateRow = FollowedState & { deviceId: number; toldRevision: number; revision: number };

/** Reads what changed. Lives as long as somebody follows. */
export class DeviceChangeStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  /** Where one begins who wants to be told of everything that is committed from now on. */
  async position(): Promise<string> {
    const [row] = await this.sql.rows<{ position: string }>(HERE);
    return row?.position ?? "";
  }

  /** Everything that was committed since, or that it was too much, or cannot be said. */
  async since(position: string): Promise<ChangeBatch> {
    const most = LIMITS.changesAtOnce;
    const rows = await this.sql.rows<ToldRow>(SINCE, [this.tenant, position, most]);
    const told = rows.map(({ deviceIds, revisions }) => ({
      deviceIds: (deviceIds ?? []).map(Number),
      revisions: revisions ?? [],
    }));
    const deviceIds = told.flatMap((row) => row.deviceIds);
    const revisions = told.flatMap((row) => row.revisions);
    // A restored database counts its transactions anew: the position says nothing there.
    const isElsewhere = rows[0]?.isElsewhere ?? false;
    const isMissed = isElsewhere || deviceIds.length > most;
    return {
      position: rows[0]?.position ?? position,
      isMissed,
      changes: isMissed ? [] : await this.changesOf(deviceIds, revisions),
    };
  }

  private async changesOf(
    deviceIds: number[],
    revisions: number[],
  ): Promise<ChangeBatch["changes"]> {
    if (deviceIds.length === 0) return [];
    const definitions = await new FieldDefinitionStore(this.sql, this.tenant).all();
    const rows = await this.sql.rows<StateRow>(STATES, [this.tenant, deviceIds, revisions]);
    const key = (deviceId: number, revision: number) => `${deviceId}.${revision}`;
    const states = new Map(rows.map((row) => [key(row.deviceId, row.revision), row]));
    return deviceIds.flatMap((deviceId, place) => {
      const revision = revisions[place] ?? 0;
      const after = states.get(key(deviceId, revision));
      const before = states.get(key(deviceId, revision - 1)) ?? null;
      return after ? [deviceChange(before, after, definitions)] : [];
    });
  }
}
