import { DomainError } from "../../../shared/domain-error.ts";
import { assertIdempotencyKey } from "../../../shared/idempotency-key.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import type { Outcome } from "../batch/outcome.ts";
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

// In one order, so that those who claim the same keys wait for each other and do not block each other.
const CLAIM_EACH = statement(
  "claim_idempotency_keys",
  `INSERT INTO idempotency (tenant, key, content_hash, created_at)
   SELECT $1, asked.key, asked.hash, statement_timestamp()
   FROM unnest($2::text[], $3::text[]) AS asked (key, hash) ORDER BY asked.key
   ON CONFLICT DO NOTHING RETURNING key`,
);

const READ_EACH = statement(
  "read_idempotency_keys",
  `SELECT key, content_hash AS "contentHash", answer FROM idempotency
   WHERE tenant = $1 AND key = ANY ($2::text[])`,
);

const KEEP_EACH = statement(
  "keep_idempotent_answers",
  `UPDATE idempotency SET answer = given.answer
   FROM unnest($2::text[], $3::text[]) AS given (key, answer)
   WHERE tenant = $1 AND idempotency.key = given.key`,
);

type Kept = Pick<IdempotencyEntity, "contentHash" | "answer">;

/** One of several things to do that have a key each, or none. No two have the same key. */
export interface Keyed {
  key: string | null;
  /** `contentHash` of what is asked. */
  hash: string;
}

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

  /**
   * As `once` for each of several, whose keys were found fit: `work` does those that are new, given
   * by their places, and answers them in that order. A key that is reused is its own refusal alone.
   */
  async onceEach<Answer>(
    asked: readonly Keyed[],
    work: (places: readonly number[]) => Promise<readonly Answer[]>,
  ): Promise<Outcome<Answer>[]> {
    const outcomes = await this.keptOf<Answer>(asked);
    const places = asked.flatMap((_, place) => (outcomes[place] ? [] : [place]));
    if (places.length === 0) return outcomes;
    const answers = await work(places);
    const keys: string[] = [];
    const texts: string[] = [];
    for (const [at, place] of places.entries()) {
      const answer = answers[at] as Answer;
      outcomes[place] = { answer };
      const key = asked[place]?.key ?? null;
      if (key === null) continue;
      keys.push(key);
      texts.push(JSON.stringify(answer));
    }
    if (keys.length > 0) await this.sql.rows(KEEP_EACH, [this.tenant, keys, texts]);
    return outcomes;
  }

  /** Claims the keys. At the places of those that were used before stands what was kept. */
  private async keptOf<Answer>(asked: readonly Keyed[]): Promise<Outcome<Answer>[]> {
    const outcomes: Outcome<Answer>[] = [];
    const keyed = asked.flatMap(({ key, hash }, place) =>
      key === null ? [] : [{ key, hash, place }],
    );
    if (keyed.length === 0) return outcomes;
    const keys = keyed.map(({ key }) => key);
    const given = [this.tenant, keys, keyed.map(({ hash }) => hash)];
    const claimed = await this.sql.rows<{ key: string }>(CLAIM_EACH, given);
    if (claimed.length === keys.length) return outcomes;
    const rows = await this.sql.rows<Kept & { key: string }>(READ_EACH, [this.tenant, keys]);
    const known = new Map(rows.map((row) => [row.key, row]));
    for (const { key } of claimed) known.delete(key);
    for (const { key, hash, place } of keyed) {
      const row = known.get(key);
      if (row) outcomes[place] = keptOutcome(row, key, hash);
    }
    return outcomes;
  }

  private async kept<Answer>(key: string, hash: string): Promise<Answer> {
    const [row] = await this.sql.rows<Kept>(READ, [this.tenant, key]);
    return keptAnswer(row, key, hash);
  }
}

function keptOutcome<Answer>(row: Kept, key: string, hash: string): Outcome<Answer> {
  try {
    return { answer: keptAnswer<Answer>(row, key, hash) };
  } catch (refusal) {
    return { refusal };
  }
}

function keptAnswer<Answer>(row: Kept | undefined, key: string, hash: string): Answer {
  if (!row?.answer) throw new Error("an idempotency key was kept without its answer");
  if (row.contentHash === hash) return JSON.parse(row.answer) as Answer;
  throw new DomainError("IDEMPOTENCY_KEY_REUSED", `key ${key} was used with other content`);
}
