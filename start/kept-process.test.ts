import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, expect, test } from "@jest/globals";
import { setLogWriter } from "../shared/log.ts";
import { KeptProcess } from "./kept-process.ts";

afterEach(() => setLogWriter(() => undefined));

/** A program in the shell: it starts at once. */
function shell(script: string) {
  return spawn("/bin/sh", ["-c", script], { stdio: ["pipe", "pipe", "inherit"] });
}

test("a process that ends by itself is started again, later each time, until something is done", async () => {
  const told: { reason: string; startedAgainAfterMs: number }[] = [];
  const lines: string[] = [];
  const events = new EventTarget();
  setLogWriter((line) => void told.push(JSON.parse(line)));
  let starts = 0;
  const kept = new KeptProcess(
    () => {
      starts += 1;
      if (starts === 1) throw new Error("no processes left");
      if (starts === 2) return spawn("/nowhere/at/all", { stdio: ["pipe", "pipe", "inherit"] });
      if (starts === 4) return shell("echo done; exit 0");
      return shell(starts < 6 ? "echo no report; exit 3" : "echo last; cat");
    },
    {
      name: "work-ended",
      firstDelayMs: 4,
      onLine(line) {
        lines.push(line);
        if (line === "last") events.dispatchEvent(new Event("last"));
        return line === "done";
      },
    },
  );
  await once(events, "last");
  await kept.close();
  expect(lines).toEqual(["no report", "done", "no report", "last"]);
  expect(told.map(({ reason }) => reason)).toEqual([
    ...["Error: no processes left", "spawn /nowhere/at/all ENOENT", "3", "0", "3"],
  ]);
  expect(told.map((one) => one.startedAgainAfterMs)).toEqual([4, 8, 16, 4, 8]);
  expect(starts).toBe(6);
});
