import DataLoader from "dataloader";
import { entryText } from "../../../shared/ledger-store/entry.ts";
import type { PersonKeys } from "../../../shared/ledger-store/person-keys.store.ts";
import { selectList } from "../../../shared/postgres/columns.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import { EntryProofs } from "../../../shared/proof/entry-proofs.store.ts";
import { proofText } from "../../../shared/proof/proof.ts";
import { ITEMS_HASH } from "../ledger/backfill.store.ts";
import {
  entryOfRecall,
  type FrozenRecall,
  recallContent,
  recallEntryId,
} from "../ledger/recall-content.ts";
import { RecallEntity } from "../recall/recall.entity.ts";
import type { MadeProof } from "./made-proof.ts";

const FROZEN = statement(
  "proof_of_recalls",
  `SELECT ${selectList(RecallEntity, { prefix: "r." })},
     (SELECT ${ITEMS_HASH} FROM recall_item i
       WHERE i.tenant = r.tenant AND i.recall_id = r.recall_id) AS items
   FROM recall r WHERE r.tenant = $1 AND r.recall_id = ANY ($2::bigint[])`,
);

type RecallRow = FrozenRecall & { frozenBy: string };

/** A recall may have a million items, which are hashed for it. */
const RECALLS_AT_ONCE = 5;

/** Makes the proofs of a tenant's recalls, as they were frozen. Lives for one request. */
export class RecallProofs {
  private readonly entries: EntryProofs;

  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
    private readonly options: { personKeys: PersonKeys; quorum: number },
  ) {
    this.entries = new EntryProofs(sql, tenant, options.quorum);
  }

  readonly of = new DataLoader<number, MadeProof>((recallIds) => this.make(recallIds), {
    maxBatchSize: RECALLS_AT_ONCE,
  });

  private async make(recallIds: readonly number[]): Promise<MadeProof[]> {
    const { sql, tenant, options } = this;
    const proofs = await this.entries.of(recallIds.map(recallEntryId));
    const rows = await sql.rows<RecallRow>(FROZEN, [tenant, recallIds]);
    const found = new Map(rows.map((row) => [row.recallId, row]));
    const isLogged = new Set(recallIds.filter((_, place) => proofs[place]));
    const people = rows.filter((row) => isLogged.has(row.recallId)).map((row) => row.frozenBy);
    const persons = await options.personKeys.learn(sql, tenant, [...new Set(people)]);
    return proofs.map((proof, place): MadeProof => {
      if (!proof) return { state: "NOT_LOGGED_YET" };
      const row = found.get(recallIds[place] ?? 0);
      const person = row && persons.get(row.frozenBy);
      if (!row || !person) throw new Error(`there is no recall ${recallIds[place]}`);
      const expected = entryText(entryOfRecall(tenant, row, person));
      if (expected !== proof.entry) return { state: "DIFFERS" };
      return {
        state: "PROVEN",
        text: proofText({ ...proof, content: recallContent(row, person) }),
      };
    });
  }
}
