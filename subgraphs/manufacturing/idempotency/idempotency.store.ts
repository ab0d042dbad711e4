import { DomainError } from "../../../shared/domain-error.ts";
import { assertIdempotencyKey } from "../../../shared/idempotency-key.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import { LIMITS } from "../limits.ts";
import type { IdempotencyEntity } from "./idempotency.entity.ts";
import { contentHash } from "./idempotency.ts";

// Waits while another transaction holds the key, and answers nothing where that one committed.
const CLAIM = statement(
  "claim_idempotency_key",
  `INSERT INTO idempotency (tenant, key, content_hash, created_at)
   VALUES ($1, $2, $3, statement_timestamp()) ON CONFLICT DO NOTHING RETURNING key`,
);

const READ = statement(
  "read_idempotency_key",
  `SELECT content_hash AS "contentHash", answer FROM idempotency WHERE tenant = $1 AND key = $2`,
);

const KEEP = statement(
  "keep_idempotent_answer",
  "UPDATE idempotency SET answer = $3 WHERE tenant = $1 AND key = $2",
);

/** Keeps the answers of batches. Lives for one transaction. */
export class IdempotencyStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  /**
   * Runs `work` once for a key: the same key and content get the answer that was kept, in the same
   * transaction as what `work` wrote. Throws IDEMPOTENCY_KEY_REUSED for other content.
   */
  async once<Answer>(
    key: string | null,
    content: { operation: string; input: unknown },
    work: () => Promise<Answer>,
  ): Promise<Answer> {
    if (key === null) return work();
    assertIdempotencyKey(key, LIMITS.idempotencyKeyCharacters);
    const hash = contentHash(content.operation, content.input);
    const claimed = await this.sql.rows(CLAIM, [this.tenant, key, hash]);
    if (claimed.length === 0) return this.kept(key, hash);
    const answer = await work();
    await this.sql.rows(KEEP, [this.tenant, key, JSON.stringify(answer)]);
    return answer;
  }

  private async kept<Answer>(key: string, hash: string): Promise<Answer> {
    const [row] = await this.sql.rows<Pick<IdempotencyEntity, "contentHash" | "answer">>(READ, [
      this.tenant,
      key,
    ]);
    if (!row?.answer) throw new Error("an idempotency key was kept without its answer");
    if (row.contentHash === hash) return JSON.parse(row.answer) as Answer;
    throw new DomainError("IDEMPOTENCY_KEY_REUSED", `key ${key} was used with other content`);
  }
}
