import { type Sql, statement } from "../../../shared/postgres/database.ts";
import { LIMITS } from "../limits.ts";
import type { Attempts } from "../secret/attempts.ts";

/** An offer as read in a transaction that holds it. */
export interface OfferRow extends Attempts {
  codeHash: Buffer;
  /** The ownership's revision that it belongs to. */
  revision: number;
  isExpired: boolean;
}

const PUT = statement(
  "transfer_offer_put",
  `INSERT INTO transfer_offer AS t (tenant, connhex_id, owner_id, revision, code_hash, expires_at)
   VALUES ($1, $2, $3, $4, $5, now() + make_interval(days => $6))
   ON CONFLICT (tenant, connhex_id) DO UPDATE SET
     owner_id = EXCLUDED.owner_id, revision = EXCLUDED.revision, code_hash = EXCLUDED.code_hash,
     expires_at = EXCLUDED.expires_at, failed_tries = 0, locked_until = NULL
   RETURNING expires_at AS "expiresAt"`,
);
const LOCK = statement(
  "transfer_offer_lock",
  `SELECT code_hash AS "codeHash", revision, failed_tries AS failed,
     coalesce(extract(epoch FROM locked_until - now()), 0)::float8 AS "lockedForSeconds",
     expires_at <= now() AS "isExpired"
   FROM transfer_offer WHERE tenant = $1 AND connhex_id = $2 FOR UPDATE`,
);
const NOTE_TRY = statement(
  "transfer_offer_note_try",
  `UPDATE transfer_offer SET failed_tries = $3,
     locked_until = CASE WHEN $4 > 0 THEN now() + make_interval(mins => $4) END
   WHERE tenant = $1 AND connhex_id = $2`,
);
const REMOVE = statement(
  "transfer_offer_remove",
  `DELETE FROM transfer_offer WHERE tenant = $1 AND connhex_id = $2
   RETURNING code_hash AS "codeHash", revision`,
);

/** All SQL about offers of transfer; a device has one at most. */
export class TransferOfferStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  /** Writes an offer in the place of any older one. Answers when it expires. */
  async put(
    connhexId: string,
    { ownerId, revision, codeHash }: { ownerId: number; revision: number; codeHash: Buffer },
  ): Promise<string> {
    const values = [this.tenant, connhexId, ownerId, revision, codeHash, LIMITS.offerDays];
    const [row] = await this.sql.rows<{ expiresAt: string }>(PUT, values);
    if (!row) throw new Error("an offer was not written");
    return row.expiresAt;
  }

  /** Reads the offer and holds its row until the transaction ends. */
  async lock(connhexId: string): Promise<OfferRow | null> {
    const [row] = await this.sql.rows<OfferRow>(LOCK, [this.tenant, connhexId]);
    return row ?? null;
  }

  async noteTry(connhexId: string, failed: number, lockMinutes: number): Promise<void> {
    await this.sql.rows(NOTE_TRY, [this.tenant, connhexId, failed, lockMinutes]);
  }

  /** Uses the offer up, or withdraws it. Null where there was none. */
  async remove(connhexId: string): Promise<Pick<OfferRow, "codeHash" | "revision"> | null> {
    const [row] = await this.sql.rows<OfferRow>(REMOVE, [this.tenant, connhexId]);
    return row ?? null;
  }
}
