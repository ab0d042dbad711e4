import {
  afterKey,
  type BackfillSource,
  backfillSource,
  type EnteredRow,
  pagesOf,
} from "../../../shared/ledger-store/backfill.store.ts";
import { LEDGER_LIMITS } from "../../../shared/ledger-store/limits.ts";
import { selectList } from "../../../shared/postgres/columns.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import { ErasureEntity } from "../erasure/erasure.entity.ts";
import { entryOfErasure } from "./erasure-content.ts";

const ERASURES = pagesOf(
  "erasures",
  "'erasure/' || r.erasure_id",
  (isEntered) => `SELECT ${selectList(ErasureEntity, { prefix: "r." })}, r.erased_by AS actor,
     ${isEntered} AS "isEntered"
   FROM erasure r
   WHERE (r.tenant, r.erasure_id) >
     (${afterKey(1, "text", "''")}, ${afterKey(2, "bigint", "0")})
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

const ERASED_OWNERS = statement(
  "ledger_erased_owners",
  'SELECT DISTINCT tenant, owner_id AS "ownerId" FROM erasure',
);

/** Of a change of owners, what tells whom it is about. */
interface OwnedRow {
  tenant: string;
  connhexId: string;
  ownerId: number | null;
}

/**
 * Says of the source of changes of owners which rows may have lost their texts: those of an owner
 * whose erasure is recorded, and the one behind them, which may be his doing.
 */
export async function erasableOwnerships(
  sql: Sql,
): Promise<(source: BackfillSource) => BackfillSource & { mayBeErased?(row: object): boolean }> {
  const owners = await sql.rows<Pick<OwnedRow, "tenant" | "ownerId">>(ERASED_OWNERS);
  const erased = new Set(owners.map(({ tenant, ownerId }) => `${tenant} ${ownerId}`));
  const isHis = ({ tenant, ownerId }: OwnedRow) => erased.has(`${tenant} ${ownerId}`);
  return (source) => {
    if (source.source !== "ownership_revision") return source;
    let before: OwnedRow | null = null;
    return {
      ...source,
      mayBeErased(row) {
        const own = row as OwnedRow;
        const last = before;
        before = own;
        if (isHis(own)) return true;
        return last?.tenant === own.tenant && last.connhexId === own.connhexId && isHis(last);
      },
    };
  };
}
