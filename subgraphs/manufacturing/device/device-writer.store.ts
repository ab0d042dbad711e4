import type { Caller } from "../../../shared/caller.ts";
import { columnsOf } from "../../../shared/postgres/columns.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { FieldDefinition } from "../field-definition/field-definition.ts";
import { LIMITS } from "../limits.ts";
import { groupChanges } from "../production-group/production-group.ts";
import { FIELDS_WITH_RECORDED_VALUES } from "../recall-scope/criterion-field.ts";
import { type DeviceRow, DeviceStore } from "./device.store.ts";
import type { DueChange } from "./device.ts";
import { DeviceRecordColumns } from "./device-record.entity.ts";
import { DeviceRevisionEntity } from "./device-revision.entity.ts";

/** Who says it, why, from where, and from when it is true; null: from now. */
export interface Stamp {
  actor: string;
  reason: string | null;
  source: string | null;
  effectiveAt: Timestamp | null;
}

/** The stamp of what a caller says. */
export function stampOf(
  caller: Caller,
  { source, effectiveAt }: { source: string | null; effectiveAt: Timestamp | null },
  reason: string | null = null,
): Stamp {
  return { actor: caller.subject, reason, source: source ?? caller.client, effectiveAt };
}

/** A row of a batch: its device, and the rule that judges it against what is known of it. */
export interface Row<Result> {
  serialNumber: string;
  judge(known: DeviceRow | null): Judgement<Result>;
}

/** What becomes of a row, provided that its change, where it has one, can be written. */
  /** Further revisions of the device, each after the one before; only where there is a change. */
  further?: readonly (DueChange & Stamp)[];
export interface Judgement<Result> {
  result: Result;
  change: (DueChange & Stamp) | null;
}

/** Somebody else took an identifier between judging and writing: begin the transaction again. */
export class IdentifierTaken extends Error {}

interface Due {
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

const INPUT = `input AS MATERIALIZED (SELECT * FROM json_to_recordset($2::json) AS given (
  ${GIVEN.map(({ property, type }) => `"${property}" ${type}`).join(", ")}))`;

/** One statement writes revision, memberships and what followers are told; a ledger entry will be one more part of it. */
const REVISION_AND_GROUPS = `new_revision AS (
    INSERT INTO device_revision (tenant, device_id, revision, recorded_at, effective_at, actor,
      reason, source, changed, ${COLUMNS})
    SELECT $1, w.device_id, i.revision, w.recorded_at, COALESCE(i."effectiveAt", w.recorded_at),
      i.actor, i.reason, i.source, i.changed, ${VALUES}
    FROM input i JOIN written w ON w.device_id = i."deviceId"
  ), new_group AS (
    INSERT INTO device_group (tenant, field, value, device_id, from_revision)
    SELECT $1, g.field, g.value, w.device_id, g."fromRevision"
    FROM json_to_recordset($3::json)
      AS g ("deviceId" bigint, "fromRevision" integer, field text, value text)
    JOIN written w ON w.device_id = g."deviceId"
  ), new_value AS (
    INSERT INTO recorded_value (tenant, field, value)
    SELECT DISTINCT $1, v.field, v.value
    FROM json_to_recordset($4::json) AS v (field text, value text, "deviceIds" bigint[])
    WHERE EXISTS (SELECT FROM written w WHERE w.device_id = ANY (v."deviceIds"))
      AND NOT EXISTS (SELECT FROM recorded_value k
        WHERE k.tenant = $1 AND k.field = v.field AND k.value = v.value)
    ORDER BY v.field, v.value ON CONFLICT DO NOTHING
  ), new_change AS (
    INSERT INTO device_change (tenant, device_ids, revisions)
    SELECT $1, array_agg(i."deviceId"), array_agg(i.revision)
    FROM input i JOIN written w ON w.device_id = i."deviceId" HAVING count(*) > 0
  )
    beforeJudging: (devices: readonly DeviceRow[]) => Promise<void>,
  SELECT device_id AS "deviceId" FROM written`;

const INSERT_NEW = statement(
    const failure = known.find((device) => device instanceof Error);
    if (failure) throw failure;
    await beforeJudging((known as (DeviceRow | null)[]).filter((device) => device !== null));
  "insert_new_devices",
  `WITH ${INPUT}, written AS (
    INSERT INTO device (tenant, device_id, revision, recorded_at, ${COLUMNS})
    SELECT $1, i."deviceId", i.revision, statement_timestamp(), ${VALUES} FROM input i
    RETURNING device_id, recorded_at
  ), ${REVISION_AND_GROUPS}`,
);

