import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Event } from "../../shared/events/event.ts";
import { NumberedFeedStore } from "../../shared/events/numbered-feed.store.ts";
import { DEVICE_FEED } from "../../subgraphs/manufacturing/device-change/device-event.store.ts";
import { type Factory, openFactory } from "../manufacturing/factory.ts";
import { eventsOf, fromOne, readOn, revisionsOf } from "./reading.ts";

let factory: Factory;
beforeAll(async () => {
  factory = await openFactory();
});
afterAll(() => factory.close());

const WRITERS = 8;
const ROUNDS = 12;
const DEVICES = 24;
const FIELDS = [
  ...["partNumber", "pcbPartNumber", "hardwareRevision", "fwVersion", "deviceType", "lotCode"],
  ...["workOrder", "productionOrder", "palletId", "packageId", "site", "line"],
];

/**
 * Writes as one of eight stations that meet at the same devices: each adds another field to some of
 * them. Where somebody was faster at one device of a batch, that one is judged and written again
 * within the same transaction, whose other devices are written already.
 */
async function write(writer: number): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const field = FIELDS[(writer + round) % FIELDS.length] ?? "";
    const numbers = [0, 1, 2, 3, 4, 5].map((n) => (writer * 7 + round * 5 + n * n) % DEVICES);
    const rows = [...new Set(numbers)].map((number) => ({
      serialNumber: `SN-${number}`,
      [field]: `${field} of ${number}`,
    }));
    await factory.record(...rows);
  }
}

async function revisionsInDatabase(): Promise<number> {
  const [row] = await factory.database.admin<{ count: number }>(
    "SELECT count(*)::int AS count FROM device_revision",
  );
  return row?.count ?? 0;
}

test("while eight write, whoever reads on from page to page is told each revision once, in order", async () => {
  let isWriting = true;
  const writing = Promise.all(fromOne(WRITERS).map(write)).finally(() => {
    isWriting = false;
  });
  const told: Event[][] = [[], [], []];
  const read = async (events: Event[], limit: number) => {
    for (let after: string | null = null; ; ) {
      const last = !isWriting;
      const begin = after === null ? ({ from: "OLDEST" } as const) : { after };
      const page = await eventsOf(factory.service, begin, { limit });
      events.push(...page.events.map(({ event }) => event));
      after = page.position;
      if (last && !page.hasMore) return;
    }
  };
  await Promise.all([writing, ...told.map((events, reader) => read(events, 1 + reader * 20))]);
  const count = await revisionsInDatabase();
  expect(count).toBeGreaterThan(40);
  for (const events of told) {
    expect(events).toHaveLength(count);
    expect(events).toEqual(told[0]);
    for (const [device, revisions] of revisionsOf(events)) {
      expect([device, revisions]).toEqual([device, fromOne(revisions.length)]);
    }
  }
});

test("a transaction that takes long is told when it commits, and holds nobody else's up", async () => {
  const { service, database } = factory;
  const start = (await readOn(service, { from: "OLDEST" })).position;
  const connections = database.open();
  let commit = (): void => undefined;
  const committing = new Promise<void>((resolve) => {
    commit = resolve;
  });
  let begun = (): void => undefined;
  const beginning = new Promise<void>((resolve) => {
    begun = resolve;
  });
  await factory.record({ serialNumber: "LONG" });
  const before = (await readOn(service, { after: start })).position;
  const long = connections.tenant("acme").transaction(async (tx) => {
    // As the writer does it: the place among the changes is taken now, and seen at the commit.
    await tx.run(
      `UPDATE device SET revision = 2, recorded_at = now() WHERE serial_number = 'LONG'`,
    );
    await tx.run(`INSERT INTO device_revision SELECT (r).* FROM (SELECT json_populate_record(d,
        json_build_object('revision', 2)) AS r FROM device_revision d
      WHERE serial_number = 'LONG' AND revision = 1) AS copied`);
    await tx.run(`INSERT INTO device_change (tenant, device_ids, revisions)
      SELECT tenant, ARRAY[device_id], ARRAY[2] FROM device WHERE serial_number = 'LONG'`);
    begun();
    await committing;
  });
  await beginning;
  await factory.record({ serialNumber: "SHORT-1" });
  const first = await readOn(service, { after: before });
  await factory.record({ serialNumber: "SHORT-2" });
  const second = await readOn(service, { after: first.position });
  commit();
  await long;
  const third = await readOn(service, { after: second.position });
  await connections.close();
  const names = (events: readonly Event[]) =>
    events.map(({ data }) => `${data.serialNumber} ${data.revision}`);
  expect([first, second, third].map(({ events }) => names(events))).toEqual([
    ["SHORT-1 1"],
    ["SHORT-2 1"],
    ["LONG 2"],
  ]);
  // Whoever reads all of it again is told the same, in the same order.
  expect(names((await readOn(service, { after: before }, 2)).events)).toEqual([
    ...["SHORT-1 1", "SHORT-2 1", "LONG 2"],
  ]);
});

