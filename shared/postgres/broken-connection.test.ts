import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type FreshDatabase, freshDatabase } from "../../test/support/postgres.ts";
import { type Database, statement } from "./database.ts";

let fresh: FreshDatabase;
let database: Database;
beforeAll(async () => {
  fresh = await freshDatabase("ownership");
  database = fresh.open();
});
afterAll(async () => {
  await database.close();
  await fresh.drop();
});

const ONE = statement("one", "SELECT 1 AS one");
const ME = statement("me", "SELECT pg_backend_pid() AS pid");

test("a connection that breaks between two statements of a transaction is a refusal, and no end", async () => {
  const work = database.tenant("acme").transaction(async (sql) => {
    const [me] = await sql.rows<{ pid: number }>(ME);
    await fresh.admin("SELECT pg_terminate_backend($1)", [me?.pid]);
    // Nothing is asked now, so nobody waits for the news but the connection itself.
    await new Promise((resolve) => setTimeout(resolve, 200));
    return sql.rows(ONE);
  });
  await expect(work).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
  expect(await database.tenant("acme").rows(ONE)).toEqual([{ one: 1 }]);
});
