import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ROLES } from "../../shared/caller.ts";
import { NumberedFeedStore } from "../../shared/events/numbered-feed.store.ts";
import { DEVICE_FEED } from "../../subgraphs/manufacturing/device-change/device-event.store.ts";
import { servedPair } from "../support/served-pair.ts";
import { type EventsWorld, openEventsWorld } from "./events-world.ts";
import { fromOne, revisionsOf } from "./reading.ts";

let world: EventsWorld;
beforeAll(async () => {
  world = await openEventsWorld();
  await world.record(...fromOne(5).map((n) => ({ serialNumber: `SN-${n}`, lotCode: "L" })));
  await world.provision({ serialNumber: "SN-1", connhexId: "hex-1" });
  await world.correct("SN-2", 1, { disposition: "QUARANTINED" });
});
afterAll(() => world.close());

describe("the feed", () => {
  test("tells what happened in both services, and goes on from its position", async () => {
    const all = await world.changes();
    expect([all.status, all.hasMore, all.delayed]).toEqual([200, false, []]);
    expect(all.events.map(({ type, data }) => `${data.serialNumber} ${type}`)).toEqual([
      ...fromOne(5).map((n) => `SN-${n} device.recorded`),
      "SN-1 identity.pending",
      "SN-1 device.linked",
      "SN-1 identity.active",
      "SN-2 device.quarantined",
    ]);
    expect(await world.changes({ after: all.position })).toMatchObject({
      ...{ events: [], position: all.position, hasMore: false },
    });
    const told = [];
    for (let after = "", page = await world.changes({ limit: "2" }); ; ) {
      told.push(...page.events);
      after = page.position;
      if (!page.hasMore) break;
      page = await world.changes({ after, limit: "2" });
    }
    expect(told).toHaveLength(all.events.length);
    expect(new Set(told.map(({ id }) => id))).toEqual(new Set(all.events.map(({ id }) => id)));
    for (const [entity, revisions] of revisionsOf(told)) {
      expect([entity, revisions]).toEqual([entity, fromOne(revisions.length)]);
    }
  });

  test("comes as lines of JSON too, the last of which says where to go on", async () => {
    const page = await world.changes({ limit: "3" });
    const lines = await world.changes(
      { limit: "3" },
      { headers: { accept: "application/x-ndjson" } },
    );
    expect(lines.headers.get("content-type")).toBe("application/x-ndjson");
    expect(lines.text.trimEnd().split("\n")).toHaveLength(4);
    const { events, position, hasMore } = lines;
    expect({ events, position, hasMore }).toEqual({
      ...{ events: page.events, position: page.position, hasMore: true },
    });
  });

  test("waits for what comes, and tells it within a moment", async () => {
    const { position } = await world.changes({ after: "now" });
    const began = performance.now();
    const waiting = world.changes({ after: position, wait: "10" });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await world.record({ serialNumber: "AWAITED" });
    const { events } = await waiting;
    expect(events.map(({ data }) => data.serialNumber)).toEqual(["AWAITED"]);
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  test("answers an empty page where nothing came, and where the gateway ends", async () => {
    const { position } = await world.changes({ after: "now" });
    const began = performance.now();
    const page = await world.changes({ after: "now", wait: "1" });
    expect(performance.now() - began).toBeGreaterThan(900);
    expect(page).toMatchObject({ status: 200, events: [], position, hasMore: false });
  });

  test("begins at a time", async () => {
    const later = await world.changes({ after: "2100-01-01T00:00:00Z" });
    expect(later.events).toEqual([]);
    const all = await world.changes({ after: "2020-01-01T02:00:00+02:00" });
    expect(all.events.length).toBeGreaterThan(8);
    expect((await world.changes({ after: "oldest" })).events).toEqual(all.events);
  });

  test("leaves a line in the access log that names whose events were read", async () => {
    await world.changes({ limit: "2" }, { headers: { "x-request-id": "reads-the-feed" } });
    const lines = await world.database.admin(
      `SELECT subject, operation, devices, device_count, status FROM access_log
       WHERE request_id = 'reads-the-feed'`,
    );
    expect(lines).toMatchObject([{ operation: "changes", device_count: 2, status: 200 }]);
    expect((lines[0] as { devices: string[] }).devices).toEqual(["SN-1", "SN-2"]);
    await world.changes(
      { limit: "2" },
      { roles: ["line"], headers: { "x-request-id": "may-not-read" } },
    );
    expect(
      await world.database.admin("SELECT status FROM access_log WHERE request_id = 'may-not-read'"),
    ).toEqual([{ status: 403 }]);
  });
});

describe("who may read it", () => {
  const READERS = ["support", "recall_manager", "engineering", "compliance", "analyst", "admin"];

  test.each(ROLES.map((role) => [role, READERS.includes(role) ? 200 : 403] as const))(
    "%s: %i",
    async (role, status) => {
      const { status: answered, events } = await world.changes({}, { roles: [role] });
      expect(answered).toBe(status);
      expect(events.length > 0).toBe(status === 200);
    },
  );

  test("nobody without a role, or without a token", async () => {
    expect((await world.changes({}, { roles: [] })).status).toBe(403);
    expect((await fetch(`${world.gateway.url}/changes`)).status).toBe(401);
    const post = await fetch(`${world.gateway.url}/changes`, {
      method: "POST",
      headers: { authorization: `Bearer ${await world.token({ roles: ["admin"] })}` },
    });
    expect([post.status, post.headers.get("allow")]).toEqual([405, "GET"]);
  });

  test("another tenant reads nothing of it, also with a position of it", async () => {
    const { position } = await world.changes();
    expect(await world.changes({}, { tenant: "globex" })).toMatchObject({
      status: 200,
      events: [],
    });
    const foreign = await world.changes({ after: position }, { tenant: "globex" });
    expect(foreign).toMatchObject({ status: 400, code: "INVALID_CURSOR", events: [] });
  });
});

describe("a request that is wrong", () => {
  test.each([
    ["a forged position", { after: "MSBtYW51ZmFjdHVyaW5nOjM" }, "INVALID_CURSOR"],
    ["half a position", { after: "MSB" }, "INVALID_CURSOR"],
    ["no position", { after: "../../etc/passwd" }, "INVALID_CURSOR"],
    ["no time", { after: "yesterday 10:00" }, "BAD_USER_INPUT"],
    ["a limit of nothing", { limit: "0" }, "BAD_USER_INPUT"],
    ["too great a limit", { limit: "1001" }, "BAD_USER_INPUT"],
    ["no number", { limit: "ten" }, "BAD_USER_INPUT"],
    ["too long a wait", { wait: "3600" }, "BAD_USER_INPUT"],
    ["a parameter that is none", { from: "now" }, "BAD_USER_INPUT"],
  ])("is refused: %s", async (_, parameters, code) => {
    expect(await world.changes(parameters as Record<string, string>)).toMatchObject({
      ...{ status: 400, code, events: [] },
    });
  });

  test("a true position with one letter changed is refused", async () => {
    const { position } = await world.changes();
    const plain = Buffer.from(position, "base64url").toString();
    for (const index of [...plain].keys()) {
      const letter = plain[index] === "0" ? "1" : "0";
      const forged = plain.slice(0, index) + letter + plain.slice(index + 1);
      const after = Buffer.from(forged).toString("base64url");
      const { status, code } = await world.changes({ after });
      expect([forged, status, code]).toEqual([forged, 400, "INVALID_CURSOR"]);
    }
  });

  test("a position of more than thirty days ago is gone, and says so", async () => {
    const { position } = await world.changes({ limit: "1" });
    const { database } = { database: world.pair.databases.manufacturing };
    await database.admin(
      "UPDATE device_change SET recorded_at = recorded_at - interval '31 days' WHERE place <= 2",
    );
    const connections = database.open();
    await new NumberedFeedStore(connections.tenant("demo"), "demo", DEVICE_FEED).removeOld();
    await connections.close();
    expect(await world.changes({ after: position })).toMatchObject({
      ...{ status: 410, code: "POSITION_TOO_OLD", events: [] },
    });
    expect((await world.changes()).status).toBe(200);
  });
});

test("in split mode it is the same feed; while one service is away the other's events come", async () => {
  const served = await servedPair();
  const split = await openEventsWorld({ pair: served.pair, remote: served.remote });
  try {
    await split.record({ serialNumber: "S-1" }, { serialNumber: "S-2" });
    await split.provision({ serialNumber: "S-1", connhexId: "s-1" });
    const all = await split.changes();
    expect(all.events.map(({ type }) => type)).toEqual([
      ...["device.recorded", "device.recorded", "identity.pending", "device.linked"],
      "identity.active",
    ]);
    await served.stop("ownership");
    await split.record({ serialNumber: "S-3" });
    const partial = await split.changes({ after: all.position });
    expect([partial.delayed, partial.events.map(({ data }) => data.serialNumber)]).toEqual([
      ["ownership"],
      ["S-3"],
    ]);
    // Nobody knows where a feed begins that cannot be asked.
    expect((await split.changes()).status).toBe(503);
    await served.resume("ownership");
    await split.provision({ serialNumber: "S-3", connhexId: "s-3" });
    const rest = await split.changes({ after: partial.position });
    expect(rest.events.map(({ type }) => type)).toEqual([
      ...["identity.pending", "device.linked", "identity.active"],
    ]);
    expect((await split.changes({ after: "MSBtYW51ZmFjdHVyaW5nOjM" })).status).toBe(400);
  } finally {
    await split.close();
    await served.close();
  }
});
