import pg from "pg";

/** How long one table may take: those of people are small, their history may not be. */
const STATEMENT_TIMEOUT_MS = 30 * 60_000;

/**
 * Writes tables anew, so that no page, index or statistic holds what rows held that are gone. As the
 * owner of tables and database; each table is locked meanwhile.
 */
export async function rewriteTables(ownerUrl: string, tables: readonly string[]): Promise<void> {
  await withClient(ownerUrl, async (client) => {
    for (const table of tables) await client.query(`VACUUM (FULL, ANALYZE) ${table}`);
    // The most common values of a column stand here, as they are.
    await client.query("VACUUM FULL pg_statistic");
  });
}

/**
 * Ends every file of the write-ahead log that holds anything older than now. PostgreSQL would keep
 * them to be used again, with all that is in them. As a superuser; answers how many files are left.
 */
export async function rewriteLog(adminUrl: string): Promise<number> {
  return withClient(adminUrl, async (client) => {
    const files = async () => {
      const { rows } = await client.query<{ files: number }>(
        "SELECT count(*)::int AS files FROM pg_ls_waldir()",
      );
      return rows[0]?.files ?? 0;
    };
    await client.query("CHECKPOINT");
    await client.query("ALTER SYSTEM SET wal_recycle = off");
    try {
      await client.query("SELECT pg_reload_conf()");
      // Files that wait to be used hold old bytes too: each is written to its end once.
      for (let left = (await files()) + 1; left > 0; left--) {
        await client.query("SELECT pg_logical_emit_message(true, 'purge', '')");
        await client.query("SELECT pg_switch_wal()");
      }
      await client.query("CHECKPOINT");
      await client.query("SELECT pg_switch_wal()");
      await client.query("CHECKPOINT");
    } finally {
      await client.query("ALTER SYSTEM RESET wal_recycle");
      await client.query("SELECT pg_reload_conf()");
    }
    return files();
  });
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    application_name: "tracegraph-purge",
  });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
