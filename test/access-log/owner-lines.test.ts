import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { openAccessLog } from "../../gateway/access-log/access-log.ts";
import { forgetOwner } from "../../gateway/access-log/forget-owner.store.ts";
import { KeyNames } from "../../gateway/access-log/line-name.ts";
import { PersonKeys } from "../../shared/ledger-store/person-keys.store.ts";
import type { Database } from "../../shared/postgres/database.ts";
import { type FreshDatabase, freshDatabase } from "../support/postgres.ts";
import { lineOf } from "./lines.ts";

let fresh: FreshDatabase;
let database: Database;
beforeAll(async () => {
  fresh = await freshDatabase("gateway");
  database = fresh.open();
});
afterAll(async () => {
  await database.close();
  await fresh.drop();
});

const ANNA = { subject: "anna@owner.example", roles: ["owner"] };
const subjects = async (table: string) =>
  (
    await fresh.admin<{ subject: string }>(`SELECT DISTINCT subject FROM ${table} ORDER BY subject`)
  ).map(({ subject }) => subject);

test("an owner who is forgotten stands in no table, however long he goes on asking", async () => {
  const parts = { people: new PersonKeys(), names: new KeyNames(Buffer.alloc(32, 7)) };
  const accessLog = openAccessLog(database, parts);
  await openAccessLog(database).record(lineOf({ ...ANNA, requestId: "without a key" }));
  await accessLog.record(lineOf({ ...ANNA, requestId: "before" }));
  expect(await subjects("person_key")).toHaveLength(2);
  await forgetOwner({ database, ...parts }, "acme", ANNA.subject);
  expect(await subjects("person_key")).toEqual([]);

  // His token has not ended.
  await accessLog.record(lineOf({ ...ANNA, requestId: "after" }));
  const named = [...(await subjects("person_key")), ...(await subjects("access_log"))];
  expect(named).toHaveLength(4);
  expect(named.join()).not.toContain("anna");
});

test("whoever works for the maker stands there by his name, whatever he owns", async () => {
  const accessLog = openAccessLog(database);
  const line = lineOf({ ...ANNA, roles: ["owner", "support"], tenant: "globex" });
  await accessLog.record(line);
  const rows = await fresh.admin("SELECT subject FROM access_log WHERE tenant = 'globex'");
  expect(rows).toEqual([{ subject: ANNA.subject }]);
});