    await this.writeFurther(due.filter((one) => written.has(serialNumberOf(one))));
// The guard `revision - 1` lets a change through only where nobody else made one meanwhile.
const REVISE_KNOWN = statement(
  "revise_known_devices",
  `WITH ${INPUT}, written AS (
    UPDATE device d SET (revision, recorded_at, ${COLUMNS}) = ROW (i.revision,
      GREATEST(statement_timestamp(), d.recorded_at + interval '1 microsecond'), ${VALUES})
    FROM input i
    WHERE d.tenant = $1 AND d.device_id = i."deviceId" AND d.revision = i.revision - 1
    RETURNING d.device_id, d.recorded_at
  ), ${REVISION_AND_GROUPS}`,
);

const CLAIM = statement(
  "claim_identifiers",
  `INSERT INTO device_identifier (tenant, kind, value, device_id)
   SELECT $1, $2, claim.value, claim.device_id
   FROM unnest($3::text[], $4::bigint[]) AS claim (value, device_id) ORDER BY claim.value
   ON CONFLICT DO NOTHING RETURNING value`,
);

/**
 * The one way in which devices change: within the transaction that it is made for, each change
 * becomes a revision, the device's present state, its memberships and its identifiers, together or
 * not at all.
 */
export class DeviceWriter {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
    private readonly definitions: () => Promise<FieldDefinition[]>,
    /** Ids for new devices, reserved before the transaction began. */
    private readonly nextId: () => number,
  ) {}

  /**
   * Judges the rows, each of another device, and writes what is due. A row whose device somebody
   * else changed meanwhile is judged again; null where that happened at each try. `beforeJudging`
  /** Nobody else comes between: a device that was written is locked until the transaction ends. */
  private async writeFurther(first: readonly (Due & Pick<Judgement<unknown>, "further">)[]) {
    let before = first;
    while (before.length > 0) {
      const next = before.flatMap(({ further: [change, ...further] = [], ...due }) => {
        if (!change) return [];
        const known = { ...due.known, ...due.change.record } as DeviceRow;
        return [{ ...due, known, revision: due.revision + 1, change, further }];
      });
      const written = await this.write(next);
      if (written.size < next.length) throw new Error("a device changed while it was locked");
      before = next;
    }
  }

   * is told the devices each time, for rules that need more of them than how they are now.
   */
  async settle<Result>(
    rows: readonly Row<Result>[],
    beforeJudging: (devices: readonly DeviceRow[]) => Promise<void> = async () => undefined,
  ): Promise<(Result | null)[]> {
    const results = new Map<string, Result>();
    let pending = rows;
    for (let attempt = 1; attempt <= LIMITS.judgingTries && pending.length > 0; attempt++) {
      pending = await this.attempt(pending, results, beforeJudging);
    }
    return rows.map(({ serialNumber }) => results.get(serialNumber) ?? null);
  }

