import { createHash } from "node:crypto";
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

/** The chain's own table and head, appended to by the transaction that records, as it commits. */
const MAKE_BENEATH = [
  "DROP TRIGGER IF EXISTS naive_chain ON device_revision",
  `CREATE OR REPLACE FUNCTION chain_revision() RETURNS trigger LANGUAGE plpgsql
   SECURITY DEFINER SET search_path = public AS $$
   DECLARE head chain_head; entry text; BEGIN
     entry := json_build_object('id', NEW.device_id || '/' || NEW.revision, 'entry', TG_ARGV[0])::text;
     SELECT * INTO head FROM chain_head FOR UPDATE;
     head.n := head.n + 1;
     head.hash := sha256(head.hash || convert_to(entry, 'UTF8'));
     INSERT INTO chain VALUES (head.n, entry, head.hash);
     UPDATE chain_head SET n = head.n, hash = head.hash;
     RETURN NULL;
   END $$`,
];
const BENEATH = `CREATE CONSTRAINT TRIGGER naive_chain AFTER INSERT ON device_revision
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION chain_revision`;
const NO_LONGER_BENEATH = "DROP TRIGGER naive_chain ON device_revision";

const HEAD = "SELECT n, hash FROM chain_head FOR UPDATE";
const APPEND_MANY = `INSERT INTO chain
  SELECT $1::bigint + place, $2, hash FROM unnest($3::bytea[]) WITH ORDINALITY AS t (hash, place)`;
const MOVE_HEAD = "UPDATE chain_head SET n = $1, hash = $2";

/** What a log is without a tree: each row holds its predecessor, hashes it, and commits. */
export class NaiveChain {
  private constructor(private readonly pool: pg.Pool) {}

  static async open(adminUrl: string, writers: number): Promise<NaiveChain> {
    const pool = new pg.Pool({ connectionString: adminUrl, max: writers });
    for (const text of MAKE) await pool.query(text);
    return new NaiveChain(pool);
  }

  /**
   * While `work` records devices, each revision is a row of the chain, in the transaction that writes
   * it. The head is held from the commit on, no longer than it must be. Answers what `work` does.
   */
  async beneathRecording<T>(entry: string, work: () => Promise<T>): Promise<T> {
    for (const text of MAKE_BENEATH) await this.pool.query(text);
    await this.pool.query(`${BENEATH}(${pg.escapeLiteral(entry)})`);
    try {
      return await work();
    } finally {
      await this.pool.query(NO_LONGER_BENEATH);
    }
  }

  /** How many rows it has. */
  async length(): Promise<number> {
    const { rows } = await this.pool.query<{ n: string }>("SELECT n FROM chain_head");
    return Number(rows[0]?.n);
  }

  /** The entry alone, without what it is about. */
  async append(entry: string): Promise<void> {
    await this.pool.query({ name: "chain_append", text: APPEND, values: [entry] });
  }

  /**
   * The same in one transaction for many rows, as large as the batches that the log takes: what a chain
   * can do where nobody needs each row for itself.
   */
  async appendMany(entry: string, count: number): Promise<void> {
    const client = await this.pool.connect();
    try {
      await client.query("BEGIN");
      const { rows } = await client.query<{ n: string; hash: Buffer }>(HEAD);
      const first = Number(rows[0]?.n);
      let hash = rows[0]?.hash ?? Buffer.alloc(0);
      const hashes = Array.from({ length: count }, () => {
        hash = createHash("sha256").update(hash).update(entry).digest();
        return hash;
      });
      const values = [first, entry, hashes];
      await client.query({ name: "chain_append_many", text: APPEND_MANY, values });
      await client.query({ name: "chain_head", text: MOVE_HEAD, values: [first + count, hash] });
      await client.query("COMMIT");
    } finally {
      client.release();
    }
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}
