import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { parseCheckpoint } from "../../shared/ledger/checkpoint.ts";
import { parseNote } from "../../shared/ledger/note.ts";
import { originKey } from "../../witness/seen-checkpoints.ts";
import { SmallLog } from "./small-log.ts";

const MAIN = join(import.meta.dirname, "../../dist/cli/main.js");
const KILLS = 6;

let folder: string;
let log: SmallLog;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracegraph-witness-"));
  log = new SmallLog("factory.example/manufacturing").grow(4_000);
  await writeFile(join(folder, "trust"), `${log.signer.verifierKey}\n`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Started {
  child: ChildProcess;
  name: string;
  vkey: string;
  url: string;
}

async function start(more: readonly string[] = []): Promise<Started> {
  const place = ["--data", join(folder, "data"), "--trust", join(folder, "trust"), "--port", "0"];
  const words = ["witness", "--name", "witness.example/w1", ...place, "--json", ...more];
  const child = spawn(process.execPath, [MAIN, ...words], { stdio: ["pipe", "pipe", "ignore"] });
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, ...(JSON.parse(line) as Omit<Started, "child">) };
  }
  throw new Error("the witness did not start");
}

async function end(child: ChildProcess, how: () => void): Promise<void> {
  const ended = once(child, "exit");
  how();
  await ended;
}

async function lastSize(url: string): Promise<bigint> {
  const response = await fetch(`${url}/${originKey(log.origin)}/checkpoint`);
  if (response.status === 404) return 0n;
  const { size, root } = parseCheckpoint(parseNote(await response.text()).text);
  // Whatever it has kept is of this history.
  expect(root).toEqual(log.root(size));
  return size;
}

test("a witness that is killed forgets nothing that it has cosigned", async () => {
  let [cosigned, answered] = [0n, 0];
  for (let kill = 0; kill < KILLS; kill++) {
    const { child, url } = await start();
    const kept = await lastSize(url);
    expect(kept).toBeGreaterThanOrEqual(cosigned);
    cosigned = kept;
    const killed = end(child, () => setTimeout(() => child.kill("SIGKILL"), 20 + kill * 25));
    for (let isUp = true; isUp; ) {
      const body = await log.request(cosigned, cosigned + 3n);
      const answer = fetch(`${url}/add-checkpoint`, { method: "POST", body }).then(
        async (response) => ({ status: response.status, text: await response.text() }),
      );
      const told = await answer.catch(() => null);
      isUp = told !== null;
      if (told?.status !== 200) continue;
      cosigned += 3n;
      answered++;
    }
    await killed;
  }
  expect(answered).toBeGreaterThan(KILLS);
}, 60_000);

test("it keeps its key, and refuses a second history after a kill too", async () => {
  const before = await start();
  const size = await lastSize(before.url);
  await end(before.child, () => before.child.kill("SIGKILL"));
  const after = await start();
  expect(after.vkey).toBe(before.vkey);
  const forked = log.fork(Number(size) - 2).grow(9, "rewritten");
  const response = await fetch(`${after.url}/add-checkpoint`, {
    method: "POST",
    body: await forked.request(size),
  });
  expect(response.status).toBe(422);
  await end(after.child, () => after.child.kill("SIGTERM"));
});

test("one that runs beside something else ends with it", async () => {
  const { child } = await start(["--until-input-ends"]);
  child.kill("SIGINT");
  await end(child, () => child.stdin?.end());
  expect(child.exitCode).toBe(0);
});
