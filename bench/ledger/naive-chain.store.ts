import pg from "pg";

const MAKE = [
  "DROP TABLE IF EXISTS chain, chain_head",
  "CREATE TABLE chain (n bigint PRIMARY KEY, entry text NOT NULL, hash bytea NOT NULL)",
  "CREATE TABLE chain_head (n bigint NOT NULL, hash bytea NOT NULL)",
  "INSERT INTO chain_head VALUES (0, sha256(''))",
];
const APPEND = `WITH head AS (SELECT n, hash FROM chain_head FOR UPDATE),
  next AS (
    INSERT INTO chain SELECT n + 1, $1, sha256(hash || convert_to($1, 'UTF8')) FROM head
    RETURNING n, hash)
  UPDATE chain_head c SET n = next.n, hash = next.hash FROM next`;

/**
 * What a log is without a tree: each row holds its predecessor, hashes it, and commits. It writes
 * the entry alone, without what it is about: more than fair to it.
 */
export class NaiveChain {
  private constructor(private readonly pool: pg.Pool) {}

  static async open(adminUrl: string, writers: number): Promise<NaiveChain> {
    const pool = new pg.Pool({ connectionString: adminUrl, max: writers });
    for (const text of MAKE) await pool.query(text);
    return new NaiveChain(pool);
  }

  async append(entry: string): Promise<void> {
    await this.pool.query({ name: "chain_append", text: APPEND, values: [entry] });
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}
