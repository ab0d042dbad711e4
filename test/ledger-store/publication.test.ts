import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { openCheckpoint, parseCheckpoint } from "../../shared/ledger/checkpoint.ts";
import { verifierOf } from "../../shared/ledger/cosignature.ts";
import { leafHash, rootOf } from "../../shared/ledger/merkle.ts";
import { encodeEntryBundle, hashesOf } from "../../shared/ledger/tiles.ts";
import { ENTER } from "../../shared/ledger-store/entry-sql.store.ts";
import { setLogWriter } from "../../shared/log.ts";
import { tinyManufacturing, tinyOwnership } from "../gateway/tiny-subgraphs.ts";
import { type TestGateway, testGateway } from "../support/gateway.ts";
import { type FreshDatabase, freshDatabase } from "../support/postgres.ts";
import { type SequencedLog, sequencedLog } from "./sequenced-log.ts";

setLogWriter(() => undefined);
let database: FreshDatabase;
let log: SequencedLog;
let gateway: TestGateway;
const ENTRIES = 300;
beforeAll(async () => {
  database = await freshDatabase("manufacturing");
  const connections = database.open();
  const ids = Array.from({ length: ENTRIES }, (_, index) => `test/${index}`);
  await connections.tenant("demo").rows(ENTER, ["demo", ids, ids]);
  await connections.close();
  log = sequencedLog(database, "manufacturing");
  await log.caughtUp();
  const services = [{ ...tinyManufacturing(), log: log.ledger.log }, tinyOwnership()];
  // 50 open requests at once from one address, and 5 more each second.
  gateway = await testGateway({ services, share: 0.05 });
});
afterAll(async () => {
  await gateway?.close();
  await log?.close();
  await database?.drop();
});

async function get(path: string, token?: string) {
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  const answer = await fetch(`${gateway.gateway.url}/log/test.example/manufacturing/${path}`, {
    headers,
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  return { status: answer.status, bytes, cache: answer.headers.get("cache-control") };
}

describe("a log is everybody's to read", () => {
  test("its checkpoint, its tiles and its keys, which agree", async () => {
    const checkpoint = await get("checkpoint");
    expect(checkpoint).toMatchObject({ status: 200, cache: "no-cache" });
    const logs = (await get("keys")).bytes.toString().trim().split("\n").map(verifierOf);
    const opened = openCheckpoint(checkpoint.bytes, { logs }).checkpoint;
    expect(opened.size).toBe(BigInt(ENTRIES + 1));
    const full = await get("tile/0/000");
    expect(full.cache).toBe("public, max-age=31536000, immutable");
    const partial = await get(`tile/0/001.p/${ENTRIES + 1 - 256}`);
    const hashes = [...hashesOf(full.bytes), ...hashesOf(partial.bytes)];
    expect(rootOf(hashes).equals(opened.root)).toBe(true);
    expect(parseCheckpoint(`${checkpoint.bytes.toString().split("\n\n")[0]}\n`).root).toEqual(
      opened.root,
    );
    const narrow = await get("tile/0/001.p/7");
    expect(narrow.bytes.equals(partial.bytes.subarray(0, 7 * 32))).toBe(true);
  });

  test.each([
    "tile/0/001",
    "tile/0/001.p/46",
    "tile/0/002.p/1",
    "tile/0/000.p/0",
    "tile/0/000.p/256",
    "tile/0/0",
    "tile/1/001.p/1",
    "tile/64/000",
    "tiles/0/000",
    "",
    "checkpoint/",
    "../ownership/checkpoint",
  ])("and has no part %s", async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  test("under its own name only, and nothing can be sent to it", async () => {
    const { url } = gateway.gateway;
    const other = await fetch(`${url}/log/other.example/manufacturing/checkpoint`);
    expect(other.status).toBe(404);
    const sent = await fetch(`${url}/log/test.example/manufacturing/checkpoint`, {
      method: "POST",
    });
    expect(sent.status).toBe(405);
  });
});

describe("entries", () => {
  test("are for those who have to check them, and what they read is recorded", async () => {
    expect((await get("tile/entries/000")).status).toBe(401);
    const support = await gateway.token({ roles: ["support"] });
    expect((await get("tile/entries/000", support)).status).toBe(403);
    const regulator = await gateway.token({ roles: ["regulator"] });
    const bundle = await get("tile/entries/000", regulator);
    expect(bundle).toMatchObject({ status: 200, cache: "private, max-age=31536000, immutable" });
    const leaves = await database.admin<{ entry: string }>(
      "SELECT entry FROM ledger_leaf ORDER BY leaf_index LIMIT 256",
    );
    const entries = leaves.map(({ entry }) => Buffer.from(entry));
    expect(bundle.bytes.equals(encodeEntryBundle(entries))).toBe(true);
    const tile = hashesOf((await get("tile/0/000")).bytes);
    expect(entries.map((entry) => leafHash(entry))).toEqual(tile);
    const lines = await gateway.database.admin<{ status: number }>(
      "SELECT status FROM access_log WHERE operation = 'log entries' ORDER BY status",
    );
    expect(lines.map(({ status }) => status)).toEqual([200, 403]);
  });

  test("of another tenant are given to nobody", async () => {
    const regulator = await gateway.token({ roles: ["regulator"], tenants: ["globex"] });
    expect((await get("tile/entries/000", regulator)).status).toBe(403);
  });
});

test("whoever reads too much without a token waits, and whoever has one goes on", async () => {
  const regulator = await gateway.token({ roles: ["regulator"] });
  const answers = await Promise.all(Array.from({ length: 60 }, () => get("tile/0/000")));
  const statuses = new Set(answers.map(({ status }) => status));
  expect([...statuses].sort()).toEqual([200, 429]);
  expect((await get("tile/entries/000", regulator)).status).toBe(200);
});
