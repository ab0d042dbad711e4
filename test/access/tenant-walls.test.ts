import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { FreshDatabase } from "../support/postgres.ts";
import { runMatrix } from "./matrix.ts";
import { runMutations } from "./mutations.ts";
import { differences, unequalAnswers } from "./report.ts";
import { OTHER_TENANT, openWorld, TENANT, type World } from "./world.ts";

let world: World;
let databases: FreshDatabase[];
/** Every table with tenants in it, of each database. */
const tables = new Map<FreshDatabase, string[]>();
beforeAll(async () => {
  world = await openWorld();
  await leaveRows(world);
  databases = [...Object.values(world.pair.databases), world.system.database];
  for (const database of databases) {
    const found = await database.admin<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.columns
       WHERE table_schema = 'public' AND column_name = 'tenant'
         -- Partitions are reached through their table; the application may not touch them.
         AND NOT EXISTS (SELECT FROM pg_class WHERE relname = table_name AND relispartition)`,
    );
    tables.set(
      database,
      found.map(({ name }) => name),
    );
  }
}, 60_000);
afterAll(() => world?.close());

/** Rows of the other tenant where filling it leaves none, or only after a while. */
async function leaveRows({ pair, system }: World): Promise<void> {
  const { manufacturing, ownership } = pair.databases;
  const leave = (database: FreshDatabase, row: string) =>
    database.admin(`INSERT INTO ${row}`, [OTHER_TENANT]);
  await leave(manufacturing, "idempotency VALUES ($1, 'left', 'hash', null, now())");
  await leave(ownership, "idempotency VALUES ($1, 'left', 'hash', '[]', now())");
  const later = "now() + interval '1 day'";
  await leave(ownership, `hand_over VALUES ($1, 'hex-left', 'SN-left', 1, 0, ${later}, now())`);
  const hash = "sha256('left')";
  await leave(
    ownership,
    `transfer_offer VALUES ($1, 'hex-left', 1, 1, ${hash}, 0, null, ${later})`,
  );
  const columns = "tenant, request_id, subject, roles, devices, device_count, outcomes, status, ms";
  const line = "$1, 'left', 'ada', '{}', '{}', 0, '{}', 200, 1";
  await leave(system.database, `access_log (${columns}) VALUES (${line})`);
  const record = "'left', 'devices', 'csv', '{}', '[]', 'kept', 'text/csv', now(), 1, true, 'ada'";
  await leave(system.database, `export VALUES ($1, ${record}, null, '{}', 'left')`);
  for (const database of [manufacturing, ownership, system.database]) {
    await leave(database, "ledger_leaf VALUES (9000000, $1, 'left', 'left', sha256('left'))");
    await leave(database, "person_key VALUES ($1, 'left', sha256('left'))");
  }
  for (const database of [manufacturing, ownership]) {
    await leave(database, "change_head VALUES ($1, 9, 1) ON CONFLICT DO NOTHING");
  }
  await leave(system.database, `webhook_lease VALUES ($1, 'left', 1, ${later})`);
  await leave(system.database, `export_end VALUES ($1, 'left', 1, 1, ${hash})`);
}

async function eachTable(work: (database: FreshDatabase, table: string) => Promise<void>) {
  for (const [database, names] of tables) for (const table of names) await work(database, table);
}

const ROLE_SETS = [["admin"], ["owner"], ["regulator"]] as const;

async function expectNothingForeign(): Promise<void> {
  const whose = ["FOREIGN", "NOTHING"] as const;
  const cells = await runMatrix(world, world.system, { roleSets: ROLE_SETS, whose });
  const places = ["gateway", "subgraph"] as const;
  cells.push(...(await runMutations(world, world.system, { roleSets: ROLE_SETS, places })));
  expect(differences(cells)).toEqual([]);
  expect(unequalAnswers(cells, "FOREIGN", "NOTHING")).toEqual([]);
}

describe("each wall between tenants stands without the other", () => {
  test("row-level security alone: SQL that names no tenant finds its own rows only", async () => {
    const seen: string[] = [];
    // Where the other tenant has no row, there is nothing to be found.
    const empty: string[] = [];
    await eachTable(async (database, table) => {
      const connections = database.open();
      const sql = connections.tenant(TENANT);
      // The entries of a log's own keys are everybody's.
      const own = `SELECT DISTINCT tenant FROM ${table} WHERE tenant <> '*'`;
      const rows = await sql.run<{ tenant: string }>(own);
      const ofOther = `SELECT 1 FROM ${table} WHERE tenant = $1`;
      const foreign = await sql.run(ofOther, [OTHER_TENANT]);
      if ((await database.admin(ofOther, [OTHER_TENANT])).length === 0) empty.push(table);
      await connections.close();
      if (rows.length > 0) seen.push(table);
      expect({ table, rows, foreign }).toEqual({
        table,
        rows: rows.length > 0 ? [{ tenant: TENANT }] : [],
        foreign: [],
      });
    });
    expect(seen.length).toBeGreaterThan(10);
    // What other services are asked to forget, and what waits for its place in a log, is gone soon.
    const passing = ["erasure_order", "ledger_pending"];
    expect(empty.filter((table) => !passing.includes(table))).toEqual([]);
  });

  test("row-level security alone: no row can be written into another tenant", async () => {
    await eachTable(async (database, table) => {
      const connections = database.open();
      const insert = `INSERT INTO ${table} SELECT (jsonb_populate_record(NULL::${table},
        to_jsonb(t) || jsonb_build_object('tenant', '${OTHER_TENANT}'))).* FROM ${table} t LIMIT 1`;
      const written = connections.tenant(TENANT).run<object>(`${insert} RETURNING 1`);
      const outcome = await written.catch((error: Error) => error.message);
      await connections.close();
      const isRefused = typeof outcome === "string" && /row-level security|denied/.test(outcome);
      // An empty table has no row to take to the other tenant.
      const isNothing = Array.isArray(outcome) && outcome.length === 0;
      expect({ table, isKept: isRefused || isNothing, outcome }).toMatchObject({ isKept: true });
    });
  });

  test("statements alone: without row-level security nothing foreign is found", async () => {
    await eachTable(async (database, table) => {
      await database.admin(`ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY`);
    });
    const [database] = databases;
    const connections = database?.open();
    const rows = await connections?.tenant(TENANT).run("SELECT DISTINCT tenant FROM device");
    await connections?.close();
    expect(rows).toHaveLength(2);
    await expectNothingForeign();
  }, 120_000);
});
