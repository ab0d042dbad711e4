import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { checkpointText, openCheckpoint } from "../../shared/ledger/checkpoint.ts";
import { verifierOf } from "../../shared/ledger/cosignature.ts";
import { leafHash, verifyConsistency, verifyInclusion } from "../../shared/ledger/merkle.ts";
import { signNote } from "../../shared/ledger/note.ts";
import { ENTER } from "../../shared/ledger-store/entry-sql.store.ts";
import { LEDGER_LIMITS } from "../../shared/ledger-store/limits.ts";
import type { LogKeys } from "../../shared/ledger-store/log-keys.ts";
import { LogReader } from "../../shared/ledger-store/log-reader.store.ts";
import { LogContradicted } from "../../shared/ledger-store/sequencer.ts";
import { setLogWriter } from "../../shared/log.ts";
import { type FreshDatabase, freshDatabase } from "../support/postgres.ts";
import {
  faultsOf,
  leavesOf,
  newLogKeys,
  type SequencedLog,
  type SequencedOptions,
  sequencedLog,
} from "./sequenced-log.ts";

let database: FreshDatabase;
let keys: LogKeys;
let open: SequencedLog[] = [];
let lines: { event: string; [fact: string]: unknown }[] = [];
beforeEach(async () => {
  database = await freshDatabase("manufacturing");
  keys = newLogKeys("manufacturing");
  lines = [];
  setLogWriter((line) => void lines.push(JSON.parse(line)));
});
afterEach(async () => {
  setLogWriter(() => undefined);
  await Promise.all(open.splice(0).map((log) => log.close()));
  await database.drop();
});

function start(options: SequencedOptions = {}): SequencedLog {
  const log = sequencedLog(database, "manufacturing", { keys, ...options });
  open.push(log);
  return log;
}

async function stop(log: SequencedLog): Promise<void> {
  open = open.filter((one) => one !== log);
  await log.close();
}

let entered = 0;
/** Entries as the application writes them. */
async function enter(count: number, tenant = "acme"): Promise<void> {
  const ids = Array.from({ length: count }, () => `test/${++entered}`);
  const connections = database.open();
  const texts = ids.map((id) => JSON.stringify({ id, tenant }));
  await connections.tenant(tenant).rows(ENTER, [tenant, ids, texts]);
  await connections.close();
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (await holds()) return;
    await sleep(20);
  }
  throw new Error("it does not come to hold");
}

async function sizeNow(): Promise<number> {
  const [row] = await database.admin<{ size: string }>("SELECT size FROM ledger_sequencer");
  return Number(row?.size);
}

describe("what waits comes into the log", () => {
  test("all of it, without a gap, in trees of every width, each signed", async () => {
    const log = start();
    for (const count of [1, 2, 250, 3, 1, 600]) {
      await enter(count);
      await log.caughtUp();
    }
    expect(await sizeNow()).toBe(858);
    expect(await faultsOf(database, keys)).toEqual([]);
    const ids = (await leavesOf(database)).map(({ id }) => id);
    expect(new Set(ids).size).toBe(858);
  });

  test("more than one transaction takes, and what comes meanwhile", async () => {
    await enter(LEDGER_LIMITS.leavesAtOnce + 1_000);
    const log = start();
    await Promise.all([enter(400), enter(400), enter(400, "globex")]);
    expect(await log.caughtUp()).toBe(LEDGER_LIMITS.leavesAtOnce + 2_201);
    expect(await faultsOf(database, keys)).toEqual([]);
  });

  test("within a second, and the metrics' lag says so", async () => {
    const log = start();
    await log.caughtUp();
    const began = performance.now();
    await enter(10);
    await until(async () => (await sizeNow()) === 11);
    expect(performance.now() - began).toBeLessThan(1_000);
    await log.ledger.ready();
  });

  test("and can be proven there: inclusion in every tree, consistency between them", async () => {
    const log = start();
    await enter(300);
    await log.caughtUp();
    await enter(700);
    await log.caughtUp();
    const connections = database.open();
    const reader = new LogReader(connections.tenant("acme"), "acme");
    const signed = await database.admin<{ size: string; root: Buffer; note: string; at: string }>(
      "SELECT size, root, note, at::text FROM ledger_checkpoint ORDER BY size",
    );
    const checkpoints = signed.map((row) => ({ ...row, size: BigInt(row.size) }));
    let proofs = 0;
    for (const checkpoint of checkpoints) {
      for (const { id, entry } of (await leavesOf(database)).filter((_, at) => at % 97 === 1)) {
        const proof = await reader.proof(id, checkpoint);
        if (!proof) continue;
        const { index, path } = proof;
        const leaf = leafHash(Buffer.from(entry));
        const claim = { index, size: checkpoint.size, leaf, root: checkpoint.root };
        expect(verifyInclusion(claim, path)).toBe(true);
        proofs++;
      }
      for (const older of checkpoints) {
        if (older.size > checkpoint.size) continue;
        const [oldSize, newSize] = [older.size, checkpoint.size];
        const claim = { oldSize, newSize, oldRoot: older.root, newRoot: checkpoint.root };
        const path = await reader.consistency(oldSize, newSize);
        expect(verifyConsistency(claim, path)).toBe(true);
      }
    }
    expect(proofs).toBeGreaterThan(10);
    await connections.close();
  });
});

