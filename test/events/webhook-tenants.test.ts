import { expect, test } from "@jest/globals";
import { tenantsWithWebhooks } from "../../gateway/webhooks/dispatch.store.ts";
import { WEBHOOKS } from "../../gateway/webhooks/limits.ts";
import { Database } from "../../shared/postgres/database.ts";
import { freshDatabase } from "../support/postgres.ts";

test("however many tenants have webhooks, all of them are found to be served", async () => {
  const fresh = await freshDatabase("gateway");
  const { appUrl: url } = fresh;
  const database = new Database({ url, role: "gateway_dispatcher", poolSize: 1 });
  try {
    const count = WEBHOOKS.tenantsAtOnce * 2 + 1;
    await fresh.admin(
      `INSERT INTO webhook (tenant, name, url, event_types, state, position, created_by)
       SELECT 'tenant-' || n, name, 'https://receiver.example', '{}',
         CASE WHEN n <= $1 THEN 'ACTIVE' ELSE 'PAUSED' END, 'now', 'ada'
       FROM generate_series(1, $1::integer + 1) n, unnest('{erp,mes}'::text[]) name`,
      [count],
    );
    const found = await tenantsWithWebhooks(database.tenant("*"));
    expect(found).toHaveLength(count);
    expect(new Set(found).size).toBe(count);
  } finally {
    await database.close();
    await fresh.drop();
  }
});
