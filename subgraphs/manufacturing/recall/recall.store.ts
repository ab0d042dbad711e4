import type { Person } from "../../../shared/ledger-store/commitment.ts";
import { contentSql, enterSql } from "../../../shared/ledger-store/entry-sql.store.ts";
import { loadBy, loadManyBy } from "../../../shared/load-by.ts";
import type { Page } from "../../../shared/page.ts";
import { columnsOf, selectList } from "../../../shared/postgres/columns.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import type { Timestamp } from "../../../shared/time.ts";
import { ITEMS_HASH } from "../ledger/backfill.store.ts";
import { FROZEN, RECALL_CONTENT, WITHDRAWAL_CONTENT, WITHDRAWN } from "../ledger/recall-content.ts";
import { LIMITS } from "../limits.ts";
import type { Criteria } from "../recall-scope/criteria.ts";
import { criteriaSql } from "../recall-scope/criteria-sql.store.ts";
import type { DeviceSet } from "../recall-scope/device-set.ts";
import { RecallEntity } from "./recall.entity.ts";
import type { RecallState } from "./recall.ts";

/** A recall as read, with its end. */
export type RecallRow = Omit<RecallEntity, "tenant"> & {
  withdrawnAt: Timestamp | null;
  withdrawnBy: string | null;
  withdrawalReason: string | null;
  state: RecallState;
};

/** What is to be frozen. */
export type Freezing = Pick<
  RecallEntity,
  "recallId" | "title" | "criteria" | "sentence" | "knownAt" | "reason" | "frozenBy"
>;

const READ = columnsOf(RecallEntity).flatMap(({ property }) =>
  property === "tenant" ? [] : [property],
);

const RECALLS = `SELECT ${selectList(RecallEntity, { prefix: "r.", only: READ })},
    w.withdrawn_at AS "withdrawnAt", w.withdrawn_by AS "withdrawnBy",
    w.reason AS "withdrawalReason",
    CASE WHEN w.recall_id IS NULL THEN 'OPEN' ELSE 'WITHDRAWN' END AS state
  FROM recall r LEFT JOIN recall_withdrawal w ON w.tenant = r.tenant AND w.recall_id = r.recall_id`;

const BY_ID = statement(
  "recall_by_id",
  `${RECALLS} WHERE r.tenant = $1 AND r.recall_id = ANY ($2::bigint[])`,
);

const pageIn = (direction: "ASC" | "DESC") =>
  statement(
    `recall_page_${direction}`,
    `${RECALLS} WHERE r.tenant = $1 AND r.recall_id > $2 AND r.recall_id < $3
     ORDER BY r.recall_id ${direction} LIMIT $4`,
  );

const COUNT = statement("recall_count", "SELECT count(*) AS count FROM recall WHERE tenant = $1");

const OPEN = statement(
  "open_recalls",
  `${RECALLS} WHERE r.tenant = $1 AND w.recall_id IS NULL ORDER BY r.recall_id LIMIT $2`,
);

const OF_DEVICES = statement(
  "recalls_of_devices",
  `SELECT i.device_id AS "deviceId", i.recall_id AS "recallId" FROM recall_item i
   WHERE i.tenant = $1 AND i.device_id = ANY ($2::bigint[]) ORDER BY i.recall_id`,
);

const WITHDRAW = statement(
  "withdraw_recall",
  `WITH withdrawn AS (
     INSERT INTO recall_withdrawal (tenant, recall_id, withdrawn_at, withdrawn_by, reason)
     VALUES ($1, $2, statement_timestamp(), $3, $4) ON CONFLICT DO NOTHING RETURNING *
   ), entered AS (${enterSql({
     ...{ from: "withdrawn w", tenant: "w.tenant", at: "w.withdrawn_at", type: "RECALL" },
     ...{ id: "'recall/' || w.recall_id || '/withdrawal'", actor: "$5::text" },
     content: contentSql(WITHDRAWAL_CONTENT, { kind: `'${WITHDRAWN}'::text`, reason: "$6::text" }),
   })})
   SELECT recall_id FROM withdrawn`,
);

const BEYOND_ALL_RECALLS = Number.MAX_SAFE_INTEGER;

/** Behind the values of the recall itself. */
const SET_PARAMETERS = 11;

const ENTERED = enterSql({
  ...{ from: "saved r CROSS JOIN sealed s", tenant: "r.tenant", at: "r.frozen_at", type: "RECALL" },
  ...{ id: "'recall/' || r.recall_id", actor: "$9::text" },
  content: contentSql(RECALL_CONTENT, {
    ...{ criteria: "r.criteria", deviceCount: "r.device_count", hash: "r.hash", items: "s.items" },
    ...{ kind: `'${FROZEN}'::text`, knownAt: "r.known_at", reason: "$10::text" },
    ...{ sentence: "r.sentence", title: "r.title" },
  }),
});

