import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { openCheckpoint } from "../../shared/ledger/checkpoint.ts";
import { verifierOf } from "../../shared/ledger/cosignature.ts";
import { noteVerifier, parseVerifierKey } from "../../shared/ledger/note.ts";
import { encodeWitnessRequest } from "../../shared/ledger/witness-request.ts";
import { WITNESS_LIMITS } from "../../witness/limits.ts";
import { type RunningWitness, startWitness } from "../../witness/start-witness.ts";
import { newSigner, SmallLog } from "./small-log.ts";

const ORIGIN = "factory.example/manufacturing";
let folder: string;
let log: SmallLog;
let witness: RunningWitness;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracegraph-witness-"));
  log = new SmallLog(ORIGIN);
  await trust([log.signer.verifierKey]);
  witness = await start();
});
afterEach(async () => {
  await witness.close();
  await rm(folder, { recursive: true, force: true });
});

function start(name = "witness.example/w1"): Promise<RunningWitness> {
  const [dataFolder, trustFile] = [join(folder, "data"), join(folder, "trust")];
  return startWitness({ name, dataFolder, trustFile, host: "127.0.0.1", port: 0 });
}

async function trust(vkeys: readonly string[]): Promise<void> {
  await writeFile(join(folder, "trust"), vkeys.map((vkey) => `${vkey}\n`).join(""));
}

interface Told {
  status: number;
  type: string | null;
  text: string;
}

async function add(body: string): Promise<Told> {
  const response = await fetch(`${witness.url}/add-checkpoint`, {
    method: "POST",
    body,
    headers: { connection: "close" },
  });
  const { status, headers } = response;
  return { status, type: headers.get("content-type"), text: await response.text() };
}

/** What the witness would tell whoever asks for a log's last checkpoint. */
async function lastSeen(origin = ORIGIN): Promise<Told> {
  const key = createHash("sha256").update(origin).digest("hex");
  const response = await fetch(`${witness.url}/${key}/checkpoint`, {
    headers: { connection: "close" },
  });
  return { status: response.status, type: null, text: await response.text() };
}

function opened(note: string) {
  return openCheckpoint(note, {
    logs: [noteVerifier(parseVerifierKey(log.signer.verifierKey))],
    witnesses: [verifierOf(witness.verifierKey)],
  });
}

/** A request whose checkpoint this log has signed, whatever the rest of it says. */
async function asked(facts: { oldSize: bigint; size?: bigint; path?: Buffer[] }): Promise<string> {
  const { oldSize, size = log.size } = facts;
  const path = facts.path ?? (oldSize <= size ? await log.consistency(oldSize, size) : []);
  return encodeWitnessRequest({ oldSize, path, checkpoint: log.note(size) });
}

describe("a witness cosigns", () => {
  test("a log's first checkpoint, and tells it to whoever asks", async () => {
    const before = BigInt(Math.floor(Date.now() / 1_000));
    const { status, text } = await add(await log.grow(5).request(0n));
    expect(status).toBe(200);
    const { checkpoint, cosignatures } = opened(`${log.note()}${text}`);
    expect(checkpoint.size).toBe(5n);
    expect(cosignatures).toHaveLength(1);
    expect(cosignatures[0]?.name).toBe("witness.example/w1");
    expect(cosignatures[0]?.time).toBeGreaterThanOrEqual(before);
    expect((await lastSeen()).text).toBe(`${log.note()}${text}`);
    expect((await lastSeen("another.example/log")).status).toBe(404);
  });

  test("what goes on from what it saw last, also after it was started again", async () => {
    await add(await log.grow(5).request(0n));
    expect((await add(await log.grow(300).request(5n))).status).toBe(200);
    const key = witness.verifierKey;
    await witness.close();
    witness = await start();
    expect(witness.verifierKey).toBe(key);
    expect((await add(await log.grow(1).request(5n))).text).toBe("305\n");
    expect((await add(await log.request(305n))).status).toBe(200);
  });

  test("a checkpoint again that it cosigned last", async () => {
    await add(await log.grow(5).request(0n));
    expect((await add(await log.request(5n))).status).toBe(200);
  });

  test("an empty log", async () => {
    expect((await add(await log.request(0n))).status).toBe(200);
    expect((await add(await log.grow(1).request(0n))).status).toBe(200);
  });

  test("with the log's new key once that is trusted, and with neither before", async () => {
    await add(await log.grow(5).request(0n));
    const old = log.signer;
    log.grow(3).signer = newSigner(ORIGIN);
    expect((await add(await log.request(5n))).status).toBe(403);
    await trust([old.verifierKey, log.signer.verifierKey]);
    expect((await add(await log.request(5n))).status).toBe(200);
  });
});

