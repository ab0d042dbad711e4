import {
  type BackfillSource,
  backfillSource,
  type EnteredRow,
  pagesOf,
} from "../../../shared/ledger-store/backfill.store.ts";
import { LEDGER_LIMITS } from "../../../shared/ledger-store/limits.ts";
import { selectList } from "../../../shared/postgres/columns.ts";
import { ErasureEntity } from "../erasure/erasure.entity.ts";
import { entryOfErasure } from "./erasure-content.ts";

const ERASURES = pagesOf(
  "erasures",
  "'erasure/' || r.erasure_id",
  (isEntered) => `SELECT ${selectList(ErasureEntity, { prefix: "r." })}, r.erased_by AS actor,
     ${isEntered} AS "isEntered"
   FROM erasure r
   WHERE (r.tenant, r.erasure_id) >
     (coalesce(($1::text[])[1], ''), coalesce(($1::text[])[2]::bigint, 0))
   ORDER BY r.tenant, r.erasure_id LIMIT $2`,
);

/** Erasures, which there were none of before the ledger: read by audits alone. */
export const ERASURE_SOURCE: BackfillSource = backfillSource<ErasureEntity & EnteredRow>({
  source: "erasure",
  page: ERASURES,
  most: LEDGER_LIMITS.backfillRows,
  keyOf: ({ tenant, erasureId }) => [tenant, erasureId],
  entryOf(row, person) {
    if (!person) throw new Error("an erasure has nobody who did it");
    return entryOfErasure(row, person);
  },
});