describe("one process sequences, whichever it is", () => {
  test("another one takes over when it stops", async () => {
    const first = start();
    await enter(5);
    await first.caughtUp();
    const second = start();
    await enter(5);
    await second.caughtUp();
    await stop(first);
    await enter(5);
    expect(await second.caughtUp()).toBe(16);
    expect(await faultsOf(database, keys)).toEqual([]);
  });

  test("of many that start at once, while entries come, none loses or repeats any", async () => {
    const logs = Array.from({ length: 4 }, () => start());
    for (let round = 0; round < 10; round++) {
      await enter(50);
      const [gone] = logs.splice(0, 1);
      if (gone) await stop(gone);
      logs.push(start());
    }
    expect(await (logs[0] as SequencedLog).caughtUp()).toBe(501);
    expect(await faultsOf(database, keys)).toEqual([]);
  });

  test("who has lost the lease writes nothing more, and signs nothing", async () => {
    const log = start();
    await enter(5);
    await log.caughtUp();
    await database.admin(
      "UPDATE ledger_sequencer SET holder = 'another', epoch = epoch + 1, until = now() + interval '1 hour'",
    );
    await enter(5);
    await sleep(1_500);
    expect(await sizeNow()).toBe(6);
    await database.admin("UPDATE ledger_sequencer SET until = '-infinity'");
    expect(await log.caughtUp()).toBe(11);
    expect(await faultsOf(database, keys)).toEqual([]);
  });
});