  private async attempt<Result>(
    rows: readonly Row<Result>[],
    results: Map<string, Result>,
  ): Promise<Row<Result>[]> {
    const devices = new DeviceStore(this.sql, this.tenant);
    const known = await devices.bySerialNumber.loadMany(rows.map((row) => row.serialNumber));
    const judged = rows.map((row, place) => {
      const device = (known[place] ?? null) as DeviceRow | null;
      return { row, device, ...row.judge(device) };
    });
    const due = judged.flatMap(({ change, device, further }) =>
      change ? [{ ...this.due(change, device), further: further ?? [] }] : [],
    );
    const written = await this.write(due);
    const isSettled = ({ row, change }: (typeof judged)[number]) =>
      change === null || written.has(row.serialNumber);
    for (const one of judged.filter(isSettled)) results.set(one.row.serialNumber, one.result);
    return judged.filter((one) => !isSettled(one)).map(({ row }) => row);
  }

  private due(change: DueChange & Stamp, known: DeviceRow | null): Due {
    return {
      known,
      deviceId: known?.deviceId ?? this.nextId(),
      revision: (known?.revision ?? 0) + 1,
      change,
    };
  }

  /** The serial numbers of the devices that were written. */
  private async write(due: readonly Due[]): Promise<Set<string>> {
    const fresh = due.filter(({ known }) => known === null);
    const claimed = await this.claim("serialNumber", fresh);
    // In one order, so that batches that overlap wait for each other and do not block each other.
    const revised = due
      .filter(({ known }) => known !== null)
      .sort((one, other) => one.deviceId - other.deviceId);
    const written = [
      ...(await this.send(
        INSERT_NEW,
        fresh.filter((one) => claimed.has(serialNumberOf(one))),
      )),
      ...(await this.send(REVISE_KNOWN, revised)),
    ];
    const linked = written.filter(({ change }) => change.changed.includes("connhexId"));
    const links = await this.claim("connhexId", linked);
    // Only a race gets here: the rules have seen that the connhexId was free.
    if (links.size < linked.length) throw new IdentifierTaken();
    return new Set(written.map(serialNumberOf));
  }

  /** The values that were free, and are these devices' now. */
  private async claim(
    kind: "serialNumber" | "connhexId",
    due: readonly Due[],
  ): Promise<Set<string>> {
    if (due.length === 0) return new Set();
    const rows = await this.sql.rows<{ value: string }>(CLAIM, [
      this.tenant,
      kind,
      due.map(({ change }) => change.record[kind]),
      due.map(({ deviceId }) => deviceId),
    ]);
    return new Set(rows.map(({ value }) => value));
  }

  private async send(text: typeof INSERT_NEW, due: readonly Due[]): Promise<Due[]> {
    if (due.length === 0) return [];
    const definitions = await this.definitions();
    const revisions = due.map(({ deviceId, revision, change: { record, ...change } }) => ({
      ...record,
      ...change,
      deviceId,
      revision,
    }));
    const memberships = due.flatMap(({ known, deviceId, revision, change }) =>
      groupChanges(known, change.record, definitions).map((group) => ({
        ...group,
        deviceId,
        fromRevision: revision,
      })),
    );
    const rows = await this.sql.rows<{ deviceId: number }>(text, [
      this.tenant,
      JSON.stringify(revisions),
      JSON.stringify(memberships),
      JSON.stringify(valuesOf(due)),
    ]);
    const written = new Set(rows.map(({ deviceId }) => deviceId));
    return due.filter(({ deviceId }) => written.has(deviceId));
  }
}

/** The new values of fields of few values, each with the devices that have it. */
function valuesOf(due: readonly Due[]): { field: string; value: string; deviceIds: number[] }[] {
  const known = new Map<string, { field: string; value: string; deviceIds: number[] }>();
  for (const { deviceId, change } of due) {
    for (const field of FIELDS_WITH_RECORDED_VALUES) {
      const value = change.record[field];
      if (value === null || !change.changed.includes(field)) continue;
      const key = `${field} ${value}`;
      const same = known.get(key);
      if (same) same.deviceIds.push(deviceId);
      else known.set(key, { field, value, deviceIds: [deviceId] });
    }
  }
  return [...known.values()];
}

function serialNumberOf({ change }: Due): string {
  return change.record.serialNumber;
}
