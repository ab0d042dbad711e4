import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type FreshDatabase, freshDatabase } from "../../test/support/postgres.ts";
import { Database, statement } from "./database.ts";
import { timeLeftMs } from "./deadline.ts";
import { appRole } from "./migrate.ts";

const ONE = statement("one", "SELECT 1 AS one");
const SLEEP = "SELECT pg_sleep(20)";
const TIMEOUT = expect.objectContaining({ code: "TIMEOUT" });

let fresh: FreshDatabase;
let database: Database;
beforeAll(async () => {
  fresh = await freshDatabase("manufacturing");
  const { appUrl, observe } = fresh;
  // One connection: each test finds it as the one before left it.
  database = new Database({ url: appUrl, role: appRole("manufacturing"), poolSize: 1, observe });
});
afterAll(async () => {
  await database.close();
  await fresh.drop();
});
beforeEach(() => {
  fresh.sent.length = 0;
});

const within = (ms: number) => database.tenant("demo", { deadlineAt: Date.now() + ms });
const running = async (): Promise<number> => {
  const rows = await fresh.admin<{ count: string }>(
    `SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()`,
  );
  return Number(rows[0]?.count);
};
const elapsed = async (work: Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work.catch(() => undefined);
  return performance.now() - began;
};

describe("the time left", () => {
  test.each<[string, number | null, number | "TIMEOUT"]>([
    ["without deadline", null, 5_000],
    ["more than usual", 25_000, 5_000],
    ["a little less", 4_990, 5_000],
    ["less", 4_400, 4_500],
    ["nearly nothing", 20, 500],
    ["nothing", -1, "TIMEOUT"],
  ])("%s", (_, leftMs, outcome) => {
    const until = leftMs === null ? {} : { deadlineAt: Date.now() + leftMs };
    const judged = () => timeLeftMs(until, 5_000);
    if (outcome === "TIMEOUT") expect(judged).toThrow(TIMEOUT);
    else expect(judged()).toBe(outcome);
  });
});

describe("a request with time left", () => {
  test("sends its statements and no other", async () => {
    const sql = within(20_000);
    await sql.rows(ONE);
    await sql.rows(ONE);
    expect(fresh.sent).toEqual([ONE.text, ONE.text]);
    fresh.sent.length = 0;
    await sql.transaction((tx) => tx.rows(ONE));
    expect(fresh.sent).toEqual(["BEGIN; SET LOCAL statement_timeout = 10000", ONE.text, "COMMIT"]);
  });

  test("is not told again what its connection knows, and the next one puts it right", async () => {
    await within(2_900).rows(ONE);
    await within(2_900).rows(ONE);
    await within(20_000).rows(ONE);
    await database.tenant("demo").rows(ONE);
    const told = (ms: number) => `SET statement_timeout = ${ms}`;
    expect(fresh.sent).toEqual([told(3_000), ONE.text, ONE.text, told(5_000), ONE.text, ONE.text]);
    const [row] = await database.tenant("demo").run("SHOW statement_timeout");
    expect(row).toEqual({ statement_timeout: "5s" });
  });
});

describe("past its deadline", () => {
  test("a statement ends by itself, and its connection serves the next request", async () => {
    const work = within(400).run(SLEEP);
    const took = elapsed(work);
    await expect(work).rejects.toEqual(TIMEOUT);
    expect(await took).toBeLessThan(2_000);
    expect(await running()).toBe(0);
    expect(await database.tenant("demo").rows(ONE)).toEqual([{ one: 1 }]);
  });

  test("nothing is sent", async () => {
    await expect(within(-1).rows(ONE)).rejects.toEqual(TIMEOUT);
    await expect(within(-1).transaction((sql) => sql.rows(ONE))).rejects.toEqual(TIMEOUT);
    expect(fresh.sent).toEqual([]);
  });

  test("nothing is sent that waited for a connection until then", async () => {
    const first = elapsed(database.tenant("demo").run("SELECT pg_sleep(0.6)"));
    await expect(within(300).rows(ONE)).rejects.toEqual(TIMEOUT);
    await first;
    expect(fresh.sent).toEqual(["SELECT pg_sleep(0.6)"]);
  });

  test("a transaction is undone: while a statement runs, between two, and before its end", async () => {
    const counter = "SELECT next FROM id_block WHERE name = 'deadline'";
    await fresh.admin("INSERT INTO id_block (name, next) VALUES ('deadline', 1)");
    const take = "UPDATE id_block SET next = next + 1 WHERE name = 'deadline'";
    const pause = () => new Promise((resolve) => setTimeout(resolve, 500));
    for (const rest of [
      (tx: { run(text: string): Promise<unknown> }) => tx.run(SLEEP),
      async (tx: { run(text: string): Promise<unknown> }) => {
        await pause();
        return tx.run(take);
      },
      pause,
    ]) {
      const work = within(400).transaction(async (tx) => {
        await tx.run(take);
        return rest(tx);
      });
      await expect(work).rejects.toEqual(TIMEOUT);
      expect(await running()).toBe(0);
    }
    expect(await fresh.admin(counter)).toEqual([{ next: "1" }]);
  });

  test("each statement of a transaction has what is left, and not what was", async () => {
    const work = within(1_900).transaction(async (tx) => {
      await tx.run("SELECT pg_sleep(1.2)");
      await tx.run(SLEEP);
    });
    expect(await elapsed(work)).toBeLessThan(3_000);
    expect(fresh.sent).toContain("SET LOCAL statement_timeout = 1000");
  });

  test("work goes on for which PostgreSQL was told to take its time", async () => {
    const patience = { statementTimeoutMs: 10_000 };
    const done = within(400).transaction(async (tx) => {
      await tx.run("SET LOCAL statement_timeout = 10000");
      await tx.run("SELECT pg_sleep(1)", [], patience);
      return tx.rows(ONE);
    });
    expect(await done).toEqual([{ one: 1 }]);
  });
});