describe("a witness refuses", () => {
  beforeEach(async () => {
    await add(await log.grow(7).request(0n));
    log.grow(6);
  });

  const HASH = Buffer.alloc(32, 7);
  test.each<[string, () => Promise<string> | string, number, string | RegExp]>([
    ["no request at all", () => "", 400, /blank line/],
    [
      "an old size with a leading zero",
      async () => `old 0${(await asked({ oldSize: 7n })).slice(4)}`,
      400,
      /decimal/,
    ],
    [
      "a carriage return",
      async () => (await asked({ oldSize: 7n })).replace("\n", "\r\n"),
      400,
      /./,
    ],
    ["a hash of 31 bytes", () => asked({ oldSize: 7n, path: [HASH.subarray(1)] }), 400, /31 bytes/],
    [
      "64 hashes",
      async () =>
        (await asked({ oldSize: 7n, path: [HASH] })).replace(
          /\n/,
          `\n${`${HASH.toString("base64")}\n`.repeat(63)}`,
        ),
      400,
      /64 hashes/,
    ],
    ["a checkpoint without signatures", async () => `old 7\n\n${log.text()}`, 400, /./],
    [
      "another log",
      async () => new SmallLog("other.example/log").grow(9).request(7n),
      404,
      /known/,
    ],
    [
      "a key that it does not know",
      async () => {
        const stranger = log.fork(13);
        stranger.signer = newSigner(ORIGIN);
        return stranger.request(7n);
      },
      403,
      /./,
    ],
    [
      "a signature that does not hold",
      async () => (await asked({ oldSize: 7n })).replace(/\n13\n/, "\n12\n"),
      403,
      /./,
    ],
    ["an old size beyond the checkpoint", () => asked({ oldSize: 9n, size: 8n }), 400, /beyond/],
    ["an old size that it did not see last", () => asked({ oldSize: 6n }), 409, "7\n"],
    ["that it has seen nothing", () => asked({ oldSize: 0n }), 409, "7\n"],
    [
      "a proof of something else",
      async () => asked({ oldSize: 7n, path: await log.consistency(6n) }),
      422,
      /does not lead/,
    ],
    ["no proof", () => asked({ oldSize: 7n, path: [] }), 422, /does not lead/],
    [
      "a proof that is too long",
      async () => asked({ oldSize: 7n, path: [...(await log.consistency(7n)), HASH] }),
      422,
      /does not lead/,
    ],
  ])("%s", async (_, body, status, text) => {
    const told = await add(await body());
    expect([told.status, told.text]).toEqual([status, expect.stringMatching(text)]);
    if (status === 409) expect(told.type).toBe("text/x.tlog.size");
    // And what it has seen is what it saw before.
    expect(opened((await lastSeen()).text).checkpoint.size).toBe(7n);
  });

  test("a first checkpoint with a proof, and an empty log that has a root", async () => {
    const fresh = new SmallLog("fresh.example/log");
    await trust([log.signer.verifierKey, fresh.signer.verifierKey]);
    fresh.grow(3);
    const checkpoint = fresh.note();
    const proven = encodeWitnessRequest({ oldSize: 0n, path: [HASH], checkpoint });
    expect((await add(proven)).status).toBe(422);
    fresh.root = () => HASH;
    expect((await add(await fresh.request(0n, 0n))).status).toBe(422);
    expect((await lastSeen("fresh.example/log")).status).toBe(404);
  });

  test("what is larger than any request", async () => {
    const told = await add(`old 7\n${"A".repeat(WITNESS_LIMITS.bodyBytes)}`);
    expect(told.status).toBe(413);
  });
});

describe("a log that forks", () => {
  test("gets no cosignature for its second history, and leaves the evidence of it", async () => {
    await add(await log.grow(7).request(0n));
    const forked = log.fork(4).grow(3, "rewritten");
    expect((await add(await forked.request(7n))).status).toBe(422);
    // However it says that it came there.
    expect((await add(await forked.request(4n))).status).toBe(409);
    expect((await add(await forked.grow(9, "rewritten").request(7n))).status).toBe(422);
    expect((await lastSeen()).text).toContain(log.text());
    const key = createHash("sha256").update(ORIGIN).digest("hex");
    const kept = join(folder, "data", key, "evidence");
    const [name = ""] = await readdir(kept);
    const evidence = await readFile(join(kept, name), "utf8");
    expect(evidence).toContain(log.text());
    expect(evidence).toContain(forked.text(7n));
  });
});

describe("a witness's key", () => {
  test("is nobody else's to read, and of one name", async () => {
    const path = join(folder, "data/witness-key.json");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await expect(start("witness.example/w2")).rejects.toThrow("is the key of witness.example/w1");
  });

  test("is not used where others may read it", async () => {
    const path = join(folder, "data/witness-key.json");
    const { chmod } = await import("node:fs/promises");
    await chmod(path, 0o644);
    await expect(start()).rejects.toThrow("may be read by others");
  });
});

test("a file of trusted logs is refused by the line that is wrong", async () => {
  await trust([log.signer.verifierKey, "nonsense"]);
  await expect(start()).rejects.toThrow("line 2");
});
