import {
  afterKey,
  type BackfillSource,
  backfillSource,
  type EnteredRow,
  pagesOf,
} from "../../../shared/ledger-store/backfill.store.ts";
import type { Person } from "../../../shared/ledger-store/commitment.ts";
import { LEDGER_LIMITS } from "../../../shared/ledger-store/limits.ts";
import { selectList } from "../../../shared/postgres/columns.ts";
import type { Timestamp } from "../../../shared/time.ts";
import { DeviceRevisionEntity } from "../device/device-revision.entity.ts";
import { RecallEntity } from "../recall/recall.entity.ts";
import { entryOfRecall, entryOfWithdrawal, type FrozenRecall } from "./recall-content.ts";
import { entryOfRow, type RevisionRow } from "./revision-content.ts";

type RevisionToEnter = RevisionRow & EnteredRow;

const REVISIONS = pagesOf(
  "revisions",
  "'revision/' || r.device_id || '/' || r.revision",
  (isEntered) => `SELECT ${selectList(DeviceRevisionEntity, { prefix: "r." })},
     ${isEntered} AS "isEntered"
   FROM device_revision r
   WHERE (r.device_id, r.revision) >
     (${afterKey(1, "bigint", "0")}, ${afterKey(2, "integer", "0")})
   ORDER BY r.device_id, r.revision LIMIT $2`,
);

/**
 * SHA-256 over the items of a frozen recall in the order of their ids: a line each, of device id,
 * revision, serial number and connhexId, with tabs between them.
 */
export const ITEMS_HASH = `encode(sha256(convert_to(coalesce(string_agg(
  device_id || E'\\t' || revision || E'\\t' || serial_number || E'\\t'
    || coalesce(connhex_id, '') || E'\\n', '' ORDER BY device_id), ''), 'UTF8')), 'hex')`;

const RECALLS = pagesOf(
  "recalls",
  "'recall/' || r.recall_id",
  (isEntered) => `SELECT ${selectList(RecallEntity, { prefix: "r." })}, r.frozen_by AS actor,
     (SELECT ${ITEMS_HASH} FROM recall_item i
       WHERE i.tenant = r.tenant AND i.recall_id = r.recall_id) AS items,
     ${isEntered} AS "isEntered"
   FROM recall r WHERE r.recall_id > ${afterKey(1, "bigint", "0")}
   ORDER BY r.recall_id LIMIT $2`,
);
const WITHDRAWALS = pagesOf(
  "withdrawals",
  "'recall/' || w.recall_id || '/withdrawal'",
  (
    isEntered,
  ) => `SELECT w.tenant, w.recall_id AS "recallId", w.withdrawn_at AS "withdrawnAt", w.reason,
     w.withdrawn_by AS actor,
     ${isEntered} AS "isEntered"
   FROM recall_withdrawal w WHERE w.recall_id > ${afterKey(1, "bigint", "0")}
   ORDER BY w.recall_id LIMIT $2`,
);

const RECALLS_AT_ONCE = 20;

type RecallToEnter = FrozenRecall & EnteredRow;
type WithdrawalToEnter = EnteredRow & {
  recallId: number;
  withdrawnAt: Timestamp;
  reason: string;
};

/** What of Manufacturing was there before the ledger. */
export const BACKFILL_SOURCES: readonly BackfillSource[] = [
  backfillSource<RevisionToEnter>({
    source: "device_revision",
    page: REVISIONS,
    most: LEDGER_LIMITS.backfillRows,
    keyOf: ({ deviceId, revision }) => [deviceId, revision],
    entryOf: (row, person) => entryOfRow(row.tenant, row, known(person)),
  }),
  backfillSource<RecallToEnter>({
    source: "recall",
    page: RECALLS,
    most: RECALLS_AT_ONCE,
    keyOf: ({ recallId }) => [recallId],
    entryOf: (row, person) => entryOfRecall(row.tenant, row, known(person)),
  }),
  backfillSource<WithdrawalToEnter>({
    source: "recall_withdrawal",
    page: WITHDRAWALS,
    most: LEDGER_LIMITS.backfillRows,
    keyOf: ({ recallId }) => [recallId],
    entryOf: (row, person) => entryOfWithdrawal(row.tenant, row, known(person)),
  }),
];

/** Whoever changes something in Manufacturing has a name. */
function known(person: Person | null): Person {
  if (person) return person;
  throw new Error("a row has no actor");
}
