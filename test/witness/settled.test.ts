import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { witnessSigner } from "../../shared/ledger/cosignature.ts";
import { originKey, SeenCheckpoints } from "../../witness/seen-checkpoints.ts";
import { Witness } from "../../witness/service.ts";
import { TrustedLogs } from "../../witness/trusted-logs.ts";
import { testKey } from "../ledger/small-log.ts";
import { SmallLog } from "./small-log.ts";

let folder: string;
let log: SmallLog;
let isBroken: boolean;
let synced: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracegraph-settled-"));
  log = new SmallLog("factory.example/manufacturing").grow(5);
  await writeFile(join(folder, "trust"), `${log.signer.verifierKey}\n`);
  isBroken = false;
  synced = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A witness on a disk that may fail where it is asked to keep a folder's names for ever. */
function witness(): Witness {
  const seen = new SeenCheckpoints(join(folder, "data"), async (path) => {
    if (isBroken && path.endsWith(originKey(log.origin))) throw new Error("EIO");
    synced.push(path);
  });
  const signer = witnessSigner("witness.example/w1", testKey(7));
  return new Witness({ signer, trusted: new TrustedLogs(join(folder, "trust")), seen });
}

async function add(to: Witness, oldSize: bigint): Promise<number> {
  return (await to.addCheckpoint(Buffer.from(await log.request(oldSize)))).status;
}

const OF_LOG = () => join(folder, "data", originKey(log.origin));

test("a checkpoint that the disk may have lost is neither cosigned again nor told, by anybody", async () => {
  const first = witness();
  isBroken = true;
  await expect(add(first, 0n)).rejects.toThrow("EIO");
  // It is linked by now, and would be gone after a power cut.
  await expect(add(first, 5n)).rejects.toThrow("EIO");
  await expect(first.checkpoint(originKey(log.origin))).rejects.toThrow("EIO");
  const next = witness();
  await expect(add(next, 5n)).rejects.toThrow("EIO");
  isBroken = false;
  expect(await add(next, 5n)).toBe(200);
  expect(synced.at(-1)).toBe(OF_LOG());
});

test("what a process that died has linked is synced once, before a cosignature of it leaves", async () => {
  const first = witness();
  expect(await add(first, 0n)).toBe(200);
  synced = [];
  const next = witness();
  expect(await add(next, 5n)).toBe(200);
  expect(synced).toEqual([join(folder, "data"), OF_LOG()]);
  expect(await add(next, 5n)).toBe(200);
  expect(synced).toHaveLength(2);
});
