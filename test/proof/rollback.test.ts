import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import pg from "pg";
import { setLogWriter } from "../../shared/log.ts";
import { type FreshDatabase, freshDatabase } from "../support/postgres.ts";
import { openProvingFactory, type ProvingFactory } from "./proving-factory.ts";

let factory: ProvingFactory;
const opened: FreshDatabase[] = [];
beforeAll(async () => {
  factory = await openProvingFactory();
});
afterEach(() => setLogWriter(() => undefined));
afterAll(async () => {
  await factory?.close();
  for (const database of opened) await database.drop();
});

/** A copy of the service's database as it is now: what a backup would be. */
async function backup(): Promise<FreshDatabase> {
  const copy = await freshDatabase("manufacturing");
  opened.push(copy);
  const server = Object.assign(new URL(copy.adminUrl), { pathname: "/postgres" }).href;
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(`DROP DATABASE ${copy.name}`);
  await client.query(
    `CREATE DATABASE ${copy.name} TEMPLATE ${factory.database.name} OWNER manufacturing_owner`,
  );
  await client.end();
  return copy;
}

/** What the sequencer says is wrong, when it says so. */
function contradiction(): Promise<string> {
  return told("ledger-contradicted", "message");
}

/** A fact of the first line in the log about this event. */
async function told(event: string, fact: string): Promise<string> {
  const lines: string[] = [];
  setLogWriter((line) => void lines.push(line));
  const until = Date.now() + 15_000;
  while (Date.now() < until) {
    const line = lines.find((one) => one.includes(`"${event}"`));
    if (line) return JSON.parse(line)[fact];
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no ${event} was told: ${lines.join("\n")}`);
}

async function checkpoints(database: FreshDatabase): Promise<number> {
  const [row] = await database.admin<{ count: string }>("SELECT count(*) FROM ledger_checkpoint");
  return Number(row?.count);
}

test("an older backup that is put back signs nothing, says why, and loses no entry", async () => {
  const original = factory.database;
  await factory.record({ serialNumber: "B-1" });
  await factory.witnessed();
  await factory.stop();
  const older = await backup();
  await factory.restart();
  await factory.record({ serialNumber: "B-2" });
  await factory.witnessed();
  const before = await checkpoints(older);
  await factory.restart({ database: older });
  const said = contradiction();
  await factory.record({ serialNumber: "B-3" });
  expect(await said).toMatch(
    /witness\.example\/w\d has seen \d+ entries .* older than what was signed/,
  );
  expect(await said).toContain("LEDGER_NAME");
  expect(await checkpoints(older)).toBe(before);
  const [waiting] = await older.admin<{ count: string }>("SELECT count(*) FROM ledger_pending");
  expect(Number(waiting?.count)).toBeGreaterThan(0);
  // With the newer database it goes on where it was.
  await factory.restart({ database: original });
  await factory.record({ serialNumber: "B-4" });
  await factory.witnessed();
});

test("a database that went on by itself meanwhile signs nothing more", async () => {
  await factory.stop();
  const original = factory.database;
  const other = await backup();
  await factory.restart();
  await factory.record({ serialNumber: "C-1" });
  await factory.witnessed();
  await factory.stop();
  // It grows by as much, while no witness is asked.
  const { startManufacturing } = await import("../../subgraphs/manufacturing/service.ts");
  const { NOBODY_THERE } = await import("../manufacturing/factory.ts");
  const alone = await startManufacturing(
    { databaseUrl: other.appUrl, ledger: { keys: factory.keys } },
    { ownership: NOBODY_THERE },
  );
  const { graphql } = await import("graphql");
  const { callerOf, RECORD } = await import("../manufacturing/factory.ts");
  for (const serialNumber of ["F-1", "F-2"]) {
    await graphql({
      ...{ schema: alone.schema, source: RECORD },
      variableValues: { input: [{ serialNumber }] },
      contextValue: alone.createContext(callerOf("line"), { requestId: "r" }),
    });
  }
  const until = Date.now() + 10_000;
  while ((await other.admin("SELECT FROM ledger_pending")).length > 0 && Date.now() < until);
  await alone.close();
  await factory.restart({ database: other });
  expect(await contradiction()).toMatch(/are not those that the witness .* has seen/);
  await factory.restart({ database: original });
});

test("an older backup signs nothing either where all witnesses say that they have seen nothing", async () => {
  await factory.stop();
  const original = factory.database;
  const older = await backup();
  await factory.restart();
  await factory.record({ serialNumber: "W-1" });
  await factory.witnessed();
  await factory.stop();
  await factory.witnesses.forget();
  const before = await checkpoints(older);
  const said = told("witness-forgets", "witness");
  await factory.restart({ database: older });
  await factory.record({ serialNumber: "W-2" });
  expect(await said).toMatch(/^witness\.example\/w\d$/);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await checkpoints(older)).toBe(before);
  await factory.stop();
  await factory.witnesses.remember();
  await factory.restart({ database: original });
  await factory.witnessed();
});

test("while no witness can be asked nothing is signed; what waits is entered when one can", async () => {
  await factory.stop();
  await factory.witnesses.stop(0);
  await factory.witnesses.stop(1);
  const before = await checkpoints(factory.database);
  await factory.restart();
  await factory.record({ serialNumber: "N-1" });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(await checkpoints(factory.database)).toBe(before);
  await factory.witnesses.resume(0);
  await factory.witnesses.resume(1);
  await factory.witnessed();
  expect(await checkpoints(factory.database)).toBeGreaterThan(before);
});
