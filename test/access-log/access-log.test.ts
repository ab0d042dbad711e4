import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import { AccessLog, openAccessLog } from "../../gateway/access-log/access-log.ts";
import { ACCESS_LOG } from "../../gateway/access-log/limits.ts";
import { Database } from "../../shared/postgres/database.ts";
import { appRole } from "../../shared/postgres/migrate.ts";
import { type FreshDatabase, freshDatabase, statements } from "../support/postgres.ts";
import { lineOf } from "./lines.ts";

let fresh: FreshDatabase;
let database: Database;
let accessLog: AccessLog;

beforeAll(async () => {
  fresh = await freshDatabase("gateway");
  const { appUrl: url, observe } = fresh;
  database = new Database({ url, role: appRole("gateway"), poolSize: 2, observe });
  accessLog = openAccessLog(database);
});

afterEach(async () => {
  await fresh.resume();
  fresh.sent.length = 0;
});

afterAll(async () => {
  await database.close();
  await fresh.drop();
});

async function recorded(prefix: string): Promise<string[]> {
  const text = "SELECT request_id AS id FROM access_log WHERE request_id LIKE $1 ORDER BY line";
  return (await fresh.admin<{ id: string }>(text, [`${prefix}%`])).map(({ id }) => id);
}

test("a line says who asked what, which devices were seen and what came of it", async () => {
  await accessLog.record(lineOf({ requestId: "whole-1", outcomes: ["NOT_FOUND", "FORBIDDEN"] }));
  const [row] = await fresh.admin("SELECT * FROM access_log WHERE request_id = 'whole-1'");
  expect(row).toEqual({
    tenant: "acme",
    at: expect.any(Date),
    line: expect.any(String),
    request_id: "whole-1",
    subject: "ada",
    client: "inspector",
    roles: ["support"],
    document: null,
    text_hash: Buffer.from("ab".repeat(32), "hex"),
    operation: "Walk",
    operation_type: "query",
    devices: ["hex-1"],
    device_count: 1,
    device_hash: null,
    outcomes: ["NOT_FOUND", "FORBIDDEN"],
    status: 200,
    ms: 12.5,
  });
});

test("a thousand lines at once take few statements, and each is there once", async () => {
  const ids = Array.from({ length: 1_000 }, (_, index) => `many-${index}`);
  await Promise.all(ids.map((requestId) => accessLog.record(lineOf({ requestId }))));
  expect(statements(fresh.sent).length).toBeLessThanOrEqual(3);
  expect(await recorded("many-")).toEqual(ids);
  expect(accessLog.pending).toBe(0);
});

test("lines that come while a statement is under way go together in the next one", async () => {
  const first = accessLog.record(lineOf({ requestId: "gather-0" }));
  await new Promise(setImmediate);
  const behind = Array.from({ length: 50 }, (_, index) =>
    accessLog.record(lineOf({ requestId: `gather-${index + 1}` })),
  );
  await Promise.all([first, ...behind]);
  expect(statements(fresh.sent)).toHaveLength(2);
});

test("each tenant's lines go on its own connection", async () => {
  const tenants = ["acme", "globex"];
  await Promise.all(
    tenants.map((tenant) => accessLog.record(lineOf({ tenant, requestId: `of-${tenant}` }))),
  );
  const rows = await fresh.admin(
    "SELECT tenant FROM access_log WHERE request_id LIKE 'of-%' ORDER BY tenant",
  );
  expect(rows).toEqual(tenants.map((tenant) => ({ tenant })));
});

test("where the database is stopped every line is refused soon, and the next one is taken", async () => {
  await accessLog.record(lineOf({ requestId: "before" }));
  await fresh.stop();
  const began = performance.now();
  const lines = Array.from({ length: 2_000 }, () => accessLog.record(lineOf()));
  for (const one of await Promise.allSettled(lines)) {
    expect(one).toMatchObject({ status: "rejected", reason: { code: "DATABASE_UNAVAILABLE" } });
  }
  expect(performance.now() - began).toBeLessThan(ACCESS_LOG.recordMs);
  expect(accessLog.pending).toBe(0);
  await fresh.resume();
  await accessLog.record(lineOf({ requestId: "after" }));
  expect(await recorded("after")).toEqual(["after"]);
});

test("a database that hangs has its lines refused in time, those that wait behind them too", async () => {
  const stuck = new AccessLog(() => new Promise<void>(() => undefined));
  const began = performance.now();
  const lines = Array.from({ length: ACCESS_LOG.linesPerStatement * 3 }, () =>
    stuck.record(lineOf()),
  );
  for (const one of await Promise.allSettled(lines)) {
    expect(one).toMatchObject({ status: "rejected", reason: { code: "DATABASE_UNAVAILABLE" } });
  }
  expect(performance.now() - began).toBeLessThan(ACCESS_LOG.recordMs + 1_000);
});

test("a full queue refuses at once, without a word to the database", async () => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = new AccessLog(() => held);
  const taken = Array.from({ length: ACCESS_LOG.queueLines }, () => slow.record(lineOf()));
  await expect(slow.record(lineOf({ tenant: "globex" }))).rejects.toMatchObject({
    code: "DATABASE_UNAVAILABLE",
    message: `${ACCESS_LOG.queueLines} lines wait for the access log`,
  });
  release();
  await Promise.all(taken);
  await slow.record(lineOf());
  expect(slow.pending).toBe(0);
});

test("closing waits for the lines that were taken, and takes no more", async () => {
  const closing = openAccessLog(database);
  const lines = Array.from({ length: 20 }, (_, index) =>
    closing.record(lineOf({ requestId: `closing-${index}` })),
  );
  await closing.close();
  expect(await recorded("closing-")).toHaveLength(20);
  await Promise.all(lines);
  await expect(closing.record(lineOf())).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
});

test("the first line of a month that nobody has opened opens it", async () => {
  const [month] = await fresh.admin<{ name: string }>(
    "SELECT 'access_log_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM') AS name",
  );
  await fresh.admin(`DROP TABLE ${month?.name}`);
  await accessLog.record(lineOf({ requestId: "new-month" }));
  expect(await fresh.admin(`SELECT request_id FROM ${month?.name}`)).toEqual([
    { request_id: "new-month" },
  ]);
});

test("a line is durable also on a server that would commit later", async () => {
  await fresh.admin(`ALTER DATABASE ${fresh.name} SET synchronous_commit = off`);
  const lazy = fresh.open();
  const sql = lazy.tenant("acme");
  const [setting] = await sql.run<{ synchronous_commit: string }>("SHOW synchronous_commit");
  expect(setting?.synchronous_commit).toBe("off");
  // What the commit of the very statement saw: a deferred trigger runs just before it.
  await fresh.admin(`CREATE TABLE seen_setting (setting text);
    GRANT INSERT ON seen_setting TO gateway_app;
    CREATE FUNCTION note_setting() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO seen_setting VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER note AFTER INSERT ON access_log DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION note_setting()`);
  await openAccessLog(lazy).record(lineOf({ requestId: "durable" }));
  expect(await fresh.admin("SELECT setting FROM seen_setting")).toEqual([{ setting: "on" }]);
  await fresh.admin(`DROP TRIGGER note ON access_log; ALTER DATABASE ${fresh.name} RESET ALL`);
  await lazy.close();
});
