import { generateKeyPairSync } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { openCheckpoint } from "../../shared/ledger/checkpoint.ts";
import { verifierOf } from "../../shared/ledger/cosignature.ts";
import { leafHash, rootOf } from "../../shared/ledger/merkle.ts";
import { type Ledger, type LedgerParts, startLedger } from "../../shared/ledger-store/ledger.ts";
import { type LogKeys, parseLogKeys, privateKeyLine } from "../../shared/ledger-store/log-keys.ts";
import type { Database } from "../../shared/postgres/database.ts";
import type { FreshDatabase } from "../support/postgres.ts";
import type { ServiceName } from "../support/service-databases.ts";

/** A key for a log of this service. */
export function newLogKeys(service: ServiceName, name = "test.example"): LogKeys {
  const { privateKey } = generateKeyPairSync("ed25519");
  return parseLogKeys(privateKeyLine(`${name}/${service}`, privateKey), "the test");
}

/** A service's log in this process. */
export interface SequencedLog {
  keys: LogKeys;
  ledger: Ledger;
  /** Waits until nothing waits. Answers the size. */
  caughtUp(): Promise<number>;
  close(): Promise<void>;
}

export type SequencedOptions = Partial<Omit<LedgerParts, "service" | "databaseUrl" | "database">>;

/** Begins to sequence the entries of a test's database. */
export function sequencedLog(
  fresh: FreshDatabase,
  service: ServiceName,
  options: SequencedOptions = {},
): SequencedLog {
  const keys = options.keys ?? newLogKeys(service);
  const database: Database = fresh.open();
  const databaseUrl = fresh.appUrl;
  const limits = { lookEveryMs: 50, retryMs: 100, ...options.limits };
  const ledger = startLedger({ ...options, service, databaseUrl, database, keys, limits });
  return {
    keys,
    ledger,
    async caughtUp() {
      for (let tries = 0; tries < 200; tries++) {
        const [row] = await fresh.admin<{ waiting: string; size: string; is_done: boolean }>(
          `SELECT (SELECT count(*) FROM ledger_pending) AS waiting, size,
             (SELECT bool_and(is_done) FROM ledger_backfill) AS is_done FROM ledger_sequencer`,
        );
        if (row?.waiting === "0" && row.is_done && row.size !== "0") return Number(row.size);
        await sleep(20);
      }
      throw new Error("the log does not catch up");
    },
    async close() {
      await ledger.close();
      await database.close();
    },
  };
}

/** A leaf as a test reads it. */
export interface Leaf {
  leaf_index: string;
  tenant: string;
  id: string;
  entry: string;
  hash: Buffer;
}

export function leavesOf(fresh: FreshDatabase): Promise<Leaf[]> {
  return fresh.admin<Leaf>("SELECT * FROM ledger_leaf ORDER BY leaf_index");
}

/** Whether the log is one: no gap, every hash its entry's, every checkpoint signed over its leaves. */
export async function faultsOf(fresh: FreshDatabase, keys: LogKeys): Promise<string[]> {
  const leaves = await leavesOf(fresh);
  const faults = leaves.flatMap(({ leaf_index, entry, hash }, index) => [
    ...(leaf_index === String(index) ? [] : [`leaf ${leaf_index} stands at ${index}`]),
    ...(leafHash(Buffer.from(entry)).equals(hash) ? [] : [`leaf ${index} has another hash`]),
  ]);
  const [state] = await fresh.admin<{ size: string }>("SELECT size FROM ledger_sequencer");
  if (state?.size !== String(leaves.length)) faults.push(`size ${state?.size}`);
  const logs = keys.signers.map(({ verifierKey }) => verifierOf(verifierKey));
  const checkpoints = await fresh.admin<{ size: string; root: Buffer; note: string }>(
    "SELECT size, root, note FROM ledger_checkpoint ORDER BY size",
  );
  if (leaves.length > 0 && checkpoints.at(-1)?.size !== String(leaves.length)) {
    faults.push("the last leaves were never signed");
  }
  for (const { size, root, note } of checkpoints) {
    const { checkpoint } = openCheckpoint(note, { logs });
    const expected = rootOf(leaves.slice(0, Number(size)).map(({ hash }) => hash));
    if (!root.equals(expected)) faults.push(`the root of ${size} is another one`);
    if (!checkpoint.root.equals(expected)) faults.push(`the note of ${size} has another root`);
    if (String(checkpoint.size) !== size) faults.push(`the note of ${size} has another size`);
    if (checkpoint.origin !== keys.origin) faults.push(`the note of ${size} is another log's`);
  }
  return faults;
}
