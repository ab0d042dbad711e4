import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { EVENT_TYPES } from "../../shared/events/event.ts";
import { callerOf } from "../manufacturing/factory.ts";
import {
  OFFER,
  openTown,
  ownerInput,
  person,
  RELEASE,
  REPLACE_CLAIM_CODE,
  STATE,
  stepsIn,
  type Town,
  TRANSFER,
} from "../ownership/town.ts";
import { eventsOf, fromOne, gatewayIn, readOn, revisionsOf } from "./reading.ts";

let town: Town;
beforeAll(async () => {
  town = await openTown();
  const { device, register } = stepsIn(town);
  const { factory } = town;
  const claimCode = await device("hex-1", { isProtected: true });
  await factory.correct("SN hex-1", 2, { lotCode: "L-2" });
  await factory.correct("SN hex-1", 3, { disposition: "QUARANTINED" });
  await factory.correct("SN hex-1", 4, { disposition: "RELEASED" });
  await factory.record({ serialNumber: "SN hex-1", site: "Prato" });
  await factory.record({ serialNumber: "SN-2", operator: "Olga Operator" });
  await factory.correct("SN-2", 1, { disposition: "SCRAPPED" });
  await town.provision({ serialNumber: "SN-2", connhexId: "hex-2" });
  await register(person("ada"), { connhexId: "hex-1", owner: ownerInput("Ada"), claimCode });
  const { offerOwnershipTransfer: offer } = await town.get(person("ada"), OFFER, {
    connhexId: "hex-1",
  });
  const input = { connhexId: "hex-1", owner: ownerInput("Ben"), consentCode: offer.code };
  await town.get(person("ben"), TRANSFER, { input });
  await town.get(person("ben"), RELEASE, { connhexId: "hex-1", reason: "Ben moved to Lucca" });
  await town.get("engineering", REPLACE_CLAIM_CODE, { connhexId: "hex-1", reason: "lost" });
  for (const state of ["SUSPENDED", "ACTIVE", "REVOKED"]) {
    await town.get("engineering", STATE, { connhexId: "hex-1", state, reason: "Cara called" });
  }
});
afterAll(() => town.close());

test("each revision in Manufacturing is one event, with a name of its own", async () => {
  const { events } = await readOn(town.factory.service, { from: "OLDEST" });
  expect(events.map(({ type, data }) => [data.serialNumber, data.revision, type])).toEqual([
    ["SN hex-1", 1, "device.recorded"],
    ["SN hex-1", 2, "device.linked"],
    ["SN hex-1", 3, "device.corrected"],
    ["SN hex-1", 4, "device.quarantined"],
    ["SN hex-1", 5, "device.released"],
    ["SN hex-1", 6, "device.revised"],
    ["SN-2", 1, "device.recorded"],
    ["SN-2", 2, "device.scrapped"],
  ]);
  const told = events[3];
  expect(told).toEqual({
    id: expect.stringMatching(/^manufacturing\.device-\d+\.4$/),
    type: "device.quarantined",
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
    tenant: "acme",
    data: {
      ...{ serialNumber: "SN hex-1", connhexId: "hex-1", revision: 4 },
      ...{ phase: null, disposition: "QUARANTINED", changed: ["disposition"] },
    },
  });
});

test("each revision in Ownership is one event, also of a provisioning that was refused", async () => {
  const { events } = await readOn(town.service(), { from: "OLDEST" });
  const told = events.map(({ type, data }) => [data.connhexId, data.revision, type]);
  expect(told.filter(([id]) => id === "hex-1")).toEqual([
    ["hex-1", 1, "identity.pending"],
    ["hex-1", 2, "identity.active"],
    ["hex-1", 1, "ownership.registered"],
    ["hex-1", 2, "ownership.transferred"],
    ["hex-1", 3, "ownership.released"],
    ["hex-1", 3, "identity.claim_code_replaced"],
    ["hex-1", 4, "identity.suspended"],
    ["hex-1", 5, "identity.active"],
    ["hex-1", 6, "identity.revoked"],
  ]);
  expect(events.every(({ data }) => data.serialNumber?.startsWith("SN"))).toBe(true);
  const [{ revisions } = { revisions: 0 }] = await town.database.admin<{ revisions: number }>(
    `SELECT (SELECT count(*) FROM cloud_identity_revision)::int
       + (SELECT count(*) FROM ownership_revision)::int AS revisions`,
  );
  expect(events).toHaveLength(revisions);
});

test("the events of all that happens have a type that is promised, and ids that are told once", async () => {
  const all = [
    ...(await readOn(town.factory.service, { from: "OLDEST" })).events,
    ...(await readOn(town.service(), { from: "OLDEST" })).events,
  ];
  expect(all.filter(({ type }) => !EVENT_TYPES.includes(type))).toEqual([]);
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  for (const [entity, revisions] of revisionsOf(all)) {
    expect([entity, revisions]).toEqual([entity, fromOne(revisions.length)]);
  }
});