test("what is rolled back is told to nobody", async () => {
  const { position } = await readOn(factory.service, { from: "OLDEST" });
  const connections = factory.database.open();
  const broken = connections.tenant("acme").transaction(async (tx) => {
    await tx.run(`INSERT INTO device_change (tenant, device_ids, revisions)
      SELECT tenant, ARRAY[device_id], ARRAY[9] FROM device WHERE serial_number = 'LONG'`);
    throw new Error("changed my mind");
  });
  await expect(broken).rejects.toThrow("changed my mind");
  await connections.close();
  expect((await readOn(factory.service, { after: position })).events).toEqual([]);
});

test("what is older than thirty days goes, and a position before it is refused", async () => {
  const { service, database } = factory;
  const page = await eventsOf(service, { from: "OLDEST" }, { limit: 10 });
  const { events: all, position: end } = await readOn(service, { from: "OLDEST" });
  const connections = database.open();
  const feed = new NumberedFeedStore(connections.tenant("acme"), "acme", DEVICE_FEED);
  await feed.removeOld();
  expect((await readOn(service, { from: "OLDEST" })).events).toHaveLength(all.length);
  const number = (index: number) => Number(page.events[index]?.position.split("-", 1)[0]);
  await database.admin(
    `UPDATE device_change SET recorded_at = recorded_at - interval '31 days' WHERE ends_at <= $1`,
    [number(5)],
  );
  await feed.removeOld();
  await connections.close();
  const kept = await readOn(service, { from: "OLDEST" });
  expect(kept.events).toEqual(all.slice(all.length - kept.events.length));
  expect(kept.events.length).toBeGreaterThan(all.length - 10);
  for (const begin of [
    { after: page.events[0]?.position ?? "" },
    { after: "0" },
    { from: "2020-01-01T00:00:00.000000Z" },
  ]) {
    await expect(eventsOf(service, begin)).rejects.toMatchObject({ code: "POSITION_TOO_OLD" });
  }
  expect((await readOn(service, { after: end })).events).toEqual([]);
  const { events } = await eventsOf(service, { from: "OLDEST" });
  for (const { position } of events) {
    expect((await eventsOf(service, { after: position })).hasMore).toBe(false);
  }
});

test("a feed that nobody read for long is numbered in small steps, and loses nothing", async () => {
  const { service, database } = factory;
  const { position } = await readOn(service, { from: "OLDEST" });
  await database.admin(
    `INSERT INTO device_change (tenant, device_ids, revisions)
     SELECT 'acme', ARRAY[d.device_id], ARRAY[1] FROM device d, generate_series(1, 1500)
     WHERE d.serial_number = 'LONG'`,
  );
  const page = await eventsOf(service, { after: position }, { limit: 10 });
  const [head] = await database.admin<{ numbered: number }>(
    "SELECT count(*)::int AS numbered FROM device_change WHERE ends_at IS NOT NULL",
  );
  expect([page.events.length, page.hasMore]).toEqual([10, true]);
  expect(head?.numbered).toBeLessThan(1_200);
  const { events } = await readOn(service, { after: position }, 400);
  expect(events).toHaveLength(1_500);
});
