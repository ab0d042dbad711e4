import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ENTER } from "../../shared/ledger-store/entry-sql.store.ts";
import { type FreshDatabase, freshDatabase } from "../support/postgres.ts";
import { type SequencedLog, sequencedLog } from "./sequenced-log.ts";

describe("the log's tables", () => {
  let database: FreshDatabase;
  let log: SequencedLog;
  beforeAll(async () => {
    database = await freshDatabase("manufacturing");
    log = sequencedLog(database, "manufacturing");
    const connections = database.open();
    const ids = Array.from({ length: 300 }, (_, index) => `test/${index}`);
    await connections.tenant("acme").rows(ENTER, ["acme", ids, ids]);
    await connections.close();
    await log.caughtUp();
  });
  afterAll(async () => {
    await log?.close();
    await database?.drop();
  });

  test.each([
    "UPDATE ledger_leaf SET tenant = 'x'",
    "DELETE FROM ledger_leaf",
    "INSERT INTO ledger_leaf VALUES (999, 'acme', 'x', 'x', sha256('x'))",
    "INSERT INTO ledger_tile VALUES (0, 99, 1, sha256('x'))",
    "UPDATE ledger_tile SET width = width",
    "DELETE FROM ledger_tile",
    "INSERT INTO ledger_checkpoint VALUES (999, sha256('x'), 'x')",
    "DELETE FROM ledger_checkpoint",
    "INSERT INTO ledger_cosignature VALUES (301, 'x', 'x')",
    "UPDATE ledger_sequencer SET size = 0",
    "INSERT INTO ledger_key VALUES ('x', 'x', now())",
    "DELETE FROM ledger_pending",
    "UPDATE ledger_pending SET id = 'x'",
    "UPDATE person_key SET key = sha256('x')",
    "DELETE FROM person_key",
    "SELECT * FROM ledger_backfill",
  ])("the application may not: %s", async (text) => {
    const connections = database.open();
    const outcome = connections.tenant("acme").run(text);
    await expect(outcome).rejects.toThrow(/permission denied/);
    await connections.close();
  });

  test.each([
    "UPDATE ledger_leaf SET tenant = 'x'",
    "DELETE FROM ledger_leaf",
    "TRUNCATE ledger_leaf",
    "TRUNCATE ledger_pending",
    "DELETE FROM ledger_tile",
    "TRUNCATE ledger_tile",
    "UPDATE ledger_tile SET width = 255, data = substring(data for 255 * 32) WHERE n = 0",
    "UPDATE ledger_tile SET data = sha256('x') || substring(data from 33)",
    "UPDATE ledger_checkpoint SET note = 'x'",
    "TRUNCATE ledger_checkpoint CASCADE",
    "UPDATE ledger_sequencer SET size = size - 1",
    "UPDATE ledger_sequencer SET epoch = epoch - 1",
    "DELETE FROM ledger_sequencer",
    "TRUNCATE ledger_sequencer",
  ])("a trigger refuses it even to a superuser: %s", async (text) => {
    await expect(database.admin(text)).rejects.toThrow(/append-only|never gets shorter/);
  });
});
