import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { StationProcess } from "../../bench/scans/station-process.ts";
import { MAIN } from "../cli/command-line.ts";
import { type Hall, openHall } from "./live-station.ts";

let hall: Hall;
beforeAll(async () => {
  hall = await openHall();
});
afterAll(() => hall.close());

/** Scans until the station has ended, and answers how many scans it had acknowledged. */
async function scanUntilFull(station: StationProcess, prefix: string): Promise<number> {
  for (let number = 1; number < 5_000; number++) {
    station.scan(`${prefix}-${String(number).padStart(4, "0")}`);
    const isKept = () => station.told("kept").length === number;
    await station.until(() => isKept() || station.child.exitCode !== null).catch(() => undefined);
    if (isKept()) continue;
    await station.end();
    return number - 1;
  }
  throw new Error("the disk never became full");
}

/** What the disk had no room for was not acknowledged, and what was acknowledged is there. */
async function assertNothingLost(station: StationProcess, name: string, words: string[]) {
  const kept = await scanUntilFull(station, name);
  expect(kept).toBeGreaterThan(10);
  expect(station.child.exitCode).toBe(5);
  expect(station.errors()).toContain("JOURNAL_NOT_WRITABLE");
  const first = String(kept + 1).padStart(4, "0");
  expect(station.errors()).toContain(`NOT KEPT: ${name}-${first}`);
  const exported = await hall.line(["export", "--station", name, ...words, "--format", "ndjson"]);
  const numbers = exported.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line).sequence);
  expect(numbers).toEqual(Array.from({ length: kept }, (_, index) => index + 1));
  return kept;
}

test("a file that may not grow stops the station before it acknowledges", async () => {
  const shell = `ulimit -f 16; exec "$0" "$@"`;
  const command = ["sh", "-c", shell, process.execPath, MAIN];
  hall.way.cut("RESET");
  const station = await hall.station("limit", { command });
  const kept = await assertNothingLost(station, "limit", ["--journal", hall.journal("limit")]);
  expect(station.errors()).toContain("the file may not become larger");
  // With room again, it goes on where it stopped.
  hall.way.restore();
  const again = await hall.station("limit");
  again.scan("limit-after");
  expect(await again.end()).toBe(0);
  const rows = await hall.kept("limit");
  expect(rows).toHaveLength(kept + 1);
  expect(rows.at(-1)).toBe(`${kept + 1} limit-after RECORDED`);
}, 60_000);

/**
 * Works in a folder on a disk of 16 KiB. Only root may mount one: elsewhere the file that may not
 * grow has shown the same.
 */
async function onTinyDisk(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "tracegraph-full-"));
  const size = ["-t", "tmpfs", "-o", "size=16k", "tmpfs", folder];
  const { status } = spawnSync("mount", size, { stdio: "ignore" });
  try {
    if (status === 0) await work(folder);
  } finally {
    if (status === 0) spawnSync("umount", ["-l", folder], { stdio: "ignore" });
    await rm(folder, { recursive: true, force: true });
  }
}

test("a full disk stops the station before it acknowledges", async () => {
  await onTinyDisk(async (folder) => {
    const journal = join(folder, "full.journal");
    hall.way.cut("RESET");
    const station = await hall.station("full", { words: ["--journal", journal] });
    await assertNothingLost(station, "full", ["--journal", journal]);
    expect(station.errors()).toContain("the disk is full");
    hall.way.restore();
  });
}, 60_000);

test("a disk that is full from the start lets no station begin", async () => {
  await onTinyDisk(async (folder) => {
    await writeFile(join(folder, "filler"), Buffer.alloc(100_000)).catch(() => undefined);
    const words = ["--station", "none", "--journal", join(folder, "none.journal")];
    const ran = await hall.line(words, "N-0001\n");
    const stderr = expect.stringContaining("the disk is full");
    expect(ran).toMatchObject({ exit: 5, stdout: "", stderr });
    expect(await hall.kept("none")).toEqual([]);
  });
}, 60_000);
