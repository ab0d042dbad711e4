import { type Sql, statement } from "../../../shared/postgres/database.ts";
import type { IdempotencyEntity } from "./idempotency.entity.ts";

const FIND = statement(
  "idempotency_find",
  `SELECT content_hash AS "contentHash", verdicts FROM idempotency WHERE tenant = $1 AND key = $2`,
);
const CLAIM = statement(
  "idempotency_claim",
  `INSERT INTO idempotency (tenant, key, content_hash, verdicts, created_at)
   VALUES ($1, $2, $3, '[]', now()) ON CONFLICT (tenant, key) DO NOTHING RETURNING key`,
);
const SAVE = statement(
  "idempotency_save",
  "UPDATE idempotency SET verdicts = $3 WHERE tenant = $1 AND key = $2",
);

/** What a batch was answered under a key. */
export interface AnsweredBatch<Verdict> {
  contentHash: Buffer;
  verdicts: Verdict[];
}

/** The answers that batches got under their keys. */
export class IdempotencyStore<Verdict> {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  async find(key: string): Promise<AnsweredBatch<Verdict> | null> {
    const [row] = await this.sql.rows<Pick<IdempotencyEntity, "contentHash" | "verdicts">>(FIND, [
      this.tenant,
      key,
    ]);
    return row ? { ...row, verdicts: JSON.parse(row.verdicts) as Verdict[] } : null;
  }

  /** Takes the key; waits for another transaction that is taking it. False where it is taken. */
  async claim(key: string, contentHash: Buffer): Promise<boolean> {
    const rows = await this.sql.rows(CLAIM, [this.tenant, key, contentHash]);
    return rows.length === 1;
  }

  async save(key: string, verdicts: readonly Verdict[]): Promise<void> {
    await this.sql.rows(SAVE, [this.tenant, key, JSON.stringify(verdicts)]);
  }
}
