import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { REGISTER } from "../ownership/town.ts";
import { type TestGateway, testGateway } from "../support/gateway.ts";
import { type ExportWorld, openWorld, take } from "./export-world.ts";
import { fileFolder } from "./readers.ts";

let world: ExportWorld;
let second: TestGateway;
let files: Awaited<ReturnType<typeof fileFolder>>;
let folder: string;
const ROWS = 30_000;
beforeAll(async () => {
  files = await fileFolder();
  folder = files.path("spool");
  world = await openWorld({ exports: { folder } });
  const { manufacturing, ownership } = world.pair;
  // Another process of the same gateway, as WORKERS starts it: the same database and folder.
  second = await testGateway({
    services: [manufacturing, ownership],
    database: world.gateway.database,
    exports: { folder },
  });
  await world.record({ serialNumber: "K-0", lotCode: "K" });
  await world.pair.databases.manufacturing.admin(
    `INSERT INTO device (tenant, device_id, serial_number, disposition, attributes, revision, recorded_at)
     SELECT 'demo', 1000000 + n, 'K-' || n, 'RELEASED', '{"note": "kept for a while"}', 1, now()
     FROM generate_series(1, $1::int) n`,
    [ROWS - 1],
  );
});
afterAll(async () => {
  await second.close();
  await world.close();
  await files.remove();
});

/** Every line of the access log takes a while. */
const LATE_LINES = [
  `CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql
   AS 'BEGIN PERFORM pg_sleep(0.5); RETURN NEW; END'`,
  "CREATE TRIGGER late BEFORE INSERT ON access_log FOR EACH ROW EXECUTE FUNCTION late()",
];
const pathOf = (id: unknown) => `/exports/files/${id}`;
const idOf = async (path = "/exports/devices.csv") => (await world.take(path)).headers["export-id"];

describe("a whole export", () => {
  test("is taken again, byte for byte, from any process of the gateway", async () => {
    const first = await world.take("/exports/devices.parquet");
    const path = pathOf(first.headers["export-id"]);
    // Each gateway of this test has an issuer of its own; who asks is the same person to both.
    const asking = { subject: "dev:analyst", roles: ["analyst" as const] };
    const again = await world.take("/exports/devices.parquet", asking);
    const other = await take(second, pathOf(again.headers["export-id"]), asking);
    expect(other.body.equals(again.body)).toBe(true);
    const mine = await world.take(path);
    expect([mine.status, mine.body.equals(first.body)]).toEqual([200, true]);
    expect(mine.headers["content-length"]).toBe(String(first.body.length));
    expect(mine.headers["repr-digest"]).toBe(first.trailers["repr-digest"]);
    expect(mine.headers["row-count"]).toBe(String(ROWS));
  });

  test("is gone on with where it was cut", async () => {
    const whole = await world.take("/exports/devices.csv");
    const cut = await world.take("/exports/devices.csv", { leaveAfter: 1 });
    expect([cut.isWhole, cut.trailers]).toEqual([false, {}]);
    const { etag = "", "export-id": id } = cut.headers;
    const headers = { range: `bytes=${cut.body.length}-`, "if-range": etag };
    const rest = await world.take(pathOf(id), { headers });
    expect([rest.status, rest.isWhole]).toEqual([206, true]);
    expect(Buffer.concat([cut.body, rest.body]).equals(whole.body)).toBe(true);
  });

  test("is waited for while its end is being entered in the access log", async () => {
    const { admin } = world.gateway.database;
    for (const text of LATE_LINES) await admin(text);
    try {
      const { headers } = await world.take("/exports/devices.ndjson", { leaveAfter: 1 });
      const id = headers["export-id"];
      const ends = "SELECT FROM export_end WHERE export_id = $1";
      while ((await admin(ends, [id])).length === 0) await pause(5);
      const { status, headers: whole } = await world.take(pathOf(id));
      expect([status, whole["row-count"]]).toEqual([200, String(ROWS)]);
    } finally {
      await admin("DROP TRIGGER late ON access_log");
    }
  });

  test.each([
    ["bytes=0-9", 206, "bytes 0-9/", 10],
    ["bytes=-10", 206, null, 10],
    ["bytes=9-5", 200, null, null],
    ["bytes=0-1,5-9", 200, null, null],
    ["rows=1-2", 200, null, null],
    ["bytes=999999999-", 416, "bytes */", 0],
  ])("answers the range %s with %i", async (range, status, contentRange, length) => {
    const whole = await world.take("/exports/devices.csv");
    const part = await world.take(pathOf(whole.headers["export-id"]), { headers: { range } });
    expect(part.status).toBe(status);
    if (contentRange) expect(part.headers["content-range"]).toContain(contentRange);
    expect(part.body).toHaveLength(length ?? whole.body.length);
  });

  test("comes whole where the reader's part is of something else", async () => {
    const whole = await world.take("/exports/devices.csv");
    const headers = { range: "bytes=5-", "if-range": '"another"' };
    const { status, body } = await world.take(pathOf(whole.headers["export-id"]), { headers });
    expect([status, body.length]).toEqual([200, whole.body.length]);
  });

  test("is its caller's alone, and his only while his roles are what they were", async () => {
    const asking = { roles: ["analyst", "support"] as const, subject: "ann", client: "app" };
    const { headers } = await world.take("/exports/devices.csv", {
      ...asking,
      roles: ["analyst", "support"],
    });
    const again = async (more: object) =>
      (
        await world.take(pathOf(headers["export-id"]), {
          ...asking,
          roles: ["analyst", "support"],
          ...more,
        })
      ).status;
    expect(await again({})).toBe(200);
    expect(await again({ roles: ["analyst", "support", "admin"] })).toBe(200);
    expect(await again({ roles: ["analyst"] })).toBe(404);
    expect(await again({ subject: "bob" })).toBe(404);
    expect(await again({ client: "other-app" })).toBe(404);
  });

  test("lies in a folder and a file that nobody else can read", async () => {
    const id = await idOf();
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, `${id}.data`))).mode & 0o777).toBe(0o600);
  });
});