describe("nothing is signed", () => {
  test("where a witness knows more: entries wait, the service is not ready, and somebody is told", async () => {
    let isOlder = true;
    const log = start({
      beforeFirstSignature: async ({ size }) => {
        if (isOlder) throw new LogContradicted(`a witness has seen more than ${size} entries`);
      },
    });
    await enter(3);
    await until(() => lines.some(({ event }) => event === "ledger-contradicted"));
    await database.admin("UPDATE ledger_sequencer SET drained_at = now() - interval '10 seconds'");
    await expect(log.ledger.ready()).rejects.toThrow(/have waited for 1\d s/);
    expect(await leavesOf(database)).toEqual([]);
    isOlder = false;
    expect(await log.caughtUp()).toBe(4);
    await log.ledger.ready();
    expect(lines.filter(({ event }) => event === "ledger-contradicted")).toHaveLength(1);
  });

  // Each row: what a superuser does to the tables while nothing runs.
  test.each([
    [
      "a hash in a tile was changed",
      "UPDATE ledger_tile SET data = set_byte(data, 5, (get_byte(data, 5) + 1) % 256)",
    ],
    ["the last leaf was taken away", "DELETE FROM ledger_leaf WHERE leaf_index = 5"],
    ["the size was set back", "UPDATE ledger_sequencer SET size = 3"],
    ["the checkpoint was taken away", "DELETE FROM ledger_checkpoint WHERE size = 6"],
    ["the root was changed", "UPDATE ledger_checkpoint SET root = sha256('x') WHERE size = 6"],
    [
      "the note was changed",
      "UPDATE ledger_checkpoint SET note = replace(note, E'\\n6\\n', E'\\n7\\n')",
    ],
  ])("where %s", async (_, change) => {
    const log = start();
    await enter(5);
    await log.caughtUp();
    await stop(log);
    await database.admin(`SET session_replication_role = replica; ${change}`);
    const before = await database.admin("SELECT size FROM ledger_checkpoint");
    start();
    await enter(1);
    await until(() => lines.some(({ event }) => /contradicted|not-sequenced/.test(event)));
    expect(await database.admin("SELECT size FROM ledger_checkpoint")).toEqual(before);
  });

  test.each([
    ["of another log", "other.example"],
    ["that has never signed beside the one that it replaces", "test.example"],
  ])("with a key %s", async (_, name) => {
    const log = start();
    await enter(5);
    await log.caughtUp();
    await stop(log);
    start({ keys: newLogKeys("manufacturing", name) });
    await enter(1);
    await until(() => lines.some(({ event }) => event === "ledger-contradicted"));
    expect(await sizeNow()).toBe(6);
  });

  test("on top of what a key signed that somebody only wrote into the tables", async () => {
    const log = start();
    await enter(5);
    await log.caughtUp();
    await stop(log);
    const [forger] = newLogKeys("manufacturing").signers;
    if (!forger) throw new Error("there is no key");
    const [row] = await database.admin<{ root: Buffer }>(
      "SELECT root FROM ledger_checkpoint WHERE size = 6",
    );
    const text = checkpointText({ ...keys, size: 6n, root: row?.root ?? Buffer.alloc(0) });
    await database.admin(
      `SET session_replication_role = replica;
       UPDATE ledger_checkpoint SET note = '${signNote(text, [forger])}' WHERE size = 6;
       INSERT INTO ledger_key VALUES ('${forger.keyId}', '${forger.verifierKey}', now())`,
    );
    start();
    await enter(1);
    await until(() => lines.some(({ event }) => event === "ledger-contradicted"));
    expect(await sizeNow()).toBe(6);
  });
});

test("a new key signs beside the old one, is entered, and leaves every old proof as it was", async () => {
  const first = start();
  await enter(4);
  await first.caughtUp();
  await stop(first);
  const [oldSigner] = keys.signers;
  const next = newLogKeys("manufacturing");
  const both = { origin: keys.origin, signers: [...next.signers, ...keys.signers] };
  const second = start({ keys: both });
  await enter(4);
  expect(await second.caughtUp()).toBe(10);
  await stop(second);
  const third = start({ keys: next });
  await enter(1);
  expect(await third.caughtUp()).toBe(11);
  const notes = await database.admin<{ size: string; note: string }>(
    "SELECT size, note FROM ledger_checkpoint ORDER BY size",
  );
  const opens = (note: string, of: LogKeys) => {
    try {
      const logs = of.signers.map(({ verifierKey }) => verifierOf(verifierKey));
      return openCheckpoint(note, { logs }).signatures.length;
    } catch {
      return 0;
    }
  };
  const old = { origin: keys.origin, signers: oldSigner ? [oldSigner] : [] };
  const signatures = notes.map(({ note }) => [opens(note, old), opens(note, next)]);
  expect(new Set(signatures.map(String))).toEqual(new Set(["1,0", "1,1", "0,1"]));
  expect(signatures.at(-1)).toEqual([0, 1]);
  const logKeys = (await leavesOf(database)).filter(({ id }) => id.startsWith("log-key/"));
  expect(logKeys.map(({ id }) => id)).toEqual(
    [keys, next].map(({ signers: [signer] }) => `log-key/${signer?.keyId}`),
  );
  expect(await faultsOf(database, { ...both })).toEqual([]);
});
