import {
  afterKey,
  type BackfillSource,
  backfillSource,
  type EnteredRow,
  pagesOf,
} from "../../../shared/ledger-store/backfill.store.ts";
import { LEDGER_LIMITS } from "../../../shared/ledger-store/limits.ts";
import { selectList } from "../../../shared/postgres/columns.ts";
import { CloudIdentityRevisionEntity } from "../identity/identity-revision.entity.ts";
import { OwnershipRevisionEntity } from "../ownership/ownership-revision.entity.ts";
import { entryOfIdentityRevision, entryOfOwnershipRevision } from "./ownership-content.ts";

const pageOf = (table: string, entity: abstract new () => object, id: string) =>
  pagesOf(
    table,
    id,
    (isEntered) => `SELECT ${selectList(entity, { prefix: "r." })}, ${isEntered} AS "isEntered"
     FROM ${table} r
     WHERE (r.tenant, r.connhex_id, r.revision) > (${afterKey(1, "text", "''")},
       ${afterKey(2, "text", "''")}, ${afterKey(3, "integer", "0")})
     ORDER BY r.tenant, r.connhex_id, r.revision LIMIT $2`,
  );

interface Key {
  tenant: string;
  connhexId: string;
  revision: number;
}
const keyOf = ({ tenant, connhexId, revision }: Key) => [tenant, connhexId, revision];

/** What of Ownership was there before the ledger. */
export const BACKFILL_SOURCES: readonly BackfillSource[] = [
  backfillSource<CloudIdentityRevisionEntity & EnteredRow>({
    source: "cloud_identity_revision",
    page: pageOf(
      "cloud_identity_revision",
      CloudIdentityRevisionEntity,
      "'provisioning/' || r.connhex_id || '/' || r.revision",
    ),
    most: LEDGER_LIMITS.backfillRows,
    keyOf,
    entryOf: entryOfIdentityRevision,
  }),
  backfillSource<OwnershipRevisionEntity & EnteredRow>({
    source: "ownership_revision",
    page: pageOf(
      "ownership_revision",
      OwnershipRevisionEntity,
      "'ownership/' || r.ownership_id || '/' || r.revision",
    ),
    most: LEDGER_LIMITS.backfillRows,
    keyOf,
    entryOf(row, person) {
      if (!person) throw new Error("a change of an owner has no actor");
      return entryOfOwnershipRevision(row, person);
    },
  }),
];
