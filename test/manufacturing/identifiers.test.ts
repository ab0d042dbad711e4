import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Factory, openFactory } from "./factory.ts";

let factory: Factory;
beforeAll(async () => {
  factory = await openFactory();
});
afterAll(() => factory?.close());

test("a batch is looked up by its serial numbers where PostgreSQL knows nothing of the tables yet", async () => {
  const { database } = factory;
  database.sent.length = 0;
  await factory.record({ serialNumber: "SN-1" });
  const [lookUp] = database.sent.filter((text) => /device_identifier\s+WHERE/.test(text));
  const explained = await database.admin<{ "QUERY PLAN": string }>(
    `EXPLAIN (COSTS off, GENERIC_PLAN) ${lookUp}`,
  );
  const plan = explained.map((row) => row["QUERY PLAN"]).join("\n");
  expect(plan).toMatch(/Index Cond: \(.*\bvalue = ANY/);
});

test("serial numbers are found by the order of their bytes, in one index", async () => {
  const indexes = await factory.database.admin<{ definition: string }>(
    `SELECT pg_get_indexdef(indexrelid) AS definition FROM pg_index
     WHERE indrelid = 'device_identifier'::regclass`,
  );
  expect(indexes).toHaveLength(1);
  const plan = await factory.database.admin<{ "QUERY PLAN": string }>(
    `EXPLAIN (COSTS off) SELECT FROM device_identifier
     WHERE tenant = 'acme' AND kind = 'serialNumber' AND value COLLATE "C" >= 'SN-1'
       AND value COLLATE "C" <= 'SN-9'`,
  );
  expect(plan.map((row) => row["QUERY PLAN"]).join("\n")).toMatch(/Index Cond: .*value/);
});
