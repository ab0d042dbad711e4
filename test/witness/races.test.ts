import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { parseCheckpoint } from "../../shared/ledger/checkpoint.ts";
import { parseNote } from "../../shared/ledger/note.ts";
import { originKey } from "../../witness/seen-checkpoints.ts";
import { type RunningWitness, startWitness } from "../../witness/start-witness.ts";
import { SmallLog } from "./small-log.ts";

let folder: string;
let log: SmallLog;
let witnesses: RunningWitness[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracegraph-witness-"));
  log = new SmallLog("factory.example/manufacturing");
  await writeFile(join(folder, "trust"), `${log.signer.verifierKey}\n`);
  // Two of one key and one folder, as no one should run them: they must still agree.
  witnesses = await Promise.all([start(), start()]);
});
afterEach(async () => {
  await Promise.all(witnesses.map((witness) => witness.close()));
  await rm(folder, { recursive: true, force: true });
});

function start(): Promise<RunningWitness> {
  const [dataFolder, trustFile] = [join(folder, "data"), join(folder, "trust")];
  const name = "witness.example/w1";
  return startWitness({ name, dataFolder, trustFile, host: "127.0.0.1", port: 0 });
}

async function add(place: number, body: string): Promise<{ status: number; text: string }> {
  const url = `${witnesses[place % 2]?.url}/add-checkpoint`;
  const response = await fetch(url, { method: "POST", body });
  return { status: response.status, text: await response.text() };
}

async function lastSize(): Promise<bigint> {
  const response = await fetch(`${witnesses[0]?.url}/${originKey(log.origin)}/checkpoint`);
  return parseCheckpoint(parseNote(await response.text()).text).size;
}

test("of requests that race from one size, one wins; the others are told the size that counts", async () => {
  await add(0, await log.grow(10).request(0n));
  for (let round = 0; round < 20; round++) {
    const before = log.size;
    log.grow(16);
    const sizes = Array.from({ length: 8 }, (_, index) => before + 1n + BigInt(index * 2));
    const bodies = await Promise.all(sizes.map((size) => log.request(before, size)));
    const answers = await Promise.all(bodies.map((body, index) => add(index, body)));
    const won = answers.flatMap(({ status }, index) => (status === 200 ? [sizes[index]] : []));
    const last = await lastSize();
    expect(won).toEqual([last]);
    const lost = answers.filter(({ status }) => status !== 200);
    for (const told of lost) expect(told).toEqual({ status: 409, text: `${last}\n` });
    log.leaves.length = Number(last);
  }
});

test("of two histories that race from one size, one alone is ever cosigned", async () => {
  await add(0, await log.grow(10).request(0n));
  for (let round = 0; round < 20; round++) {
    const size = log.leaves.length;
    const sides = [log.fork(size).grow(3, "here"), log.fork(size).grow(3, "there")];
    const bodies = await Promise.all(sides.map((side) => side.request(BigInt(size))));
    const answers = await Promise.all(bodies.map((body, index) => add(index, body)));
    const won = answers.flatMap(({ status }, index) => (status === 200 ? [index] : []));
    expect(won).toHaveLength(1);
    log.leaves.push(...(sides[won[0] ?? 0]?.leaves.slice(size) ?? []));
  }
});

test("its size never falls, whatever is asked at once", async () => {
  log.grow(200);
  const seen: bigint[] = [];
  let isOver = false;
  const watching = (async () => {
    await add(0, await log.request(0n, 1n));
    while (!isOver) seen.push(await lastSize());
  })();
  await Promise.all(
    Array.from({ length: 6 }, async (_, worker) => {
      let old = 1n;
      for (let step = 0; step < 25; step++) {
        const size = old + BigInt(1 + ((worker * 7 + step) % 5));
        if (size > log.size) return;
        const told = await add(worker, await log.request(old, size));
        old = told.status === 200 ? size : BigInt(told.text.trim());
      }
    }),
  );
  isOver = true;
  await watching;
  expect(seen.length).toBeGreaterThan(10);
  expect(seen.every((size, index) => index === 0 || size >= (seen[index - 1] ?? 0n))).toBe(true);
});
