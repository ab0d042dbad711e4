import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { NumberedFeedStore } from "../../shared/events/numbered-feed.store.ts";
import type { ChangeBatch } from "../../shared/graph/subgraph-service.ts";
import type { Sql, TenantSql } from "../../shared/postgres/database.ts";
import { DeviceChangeStore } from "../../subgraphs/manufacturing/device-change/device-change.store.ts";
import { DEVICE_FEED } from "../../subgraphs/manufacturing/device-change/device-event.store.ts";
import { type Factory, openFactory } from "../manufacturing/factory.ts";

let factory: Factory;
let sql: Sql;
let tenantSql: TenantSql;
let store: DeviceChangeStore;
const connections: { close(): Promise<void> }[] = [];
beforeAll(async () => {
  factory = await openFactory();
  const database = factory.database.open();
  connections.push(database);
  tenantSql = database.tenant("acme");
  sql = tenantSql;
  store = new DeviceChangeStore(sql, "acme");
});
afterAll(async () => {
  for (const one of connections) await one.close();
  await factory.close();
});

const names = ({ changes }: ChangeBatch) => changes.map(({ serialNumber }) => serialNumber);

test("what is committed is told once, from position to position", async () => {
  const start = await store.position();
  await factory.record({ serialNumber: "A-1" }, { serialNumber: "A-2" });
  const first = await store.since(start);
  await factory.correct("A-1", 1, { lotCode: "L" });
  const second = await store.since(first.position);
  const third = await store.since(second.position);
  expect([first, second, third].map(names)).toEqual([["A-1", "A-2"], ["A-1"], []]);
  expect(names(await store.since(start))).toEqual(["A-1", "A-2", "A-1"]);
});

test("a transaction that takes long is told when it commits, and holds nobody else's up", async () => {
  const database = factory.database.open();
  connections.push(database);
  let position = await store.position();
  let commit = (): void => undefined;
  const committing = new Promise<void>((resolve) => {
    commit = resolve;
  });
  let begun = (): void => undefined;
  const beginning = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const long = database.tenant("acme").transaction(async (tx) => {
    // The device of the first test, told of once more: what matters here is when.
    await tx.run(`INSERT INTO device_change (tenant, device_ids, revisions)
      SELECT tenant, ARRAY[device_id], ARRAY[1] FROM device WHERE serial_number = 'A-2'`);
    begun();
    await committing;
  });
  await beginning;
  const told: string[][] = [];
  const look = async () => {
    const batch = await store.since(position);
    position = batch.position;
    told.push(names(batch));
  };
  await factory.record({ serialNumber: "B-1" });
  await look();
  await factory.record({ serialNumber: "B-2" });
  await look();
  commit();
  await long;
  await look();
  await look();
  expect(told).toEqual([["B-1"], ["B-2"], ["A-2"], []]);
});

test("what is rolled back is told to nobody", async () => {
  const position = await store.position();
  const { errors } = await factory.ask(
    "engineering",
    `mutation { correctDevice(
    serialNumber: "A-1", changes: { lotCode: "M" }, reason: "x", expectedRevision: 99) { id } }`,
  );
  expect(errors).toHaveLength(1);
  expect(names(await store.since(position))).toEqual([]);
});

test("too much at once, and a position of another server, are said to be missed", async () => {
  const position = await store.position();
  await sql.run(`INSERT INTO device_change (tenant, device_ids, revisions)
    SELECT 'acme', array_agg(n), array_agg(1) FROM generate_series(1, 20001) n`);
  expect(await store.since(position)).toMatchObject({ isMissed: true, changes: [] });
  const elsewhere = await store.since("900000000:900000000:");
  expect(elsewhere).toMatchObject({ isMissed: true, changes: [] });
  expect(await store.since(elsewhere.position)).toMatchObject({ isMissed: false, changes: [] });
});

test("old rows are removed, and young ones stay", async () => {
  await factory.database.admin(
    "UPDATE device_change SET recorded_at = recorded_at - interval '31 days'",
  );
  await factory.record({ serialNumber: "C-1" });
  await new NumberedFeedStore(tenantSql, "acme", DEVICE_FEED).removeOld();
  const rows = await sql.run("SELECT 1 FROM device_change");
  expect(rows).toHaveLength(1);
});

test("no tenant reads another one's changes", async () => {
  const database = factory.database.open();
  connections.push(database);
  const other = database.tenant("other");
  expect(await other.run("SELECT 1 FROM device_change")).toEqual([]);
  const position = await new DeviceChangeStore(other, "other").position();
  await factory.record({ serialNumber: "D-1" });
  expect(names(await new DeviceChangeStore(other, "other").since(position))).toEqual([]);
  expect(names(await store.since(position))).toEqual(["D-1"]);
});
