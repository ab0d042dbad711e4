import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type FreshDatabase, freshDatabase } from "../../test/support/postgres.ts";
import { Database } from "./database.ts";
import { appRole } from "./migrate.ts";

const STATEMENT_TIMEOUT_MS = 300;
const UNAVAILABLE = expect.objectContaining({ code: "DATABASE_UNAVAILABLE" });

let fresh: FreshDatabase;
let database: Database;

beforeAll(async () => {
  fresh = await freshDatabase("manufacturing");
  database = new Database({
    url: fresh.appUrl,
    role: appRole("manufacturing"),
    poolSize: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
});
afterAll(async () => {
  await database.close();
  await fresh.drop();
});

const pidOf = async (): Promise<number> => {
  const rows = await database.tenant("demo").run<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  return rows[0]?.pid ?? 0;
};

// The pool has one connection: were a hung one kept, nobody could ask anything after it.
test.each<[string, (database: Database) => Promise<unknown>]>([
  ["a statement", (asked) => asked.tenant("demo").run("SELECT 1")],
  ["a transaction", (asked) => asked.tenant("demo").transaction((sql) => sql.run("SELECT 1"))],
])(
  "%s on a connection whose server hangs is given up, and the connection with it",
  async (_, ask) => {
    const hung = await pidOf();
    process.kill(hung, "SIGSTOP");
    try {
      await expect(ask(database)).rejects.toEqual(UNAVAILABLE);
      expect(await pidOf()).not.toBe(hung);
    } finally {
      process.kill(hung, "SIGCONT");
    }
  },
  20_000,
);

test("a statement that is given more time has it", async () => {
  const rows = database.tenant("demo").transaction(async (sql) => {
    await sql.run("SET LOCAL statement_timeout = 10000");
    const patience = { statementTimeoutMs: 10_000 };
    return sql.run<{ done: boolean }>("SELECT true AS done, pg_sleep(4)", [], patience);
  });
  expect(await rows).toMatchObject([{ done: true }]);
}, 20_000);
