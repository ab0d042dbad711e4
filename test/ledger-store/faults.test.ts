import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import { ROOT } from "../support/running-system.ts";

const CAMPAIGN = join(ROOT, "dist/bench/sequencing-faults.js");

/** A few faults, one of each kind; `npm run campaign:sequencing` makes a hundred. */
test("kills and disk errors in the middle of sequencing: no gap, no fork, nothing acknowledged lost; the control loses", async () => {
  expect(existsSync(CAMPAIGN)).toBe(true);
  const few = ["--rounds", "5", "--tries", "1", "--cuts", "1"];
  const words = [CAMPAIGN, ...few, "--allow-missing", "EIO,ENOSPC,POWER"];
  const { stdout } = await promisify(execFile)(process.execPath, words, { timeout: 170_000 });
  const rounds = stdout.split("\n").filter((line) => line.startsWith('{"fault"'));
  expect(rounds.length).toBe(5);
  for (const line of rounds) {
    const { complaints, acknowledged } = JSON.parse(line);
    expect(complaints).toEqual([]);
    expect(acknowledged).toBeGreaterThan(100);
  }
  const [, cut] = /^power cut: (.*)$/m.exec(stdout) ?? [];
  const [, control] = /^power cut with fsync off: (.*)$/m.exec(stdout) ?? [];
  // Where no file can be mounted as a disk, the campaign says so.
  if (cut === undefined || control === undefined) {
    expect(stdout).toContain("no power is cut");
    return;
  }
  expect(JSON.parse(cut).complaints).toEqual([]);
  expect(JSON.parse(control).complaints).not.toEqual([]);
}, 180_000);
