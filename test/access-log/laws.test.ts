import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { openAccessLog } from "../../gateway/access-log/access-log.ts";
import { dropMonths } from "../../gateway/access-log/months.store.ts";
import { Database } from "../../shared/postgres/database.ts";
import { type FreshDatabase, freshDatabase } from "../support/postgres.ts";
import { lineOf } from "./lines.ts";

let fresh: FreshDatabase;
let app: Database;
let owner: Database;

beforeAll(async () => {
  fresh = await freshDatabase("gateway");
  app = fresh.open();
  owner = new Database({ url: fresh.ownerUrl, role: "none", poolSize: 1 });
  await openAccessLog(app).record(lineOf({ requestId: "acme-1" }));
});

afterAll(async () => {
  await Promise.all([app.close(), owner.close()]);
  await fresh.drop();
});

async function month(): Promise<string> {
  const [row] = await fresh.admin<{ name: string }>(
    "SELECT 'access_log_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM') AS name",
  );
  return row?.name ?? "";
}

const CHANGES: [what: string, text: (partition: string) => string][] = [
  ["change", () => "UPDATE access_log SET subject = 'nobody'"],
  ["delete", () => "DELETE FROM access_log"],
  ["empty", () => "TRUNCATE access_log"],
  ["change, within a month,", (name) => `UPDATE ${name} SET subject = 'nobody'`],
  ["delete, within a month,", (name) => `DELETE FROM ${name}`],
  ["empty a month of", (name) => `TRUNCATE ${name}`],
  ["replace", () => "DROP TABLE access_log"],
];

test.each(CHANGES)("the application may not %s lines", async (_, text) => {
  const sql = text(await month());
  await expect(app.tenant("acme").run(sql)).rejects.toMatchObject({ code: "42501" });
});

test("the application may not read a month past the wall of the whole log", async () => {
  const text = `SELECT count(*) FROM ${await month()}`;
  await expect(app.tenant("acme").run(text)).rejects.toMatchObject({ code: "42501" });
});

// DROP is the owner's right, and how old months go.
test.each(CHANGES.slice(0, -1))(
  "a trigger keeps even the owner from what would %s lines",
  async (_, text) => {
    const sql = text(await month());
    // The owner is behind the wall too: without it the trigger would have no row to refuse.
    const asOwner = owner.tenant("acme");
    await expect(asOwner.run(sql)).rejects.toMatchObject({ code: "42501" });
    expect(await fresh.admin("SELECT request_id FROM access_log")).toEqual([
      { request_id: "acme-1" },
    ]);
  },
);

test.each([
  ["an earlier time", "at", "now() - interval '1 hour'"],
  ["a place before others", "line", "0"],
])("the application may not give a line %s", async (_, column, value) => {
  const backdated = `INSERT INTO access_log (tenant, request_id, subject, roles, devices,
    device_count, outcomes, status, ms, ${column})
    VALUES ('acme', 'backdated', 's', '{}', '{}', 0, '{}', 200, 1, ${value})`;
  await expect(app.tenant("acme").run(backdated)).rejects.toMatchObject({ code: "42501" });
});

test("no tenant reads or writes another's lines", async () => {
  await openAccessLog(app).record(lineOf({ tenant: "globex", requestId: "globex-1" }));
  const rows = await app.tenant("globex").run("SELECT request_id FROM access_log");
  expect(rows).toEqual([{ request_id: "globex-1" }]);
  const forged = `INSERT INTO access_log (tenant, request_id, subject, roles, devices, device_count,
    outcomes, status, ms) VALUES ('acme', 'forged', 's', '{}', '{}', 0, '{}', 200, 1)`;
  await expect(app.tenant("globex").run(forged)).rejects.toMatchObject({ code: "42501" });
  expect(await app.tenant("nobody").run("SELECT * FROM access_log")).toEqual([]);
});

test("months that are over are dropped by the owner, and by nobody else", async () => {
  await fresh.admin(`SET ROLE gateway_owner;
    CREATE TABLE access_log_2020_01 PARTITION OF access_log
      FOR VALUES FROM ('2020-01-01Z') TO ('2020-02-01Z');
    CREATE TABLE access_log_2020_02 PARTITION OF access_log
      FOR VALUES FROM ('2020-02-01Z') TO ('2020-03-01Z')`);
  await expect(dropMonths(app.tenant("acme"), "2020-02")).rejects.toMatchObject({ code: "42501" });
  // Cut off between its two steps, as a killed command leaves it.
  await fresh.admin("ALTER TABLE access_log DETACH PARTITION access_log_2020_01");
  const dropped = await dropMonths(owner.tenant("*"), "2020-02");
  expect(dropped).toEqual([{ month: "2020-01", bytes: expect.any(Number) }]);
  expect(await dropMonths(owner.tenant("*"), "2026-01")).toMatchObject([{ month: "2020-02" }]);
  // The log says of each that it was dropped, once.
  expect(await fresh.admin("SELECT tenant, id FROM ledger_pending WHERE id ~ '^month/'")).toEqual([
    { tenant: "*", id: "month/2020-01" },
    { tenant: "*", id: "month/2020-02" },
  ]);
  expect(await fresh.admin("SELECT count(*)::int AS n FROM access_log")).toEqual([{ n: 2 }]);
});
