import { expect, test } from "@jest/globals";
import { statement } from "../../shared/postgres/database.ts";
import { freshDatabase } from "../support/postgres.ts";

const WHO = statement("who", "SELECT current_setting('app.tenant') AS tenant, pg_sleep(0.001)");

test("more tenants at once than connections are kept for get each their own, and all an answer", async () => {
  const fresh = await freshDatabase("manufacturing");
  const database = fresh.open();
  const tenants = Array.from({ length: 30 }, (_, index) => `tenant-${index}`);
  const held = tenants.map((tenant) => ({ tenant, sql: database.tenant(tenant) }));
  const ask = async ({ tenant, sql }: (typeof held)[number]) => {
    const [row] = await sql.rows<{ tenant: string }>(WHO);
    return row?.tenant === tenant;
  };
  for (let round = 0; round < 3; round++) {
    expect(await Promise.all(held.map(ask))).toEqual(tenants.map(() => true));
  }
  const [connections] = await fresh.admin<{ count: number }>(
    "SELECT count(*)::int FROM pg_stat_activity WHERE datname = $1",
    [fresh.name],
  );
  expect(connections?.count).toBeLessThanOrEqual(8 * 4 + 30);
  await database.close();
  await fresh.drop();
});
