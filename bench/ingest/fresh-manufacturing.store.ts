import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";

const LOADED = "manufacturing_loaded";
const LOOK_MS = 200;

/**
 * Puts Manufacturing's database back to what was loaded, so that each run records into the same.
 * The first run keeps a copy of it, once `settle` has done what remained to be done.
 */
export async function restoreManufacturing(
  adminUrl: (database: string) => string,
  settle: () => Promise<void>,
): Promise<void> {
  const copies = await ask(adminUrl("postgres"), "SELECT FROM pg_database WHERE datname = $1", [
    LOADED,
  ]);
  if (copies === 0) await settle();
  const [from, to] = copies > 0 ? [LOADED, "manufacturing"] : ["manufacturing", LOADED];
  const postgres = adminUrl("postgres");
  await ask(postgres, `DROP DATABASE IF EXISTS ${to} WITH (FORCE)`);
  await ask(
    postgres,
    `CREATE DATABASE ${to} TEMPLATE ${from} OWNER manufacturing_owner STRATEGY FILE_COPY`,
  );
  // A copy has none of the rights on the database itself.
  await ask(postgres, `REVOKE ALL ON DATABASE ${to} FROM PUBLIC`);
  await ask(postgres, `GRANT CONNECT ON DATABASE ${to} TO manufacturing_app`);
}

const TO_ENTER = `SELECT WHERE EXISTS (SELECT FROM ledger_pending)
  OR EXISTS (SELECT FROM ledger_backfill WHERE NOT is_done)`;

/** Waits until every row has its entry in the log, which follows the records at a distance. */
export async function ledgerDrained(adminUrl: string): Promise<void> {
  while ((await ask(adminUrl, TO_ENTER)) > 0) await wait(LOOK_MS);
}

/** Does at once what autovacuum would do of what was loaded, while something is measured. */
export async function vacuumed(adminUrl: string): Promise<void> {
  await ask(adminUrl, "VACUUM (FREEZE, ANALYZE)");
}

/** Answers how many rows came. */
async function ask(url: string, text: string, values: unknown[] = []): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text, values)).rowCount ?? 0;
  } finally {
    await client.end();
  }
}
