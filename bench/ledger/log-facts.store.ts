import pg from "pg";

/** Looks at a service's log from outside, as a superuser. */
export class LogFacts {
  private constructor(private readonly client: pg.Client) {}

  static async open(adminUrl: string): Promise<LogFacts> {
    const client = new pg.Client({ connectionString: adminUrl });
    // A server that is stopped says so itself, to whoever asks it next.
    client.on("error", () => undefined);
    await client.connect();
    return new LogFacts(client);
  }

  async size(): Promise<number> {
    const { rows } = await this.client.query<{ size: string }>("SELECT size FROM ledger_sequencer");
    return Number(rows[0]?.size);
  }

  /** Resolves when nothing waits to be entered. */
  async drained(): Promise<void> {
    for (;;) {
      const { rows } = await this.client.query(
        `SELECT 1 WHERE EXISTS (SELECT FROM ledger_pending)
         OR EXISTS (SELECT FROM ledger_backfill WHERE NOT is_done)`,
      );
      if (rows.length === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Has the sequencer enter the rows that were written while the log was off. */
  async enterTheRest(): Promise<void> {
    await this.client.query(
      "UPDATE ledger_backfill SET is_done = false, after = '{}' WHERE source = 'device_revision'",
    );
  }

  /** The size of the newest checkpoint that so many witnesses have cosigned; 0: none. */
  async witnessedSize(witnesses: number): Promise<number> {
    const { rows } = await this.client.query<{ size: string }>(
      `SELECT size FROM (SELECT size FROM ledger_cosignature ORDER BY size DESC LIMIT 50) AS c
       GROUP BY size HAVING count(*) >= $1 ORDER BY size DESC LIMIT 1`,
      [witnesses],
    );
    return Number(rows[0]?.size ?? 0);
  }

  /** Bytes on disk by table, indexes included. */
  async bytes(): Promise<Record<string, number>> {
    const { rows } = await this.client.query<{ table: string; bytes: string }>(
      `SELECT t AS table, pg_total_relation_size(t) AS bytes
       FROM unnest('{ledger_leaf,ledger_tile,ledger_checkpoint,ledger_cosignature}'::text[]) AS t`,
    );
    return Object.fromEntries(rows.map(({ table, bytes }) => [table, Number(bytes)]));
  }

  /** The mean length of an entry. */
  async entryBytes(): Promise<number> {
    const { rows } = await this.client.query<{ bytes: number }>(
      `SELECT avg(octet_length(entry))::float8 AS bytes
       FROM (SELECT entry FROM ledger_leaf LIMIT 10000) AS sample`,
    );
    return rows[0]?.bytes ?? 0;
  }

  /** Ids of entries, evenly over the log. */
  async someIds(count: number): Promise<string[]> {
    const { rows } = await this.client.query<{ id: string }>(
      `SELECT l.id FROM ledger_sequencer s,
         generate_series(0, s.size - 1, greatest(1, s.size / $1)) AS at
       JOIN ledger_leaf l ON l.leaf_index = at LIMIT $1`,
      [count],
    );
    return rows.map(({ id }) => id);
  }

  /** Writes out what is dirty, so that no measurement pays for the one before. */
  async settle(): Promise<void> {
    await this.client.query("CHECKPOINT");
  }

  close(): Promise<void> {
    return this.client.end();
  }
}
