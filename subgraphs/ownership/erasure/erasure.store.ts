import type { Page } from "../../../shared/page.ts";
import { columnsOf, selectList } from "../../../shared/postgres/columns.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import { enterErasures } from "../ledger/erasure-entries.store.ts";
import { ErasureEntity } from "./erasure.entity.ts";
import type { Erasure } from "./erasure.ts";

/** An owner whose row this transaction holds. */
export interface HeldOwner {
  subject: string | null;
  isErased: boolean;
}

/** A text of the history of ownerships that is to be erased. */
export interface NamingChange {
  connhexId: string;
  revision: number;
  actor: string;
  reason: string | null;
  /** Of reasons that have a key of their own. */
  reasonKey: Buffer | null;
}

const READ = columnsOf(ErasureEntity).flatMap(({ property }) =>
  property === "tenant" ? [] : [property],
);
const COLUMNS = selectList(ErasureEntity, { only: READ });

const OF_OWNER = statement(
  "erasure_of_owner",
  `SELECT ${COLUMNS} FROM erasure WHERE tenant = $1 AND owner_id = $2`,
);
const pageIn = (direction: "ASC" | "DESC") =>
  statement(
    `erasure_page_${direction.toLowerCase()}`,
    `SELECT ${COLUMNS} FROM erasure WHERE tenant = $1 AND erasure_id > $2 AND erasure_id < $3
     ORDER BY erasure_id ${direction} LIMIT $4`,
  );
const COUNT = statement(
  "erasure_count",
  "SELECT count(*)::int AS count FROM erasure WHERE tenant = $1",
);
/** The row is there: the erasure has its id from it. */
const TAKE_TURN = statement(
  "erasure_take_turn",
  "SELECT FROM id_block WHERE tenant = $1 AND name = 'erasure' FOR UPDATE",
);
const HOLD = statement(
  "erasure_hold_owner",
  `SELECT subject, erased_at IS NOT NULL AS "isErased" FROM owner
   WHERE tenant = $1 AND owner_id = $2 FOR UPDATE`,
);
const OWNED = statement(
  "erasure_owned",
  `SELECT connhex_id AS "connhexId" FROM ownership WHERE tenant = $1 AND owner_id = $2
   ORDER BY connhex_id LIMIT $3`,
);
/** Changes that he made, or that were made to what he owned: their texts are his, or about him. */
const NAMING = statement(
  "erasure_naming_changes",
  `WITH his AS (
     SELECT connhex_id, revision FROM ownership_revision WHERE tenant = $1 AND owner_id = $2
   ), about AS (
     SELECT connhex_id, revision FROM his
     UNION SELECT connhex_id, revision + 1 FROM his
   )
   SELECT r.connhex_id AS "connhexId", r.revision, r.actor, r.reason,
     r.reason_key AS "reasonKey"
   FROM about a JOIN ownership_revision r
     ON r.tenant = $1 AND r.connhex_id = a.connhex_id AND r.revision = a.revision
   WHERE r.actor = $3 OR r.reason IS NOT NULL`,
);
const REPLACE = statement("erasure_replace_texts", "SELECT erase_texts($1, $2, $3, $4)");
const ERASE = statement("erasure_erase", 'SELECT erase_owner($1) AS "isErased"');
const NOTE = statement(
  "erasure_note",
  `WITH noted AS (
     INSERT INTO erasure
       (tenant, erasure_id, owner_id, reason, hold, released, erased_by, erased_at, completed_at)
     SELECT $1, $2, owner_id, $4, $5, $6, $7, erased_at,
       CASE WHEN $8::text IS NULL THEN erased_at END
     FROM owner WHERE tenant = $1 AND owner_id = $3 AND erased_at IS NOT NULL
     RETURNING *
   ), ordered AS (
     INSERT INTO erasure_order (tenant, erasure_id, subject)
     SELECT $1, $2, $8::text WHERE $8::text IS NOT NULL
   ), entered AS (${enterErasures({ from: "noted r", actor: "$9::text", reason: "$10::text" })})
   SELECT ${COLUMNS} FROM noted`,
);

/** All SQL about erasures. Lives for one request. */
export class ErasureStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  async ofOwner(ownerId: number): Promise<Erasure | null> {
    const [row] = await this.sql.rows<Erasure>(OF_OWNER, [this.tenant, ownerId]);
    return row ?? null;
  }

  /** The rows of a page and one beyond it, from the page's end. Answer them through `cutPage`. */
  page({ size, after, before, backward }: Page): Promise<Erasure[]> {
    const bounds = [after ?? 0, before ?? Number.MAX_SAFE_INTEGER, size + 1];
    return this.sql.rows(pageIn(backward ? "DESC" : "ASC"), [this.tenant, ...bounds]);
  }

  async count(): Promise<number> {
    const [row] = await this.sql.rows<{ count: number }>(COUNT, [this.tenant]);
    return row?.count ?? 0;
  }

  /** Some of the devices that he owns now. */
  async owned(ownerId: number, most: number): Promise<string[]> {
    const rows = await this.sql.rows<{ connhexId: string }>(OWNED, [this.tenant, ownerId, most]);
    return rows.map(({ connhexId }) => connhexId);
  }

  /** Owners share changes of their history: until the transaction ends nobody else is erased. */
  async takeTurn(): Promise<void> {
    await this.sql.rows(TAKE_TURN, [this.tenant]);
  }

  /** Holds the owner's row until the transaction ends. */
  async hold(ownerId: number): Promise<HeldOwner | null> {
    const [row] = await this.sql.rows<HeldOwner>(HOLD, [this.tenant, ownerId]);
    return row ?? null;
  }

  namingChanges(ownerId: number, actor: string): Promise<NamingChange[]> {
    return this.sql.rows(NAMING, [this.tenant, ownerId, actor]);
  }

  /** Puts what the rows are committed to in the place of their texts, and destroys their keys. */
  async replaceTexts(rows: readonly Omit<NamingChange, "reasonKey">[]): Promise<void> {
    if (rows.length === 0) return;
    await this.sql.rows(REPLACE, [
      rows.map(({ revision }) => revision),
      rows.map(({ connhexId }) => connhexId),
      rows.map(({ actor }) => actor),
      rows.map(({ reason }) => reason),
    ]);
  }

  /** Makes him nobody, and destroys his keys and all that is under them. */
  async erase(ownerId: number): Promise<void> {
    const [row] = await this.sql.rows<{ isErased: boolean }>(ERASE, [ownerId]);
    if (!row?.isErased) throw new Error("an owner who was held is not there to be erased");
  }

  /** Writes that it happened, and what others have yet to forget. */
  async note(
    erasure: Pick<Erasure, "erasureId" | "ownerId" | "reason" | "hold" | "released" | "erasedBy">,
    subject: string | null,
    committed: { actor: string; reason: string },
  ): Promise<Erasure> {
    const { erasureId, ownerId, reason, hold, released, erasedBy } = erasure;
    const values = [erasureId, ownerId, reason, hold, released, erasedBy, subject];
    const [row] = await this.sql.rows<Erasure>(NOTE, [
      ...[this.tenant, ...values],
      ...[committed.actor, committed.reason],
    ]);
    if (!row) throw new Error("an erasure was not written");
    return row;
  }
}
