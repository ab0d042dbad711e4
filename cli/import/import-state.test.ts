import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type ImportIdentity, ImportState, type SavedProgress } from "./import-state.ts";
import { NO_ROWS_YET } from "./summary.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracegraph-state-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const identity: ImportIdentity = {
  ...{ sizeBytes: 5, sha256: "a", purpose: "record", format: "csv", sheet: null, mapping: null },
  ...{ timeZone: null, batchSize: 10, gateway: "http://g", tenant: "demo" },
  ...{ report: null, secrets: null },
};

function open(name: string, more: Partial<ImportIdentity> = {}, restarts = false) {
  const options = { restarts, beforeFirst: () => undefined };
  return ImportState.open(join(folder, name), { ...identity, ...more }, options);
}

function progress(rows: number): SavedProgress {
  return { rows, reportBytes: 0, secretsBytes: 0, summary: { ...NO_ROWS_YET, rows } };
}

test("a run that was interrupted is the same run, with the same seed, where it was", async () => {
  const first = await open("same");
  expect(first.resumed).toBeNull();
  first.save({ progress: progress(20), sync: async () => undefined });
  await first.flush();
  const again = await open("same");
  expect(again.resumed).toEqual(progress(20));
  expect([again.run, again.seed]).toEqual([first.run, first.seed]);
  const anew = await open("same", {}, true);
  expect(anew.resumed).toBeNull();
  expect(anew.run).not.toBe(first.run);
});

test("another file or other options are no such run, and are named", async () => {
  await open("other");
  await expect(open("other", { sha256: "b", tenant: "acme" })).rejects.toMatchObject({
    code: "IMPORT_DIFFERS",
    message: expect.stringContaining("differs in the file's content, the tenant"),
  });
  await writeFile(join(folder, "rubbish"), '{"format": 99');
  await expect(open("rubbish")).rejects.toMatchObject({ code: "IMPORT_DIFFERS" });
});

test("what is told is on the disk before it is remembered, and the last state wins", async () => {
  const state = await open("order");
  const order: string[] = [];
  const save = (rows: number) =>
    state.save({ progress: progress(rows), sync: async () => void order.push(`synced ${rows}`) });
  for (let rows = 1; rows <= 100; rows += 1) save(rows);
  await state.flush();
  // The first one was being written when all others came.
  expect(order).toEqual(["synced 1", "synced 100"]);
  expect(JSON.parse(await readFile(join(folder, "order"), "utf8")).progress.rows).toBe(100);
  state.save({ progress: progress(101), sync: () => Promise.reject(new Error("disk full")) });
  await expect(state.flush()).rejects.toThrow("disk full");
  expect(() => save(102)).toThrow("disk full");
  expect(JSON.parse(await readFile(join(folder, "order"), "utf8")).progress.rows).toBe(100);
});

test("nothing is left of a run that is done", async () => {
  const state = await open("done");
  state.save({ progress: progress(1), sync: async () => undefined });
  await state.remove();
  expect((await readdir(folder)).filter((name) => name.startsWith("done"))).toEqual([]);
});
