import { describe, expect, test } from "@jest/globals";
import pg from "pg";
import { BACKFILL_SOURCES as OF_GATEWAY } from "../../gateway/ledger/lines.store.ts";
import { type BackfillSource, readAlongIndexes } from "../../shared/ledger-store/backfill.store.ts";
import { sequencerRole } from "../../shared/ledger-store/ledger-tables.ts";
import type { Sql, Statement } from "../../shared/postgres/database.ts";
import { BACKFILL_SOURCES as OF_MANUFACTURING } from "../../subgraphs/manufacturing/ledger/backfill.store.ts";
import { BACKFILL_SOURCES as OF_OWNERSHIP } from "../../subgraphs/ownership/ledger/backfill.store.ts";
import { freshDatabase } from "../support/postgres.ts";
import type { ServiceName } from "../support/service-databases.ts";

const SOURCES: readonly [service: ServiceName, sources: readonly BackfillSource[]][] = [
  ["manufacturing", OF_MANUFACTURING],
  ["ownership", OF_OWNERSHIP],
  ["gateway", OF_GATEWAY],
];

/** How PostgreSQL would read a page, as the sequencer, for any key and without statistics. */
async function planOf(adminUrl: string, service: ServiceName, { text }: Statement) {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(`BEGIN; SET LOCAL ROLE ${sequencerRole(service)}`);
    await client.query("SET LOCAL plan_cache_mode = force_generic_plan");
    const run: Sql["rows"] = async (asked, values = []) =>
      (await client.query(asked.text, [...values])).rows;
    await readAlongIndexes({ rows: run } as Sql);
    await client.query(`PREPARE page AS ${text}`);
    const { rows } = await client.query("EXPLAIN (COSTS off) EXECUTE page ('{}', '10')");
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  } finally {
    await client.end();
  }
}

describe.each(SOURCES)("a page of rows of %s", (service, sources) => {
  test("begins behind its key, and asks the log for its own entries alone", async () => {
    const database = await freshDatabase(service);
    for (const { source, page } of sources) {
      for (const statement of [page.toEnter, page.entered]) {
        const plan = await planOf(database.adminUrl, service, statement);
        expect({ source, plan }).toMatchObject({
          plan: expect.stringMatching(/Index Cond: \(.*InitPlan/),
        });
        expect({ source, plan }).not.toMatchObject({
          plan: expect.stringMatching(/Seq Scan on (ledger_leaf|device_revision|access_log)/),
        });
      }
    }
    await database.drop();
  });
});