/** Of the serial numbers of a set, in the order of their bytes, each followed by a line feed. */
export const FROZEN_HASH = `encode(sha256(convert_to(COALESCE(
  string_agg(serial_number || E'\\n', '' ORDER BY serial_number COLLATE "C"), ''), 'UTF8')), 'hex')`;

/** One statement, hence one moment: the set, its count and its hash cannot differ. */
function freezing(devices: DeviceSet): string {
  return `WITH frozen AS (
      INSERT INTO recall_item (tenant, recall_id, device_id, serial_number, connhex_id, revision)
      SELECT $1, $2::bigint, d.device_id, d.serial_number, d.connhex_id, d.revision
      FROM device d WHERE d.tenant = $1 AND d.device_id IN (${devices.text})
      RETURNING device_id, revision, serial_number, connhex_id
    ), saved AS (
      INSERT INTO recall (tenant, recall_id, title, criteria, sentence, known_at, reason, frozen_by,
        frozen_at, device_count, hash)
      SELECT $1, $2::bigint, $3::text, $4::text, $5::text, $6::timestamptz, $7::text, $8::text,
        statement_timestamp(), count(*),
        ${FROZEN_HASH}
      FROM frozen RETURNING *
    ), sealed AS (SELECT ${ITEMS_HASH} AS items FROM frozen
    ), entered AS (${ENTERED})
    SELECT device_count AS count FROM saved`;
}

/** All SQL about frozen recalls. Lives for one request. */
export class RecallStore {
  private open: Promise<RecallRow[]> | undefined;

  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  readonly byId = loadBy(
    (ids: readonly number[]) => this.sql.rows<RecallRow>(BY_ID, [this.tenant, ids]),
    ({ recallId }) => recallId,
  );

  /** The recalls that hold a device, withdrawn ones among them. */
  readonly ofDevice = loadManyBy(
    (ids: readonly number[]) =>
      this.sql.rows<{ deviceId: number; recallId: number }>(OF_DEVICES, [this.tenant, ids]),
    ({ deviceId }) => deviceId,
  );

  forget(): void {
    this.byId.clearAll();
    this.ofDevice.clearAll();
    this.open = undefined;
  }

  /** The rows of a page and one beyond it, from the page's end. Answer them through `cutPage`. */
  page({ size, after, before, backward }: Page): Promise<RecallRow[]> {
    const bounds = [after ?? 0, before ?? BEYOND_ALL_RECALLS, size + 1];
    return this.sql.rows(pageIn(backward ? "DESC" : "ASC"), [this.tenant, ...bounds]);
  }

  async count(): Promise<number> {
    const [row] = await this.sql.rows<{ count: number }>(COUNT, [this.tenant]);
    return row?.count ?? 0;
  }

  /** The recalls that hold, and one more than may be: read once a request. */
  openOnes(): Promise<RecallRow[]> {
    this.open ??= this.sql.rows<RecallRow>(OPEN, [this.tenant, LIMITS.openRecalls + 1]);
    return this.open;
  }

  /** Freezes the devices that criteria give, with their count and hash; answers the count. */
  async freeze(asked: Criteria, recall: Freezing, person: Person): Promise<number> {
    const { recallId, title, criteria, sentence, knownAt, reason, frozenBy } = recall;
    const values = [recallId, title, criteria, sentence, knownAt, reason, frozenBy];
    values.push(person.actor, person.commit(reason));
    const devices = criteriaSql(asked, { knownAt, firstParameter: SET_PARAMETERS });
    const [row] = await this.sql.run<{ count: number }>(
      freezing(devices),
      [this.tenant, ...values, ...devices.parameters],
      { statementTimeoutMs: LIMITS.freezingTimeoutMs },
    );
    return row?.count ?? 0;
  }

  /** Answers whether this was the withdrawal, and not an earlier one. */
  async withdraw(recallId: number, reason: string, person: Person): Promise<boolean> {
    const { subject, actor } = person;
    const values = [this.tenant, recallId, subject, reason, actor, person.commit(reason)];
    return (await this.sql.rows(WITHDRAW, values)).length > 0;
  }

  /** The devices of a set, however many were asked about. */
  async idsOf(devices: DeviceSet, asked: readonly number[]): Promise<number[]> {
    const rows = await this.sql.run<{ deviceId: number }>(
      `SELECT s.device_id AS "deviceId" FROM (${devices.text}) s`,
      [this.tenant, asked, ...devices.parameters],
    );
    return rows.map(({ deviceId }) => deviceId);
  }
}
