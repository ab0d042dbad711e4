import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { witnessSigner } from "../../shared/ledger/cosignature.ts";
import { setLogWriter } from "../../shared/log.ts";
import { askWitnessesFirst } from "../../shared/witnessing/ask-witnesses-first.ts";
import { WitnessClient } from "../../shared/witnessing/witness-client.ts";
import { WitnessMemory } from "../../shared/witnessing/witness-memory.ts";
import { testKey } from "../ledger/small-log.ts";
import { SmallLog } from "./small-log.ts";

let folder: string;
let path: string;
let server: Server;
let lines: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracegraph-memory-"));
  path = join(folder, "ledger-manufacturing.witnesses");
  lines = [];
  setLogWriter((line) => void lines.push(line));
  // What anybody on the way can answer, and a witness that has lost its folder.
  server = createServer((_, response) => response.writeHead(404, { connection: "close" }).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  setLogWriter(() => undefined);
  server.close();
  await rm(folder, { recursive: true, force: true });
});

function witness(place: number): WitnessClient {
  const { name, verifierKey: vkey } = witnessSigner(`witness.example/w${place}`, testKey(place));
  const { port } = server.address() as AddressInfo;
  return new WitnessClient({ name, vkey, url: `http://127.0.0.1:${port}` });
}

/** Asks these witnesses, one of whom is enough, before a log of five entries signs. */
async function asked(witnesses: WitnessClient[], memory: WitnessMemory): Promise<void> {
  const log = new SmallLog("factory.example/manufacturing").grow(5);
  const stored = { origin: log.origin, state: { size: 5n, root: log.root() }, tree: log.reader };
  const hasCosigned = ({ vkey }: { vkey: string }) => memory.has(vkey);
  await askWitnessesFirst(stored, { witnesses, atLeast: 1, hasCosigned });
}

test("that it has seen nothing counts from a new witness alone, also after another start", async () => {
  const first = new WitnessMemory(path);
  await asked([witness(1)], first);
  await first.note(witness(1).address.vkey);
  for (const memory of [first, new WitnessMemory(path)]) {
    await expect(asked([witness(1)], memory)).rejects.toThrow("w1 tells nothing of a log");
    // One that is named later has truly seen nothing.
    await asked([witness(1), witness(2)], memory);
  }
});

test("each key is noted once, behind whatever a power cut has left of a line", async () => {
  const [one, two] = [witness(1).address.vkey, witness(2).address.vkey];
  await writeFile(path, `${two}\n${one.slice(0, 20)}`);
  for (const vkey of [one, two, one]) await new WitnessMemory(path).note(vkey);
  const noted = (await readFile(path, "utf8")).split("\n").filter((line) => line !== "");
  expect(noted).toEqual([two, one.slice(0, 20), one]);
  expect(await new WitnessMemory(path).has(one)).toBe(true);
});

test("where the file cannot be written it says so once, and goes on", async () => {
  const memory = new WitnessMemory(join(folder, "missing", "file"));
  await memory.note(witness(1).address.vkey);
  await memory.note(witness(2).address.vkey);
  expect(lines.filter((line) => line.includes('"witnesses-not-noted"'))).toHaveLength(1);
  expect(await memory.has(witness(1).address.vkey)).toBe(true);
});
