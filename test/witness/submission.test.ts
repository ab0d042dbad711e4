import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { openCheckpoint } from "../../shared/ledger/checkpoint.ts";
import { cosign, verifierOf, witnessSigner } from "../../shared/ledger/cosignature.ts";
import { noteVerifier, parseVerifierKey } from "../../shared/ledger/note.ts";
import { setLogWriter } from "../../shared/log.ts";
import { CheckpointSubmission } from "../../shared/witnessing/checkpoint-submission.ts";
import { WitnessClient } from "../../shared/witnessing/witness-client.ts";
import type { WitnessedLog } from "../../shared/witnessing/witnessed-log.ts";
import { type RunningWitness, startWitness } from "../../witness/start-witness.ts";
import { testKey } from "../ledger/small-log.ts";
import { SmallLog } from "./small-log.ts";

const NAME = "witness.example/w1";
let folder: string;
let log: SmallLog;
let kept: Map<bigint, Map<string, string>>;
let logged: string[];
const closing: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracegraph-submission-"));
  log = new SmallLog("factory.example/manufacturing").grow(5);
  await writeFile(join(folder, "trust"), `${log.signer.verifierKey}\n`);
  kept = new Map();
  logged = [];
  setLogWriter((line) => void logged.push(line));
});
afterEach(async () => {
  setLogWriter(() => undefined);
  for (const close of closing.splice(0)) await close();
  await rm(folder, { recursive: true, force: true });
});

/** The log as its database would have it. */
const stored: WitnessedLog = {
  get origin() {
    return log.origin;
  },
  latest: async () => ({ size: log.size, root: log.root(), note: log.note() }),
  tree: () => log.reader,
  cosignedBy: async (size) => new Set(kept.get(size)?.keys()),
  async keepCosignature(size, witness, line) {
    kept.set(size, new Map([...(kept.get(size) ?? []), [witness, line]]));
  },
};

function witness(): Promise<RunningWitness> {
  const [dataFolder, trustFile] = [join(folder, "data"), join(folder, "trust")];
  return startWitness({ name: NAME, dataFolder, trustFile, host: "127.0.0.1", port: 0 });
}

/** Submits once, and has nothing else done. */
async function submitTo(url: string, vkey: string): Promise<CheckpointSubmission> {
  const client = new WitnessClient({ name: NAME, vkey, url });
  const submission = new CheckpointSubmission(stored, {
    witnesses: () => [client],
    everyMs: 60_000,
  });
  closing.push(() => submission.close());
  await submission.submitNewest();
  return submission;
}

/** Something that answers as it likes where a witness should be. */
async function impostor(
  answer: (path: string) => { status: number; body: string },
): Promise<string> {
  const server: Server = createServer((request, response) => {
    const { status, body } = answer(request.url ?? "");
    const location = status === 307 ? { location: "http://127.0.0.1:9/" } : {};
    response.writeHead(status, { connection: "close", ...location }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(async () => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("what a witness cosigns is kept, from the first checkpoint on and however far the log goes", async () => {
  const running = await witness();
  closing.push(() => running.close());
  const submission = await submitTo(running.url, running.verifierKey);
  log.grow(300);
  await submission.submitNewest();
  for (const size of [5n, 305n]) {
    const line = kept.get(size)?.get(NAME) ?? "";
    const { cosignatures } = openCheckpoint(`${log.note(size)}${line}`, {
      logs: [noteVerifier(parseVerifierKey(log.signer.verifierKey))],
      witnesses: [verifierOf(running.verifierKey)],
    });
    expect(cosignatures).toHaveLength(1);
  }
});

test("another process that was faster is followed, by the size that the witness tells", async () => {
  const running = await witness();
  closing.push(() => running.close());
  const submission = await submitTo(running.url, running.verifierKey);
  log.grow(4);
  await fetch(`${running.url}/add-checkpoint`, { method: "POST", body: await log.request(5n) });
  log.grow(4);
  await submission.submitNewest();
  expect([...kept.keys()]).toEqual([5n, 13n]);
});

const signer = witnessSigner(NAME, testKey(7));
const other = witnessSigner(NAME, testKey(8));

test.each<[string, (path: string) => { status: number; body: string }]>([
  ["answers without signing", () => ({ status: 200, body: "" })],
  [
    "signs with another key",
    () => ({ status: 200, body: cosign(log.text(), 1_700_000_000n, other) }),
  ],
  [
    "signs another checkpoint",
    () => ({ status: 200, body: cosign(log.text(3n), 1_700_000_000n, signer) }),
  ],
  [
    "gives the log's own signature back",
    () => ({ status: 200, body: log.note().split("\n\n")[1] ?? "" }),
  ],
  ["answers rubbish", () => ({ status: 200, body: "\u0000<html>" })],
  ["answers too much", () => ({ status: 200, body: "x".repeat(1 << 20) })],
  ["sends elsewhere", () => ({ status: 307, body: "" })],
  ["tells sizes that never were", () => ({ status: 409, body: "-1\n" })],
])("nothing is kept of one that %s", async (_, answer) => {
  const url = await impostor((path) =>
    path.endsWith("/checkpoint") ? { status: 404, body: "" } : answer(path),
  );
  await submitTo(url, signer.verifierKey);
  expect(kept.size).toBe(0);
  expect(logged.join("\n")).toMatch(/"witness-(away|refuses)"/);
});

test("a witness that has seen more than there is is told of, since the log may have been set back", async () => {
  const url = await impostor((path) =>
    path.endsWith("/checkpoint") ? { status: 404, body: "" } : { status: 409, body: "9000\n" },
  );
  await submitTo(url, signer.verifierKey);
  expect(logged.join("\n")).toMatch(/"ERROR","event":"witness-refuses".*9000 entries/);
});