describe("the folder", () => {
  test("has nothing of exports that hold people", async () => {
    const { ask } = world;
    await ask(
      "line",
      `mutation { provisionDevices(input: [{serialNumber: "K-0", connhexId: "k-0"}]) { provisioned } }`,
    );
    const input = {
      connhexId: "k-0",
      owner: { kind: "PERSON", displayName: "Ada Rossi", email: "ada@example.com", country: "IT" },
    };
    await ask("admin", REGISTER, { input });
    const path = "/exports/ownerships.csv?columns=connhexId,ownerName,ownerEmail";
    const taken = await world.take(path, { roles: ["admin"] });
    expect(taken.body.toString()).toBe(
      "connhexId,ownerName,ownerEmail\nk-0,Ada Rossi,ada@example.com\n",
    );
    const masked = await world.take(path, { roles: ["support"] });
    expect(masked.body.toString()).toContain("k-0,Ada Rossi,a•••@e•••.com");
    expect(taken.headers["accept-ranges"]).toBeUndefined();
    const again = await world.take(pathOf(taken.headers["export-id"]), { roles: ["admin"] });
    expect([again.status, again.code]).toEqual([404, "NOT_FOUND"]);
    const manifest = await world.take(`${pathOf(taken.headers["export-id"])}/manifest.json`, {
      roles: ["admin"],
    });
    expect(JSON.parse(manifest.body.toString()).rows).toBe(1);
    expect(
      (await readdir(folder)).filter((name) => name.startsWith(String(taken.headers["export-id"]))),
    ).toEqual([]);
  });

  test("is bounded: the oldest whole file gives way, and what is too large is cut", async () => {
    const small = files.path("small");
    const { body } = await world.take("/exports/devices.ndjson");
    const gateway = await testGateway({
      services: [world.pair.manufacturing, world.pair.ownership],
      exports: { folder: small, bytesMost: Math.floor(body.length * 1.5) },
    });
    try {
      const ids = [];
      for (let n = 0; n < 3; n++) {
        const taken = await take(gateway, "/exports/devices.ndjson");
        expect(taken.isWhole).toBe(true);
        ids.push(taken.headers["export-id"]);
      }
      const statuses = [];
      for (const id of ids) statuses.push((await take(gateway, pathOf(id))).status);
      expect(statuses).toEqual([404, 404, 200]);
    } finally {
      await gateway.close();
    }
    const tiny = await testGateway({
      services: [world.pair.manufacturing, world.pair.ownership],
      exports: { folder: files.path("tiny"), bytesMost: 1_000 },
    });
    try {
      const taken = await take(tiny, "/exports/devices.csv");
      expect([taken.status, taken.isWhole, taken.trailers]).toEqual([200, false, {}]);
      expect(await readdir(files.path("tiny"))).toEqual([]);
      const small = await take(tiny, "/exports/group.csv?field=lotCode&value=K");
      expect([small.status, small.isWhole]).toEqual([200, true]);
    } finally {
      await tiny.close();
    }
  });

  test("forgets what has been kept long enough", async () => {
    const gateway = await testGateway({
      services: [world.pair.manufacturing, world.pair.ownership],
      exports: { folder: files.path("brief"), keptMs: 1 },
    });
    try {
      const { headers } = await take(gateway, "/exports/devices.csv");
      await new Promise((resolve) => setTimeout(resolve, 20));
      const { status, code } = await take(gateway, pathOf(headers["export-id"]));
      expect([status, code]).toEqual([404, "NOT_FOUND"]);
      const manifest = await take(gateway, `${pathOf(headers["export-id"])}/manifest.json`);
      expect(manifest.status).toBe(200);
    } finally {
      await gateway.close();
    }
  });
});
