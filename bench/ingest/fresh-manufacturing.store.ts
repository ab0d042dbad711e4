import pg from "pg";

const LOADED = "manufacturing_loaded";

/**
 * Puts Manufacturing's database back to what was loaded, so that each run records into the same.
 * The first run keeps a copy of it.
 */
export async function restoreManufacturing(adminUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [
      LOADED,
    ]);
    const [from, to] = rowCount ? [LOADED, "manufacturing"] : ["manufacturing", LOADED];
    if (rowCount) await client.query("DROP DATABASE manufacturing WITH (FORCE)");
    await client.query(
      `CREATE DATABASE ${to} TEMPLATE ${from} OWNER manufacturing_owner STRATEGY FILE_COPY`,
    );
    // A copy has none of the rights on the database itself.
    await client.query(`REVOKE ALL ON DATABASE ${to} FROM PUBLIC`);
    await client.query(`GRANT CONNECT ON DATABASE ${to} TO manufacturing_app`);
  } finally {
    await client.end();
  }
}
