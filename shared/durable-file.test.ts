import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { assertPrivate, createFile, replaceFile, syncFolder } from "./durable-file.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracegraph-durable-"));
  path = join(folder, "file");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("a file is made once, whole and for its owner alone, by one of many that want to", async () => {
  const texts = Array.from({ length: 8 }, (_, index) => `${index}`.repeat(1_000));
  const made = await Promise.all(texts.map((text) => createFile(path, text, { mode: 0o600 })));
  const won = made.flatMap((isMade, index) => (isMade ? [index] : []));
  expect(won).toHaveLength(1);
  expect(await readFile(path, "utf8")).toBe(texts[won[0] ?? -1]);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(["file"]);
});

test("a file is replaced as a whole, with the rights that are asked for, and leaves no draft", async () => {
  await writeFile(path, "before");
  await replaceFile(path, "after", { mode: 0o644 });
  expect([await readFile(path, "utf8"), (await stat(path)).mode & 0o777]).toEqual(["after", 0o644]);
  // A draft that a kill has left is written over.
  await writeFile(`${path}.new`, "a longer one that was cut off");
  await replaceFile(path, "again", { mode: 0o600, draft: `${path}.new` });
  expect([await readFile(path, "utf8"), await readdir(folder)]).toEqual(["again", ["file"]]);
});

test("what cannot be written whole changes nothing, and says so", async () => {
  await writeFile(path, "before");
  const missing = join(folder, "missing", "file");
  await expect(replaceFile(missing, "x", { mode: 0o600 })).rejects.toThrow("ENOENT");
  await expect(createFile(missing, "x", { mode: 0o600 })).rejects.toThrow("ENOENT");
  await expect(syncFolder(join(folder, "missing"))).rejects.toThrow("ENOENT");
  expect(await readFile(path, "utf8")).toBe("before");
});

test.each([
  ["600", true],
  ["400", true],
  ["640", false],
  ["604", false],
  ["620", false],
])("a secret of one's own with the rights %s is taken: %s", async (mode, isTaken) => {
  await writeFile(path, "secret");
  await chmod(path, Number.parseInt(mode, 8));
  const take = () => assertPrivate(path);
  if (isTaken) expect(take).not.toThrow();
  else expect(take).toThrow(`${path} may be read by others: chmod 600 it`);
});