test("no event names a person, nor says why somebody did something", async () => {
  const all = [
    ...(await readOn(town.factory.service, { from: "OLDEST" })).events,
    ...(await readOn(town.service(), { from: "OLDEST" })).events,
  ];
  const text = JSON.stringify(all);
  for (const person of ["Ada", "ada", "Ben", "Cara", "Olga", "example.com", "+39", "Lucca"]) {
    expect([person, text.includes(person)]).toEqual([person, false]);
  }
  // Nor who did it: subjects of tokens are pseudonyms of people.
  for (const subject of ["person-", "line-1", "engineering-1", "support-1"]) {
    expect([subject, text.includes(subject)]).toEqual([subject, false]);
  }
  const rows = await town.database.admin("SELECT * FROM ownership_change");
  expect(JSON.stringify(rows)).not.toMatch(/ada|ben|owner_id/i);
});

test("reading goes on from any position, in pages of any size", async () => {
  for (const service of [town.factory.service, town.service()]) {
    const { events: all, position } = await readOn(service, { from: "OLDEST" }, 1_000);
    for (const limit of [1, 2, 3, 7]) {
      expect((await readOn(service, { from: "OLDEST" }, limit)).events).toEqual(all);
    }
    const page = await eventsOf(service, { from: "OLDEST" });
    for (const [index, placed] of page.events.entries()) {
      const { events } = await readOn(service, { after: placed.position }, 4);
      expect(events).toEqual(all.slice(index + 1));
    }
    expect(await eventsOf(service, { after: position })).toMatchObject({
      ...{ events: [], position, hasMore: false },
    });
    const end = await eventsOf(service, { from: "END" }, { limit: 0 });
    expect([end.events, end.position]).toEqual([[], position]);
  }
});

test("events of a time on are all that were recorded since, and few of those before", async () => {
  const { service, database } = town.factory;
  // As if the first half had happened an hour ago.
  await database.admin(
    `UPDATE device_change SET recorded_at = recorded_at - interval '1 hour'
     WHERE ends_at <= (SELECT max(ends_at) / 2 FROM device_change)`,
  );
  const { events: all } = await readOn(service, { from: "OLDEST" });
  const half = new Date(Date.now() - 30 * 60_000).toISOString();
  const { events } = await readOn(service, { from: `${half.slice(0, 23)}000Z` });
  expect(events).toEqual(all.slice(4));
  const { events: none } = await readOn(service, { from: "2100-01-01T00:00:00.000000Z" });
  expect(none).toEqual([]);
});

test("a tenant's events are its own, and a position of one tenant is none of another's", async () => {
  for (const service of [town.factory.service, town.service()]) {
    expect(await eventsOf(service, { from: "OLDEST" }, { tenant: "globex" })).toMatchObject({
      ...{ events: [], position: "0" },
    });
    const { position } = await readOn(service, { from: "OLDEST" });
    await expect(
      eventsOf(service, { after: position }, { tenant: "globex" }),
    ).rejects.toMatchObject({ code: "INVALID_CURSOR" });
  }
});

test("the same number in two tenants is marked differently", async () => {
  const { factory } = town;
  const { data } = await factory.ask(
    callerOf("line", { tenant: "globex" }),
    `mutation { recordDevices(input: [{ serialNumber: "SN-1" }]) { recorded } }`,
  );
  expect(data.recordDevices.recorded).toBe(1);
  const first = await eventsOf(factory.service, { from: "OLDEST" }, { limit: 1 });
  await expect(
    eventsOf(factory.service, { after: first.position }, { tenant: "globex" }),
  ).rejects.toMatchObject({ code: "INVALID_CURSOR" });
});

test.each([
  ["made up", "3"],
  ["made up with a mark", "3-0123456789ab"],
  ["of a number that was never reached", "900000-0123456789ab"],
  ["no number", "x"],
  ["negative", "-1"],
  ["a mark of nothing", "0-0123456789ab"],
  ["SQL", "1; DROP TABLE device_change"],
  ["too long", "1".repeat(70)],
  ["empty", ""],
])("a position that is %s is refused", async (_, after) => {
  for (const service of [town.factory.service, town.service()]) {
    await expect(eventsOf(service, { after })).rejects.toMatchObject({ code: "INVALID_CURSOR" });
  }
});

test("whoever is neither the gateway itself nor of a role that may gets no event", async () => {
  const ask = (subject: string, roles: readonly ("line" | "partner" | "owner" | "analyst")[]) =>
    town.factory.service.events?.(
      { ...gatewayIn("acme"), subject, roles },
      { begin: { from: "OLDEST" }, limit: 1 },
    );
  for (const role of ["line", "partner", "owner"] as const) {
    await expect(ask("gateway", [role])).rejects.toMatchObject({ code: "FORBIDDEN" });
  }
  await expect(ask("somebody", [])).rejects.toMatchObject({ code: "FORBIDDEN" });
  expect((await ask("somebody", ["analyst"]))?.events).toHaveLength(1);
});
