import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { AuditDeviation } from "../shared/ledger-audit/findings.ts";
import { setLogWriter } from "../shared/log.ts";
import { AuditAlerts } from "./audit-alerts.ts";

let folder: string;
let events: string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "alerts-"));
  setLogWriter((line) => void events.push(JSON.parse(line).event));
});
afterAll(async () => {
  setLogWriter(() => undefined);
  await rm(folder, { recursive: true, force: true });
});

function deviation(device: string): AuditDeviation {
  const nothing = { revision: null, entry: null, index: null };
  return { service: "gateway", code: "ROW_DIFFERS", device, detail: "", ...nothing };
}

function alertsBy(alertCommand: string, environment: Record<string, string> = {}): AuditAlerts {
  events = [];
  const settings = { every: null, alertCommand, alertVariables: ["CHANNEL"] };
  return new AuditAlerts(settings, { PATH: process.env.PATH, ...environment });
}

/** The lines of a file, once it has as many. */
async function linesOf(path: string, count: number): Promise<string[]> {
  for (;;) {
    const text = await readFile(path, "utf8").catch(() => "");
    const lines = text.split("\n").slice(0, -1);
    if (lines.length >= count) return lines;
    await pause(5);
  }
}

test("each deviation is told once, for as long as the audits find it", async () => {
  const path = join(folder, "told");
  const alerts = alertsBy(`cat >> '${path}'`);
  for (const found of [["a"], ["a", "b", "c", "b"], ["a", "b"], ["c"]]) {
    for (const device of found) alerts.add(deviation(device));
    alerts.ended();
    await linesOf(path, events.length);
  }
  const told = await linesOf(path, 4);
  const devices = told.map((line) => JSON.parse(line).device);
  expect(devices.sort()).toEqual(["a", "b", "c", "c"]);
  expect(events).toEqual(Array(4).fill("audit-found-deviation"));
});

test("what could not be told is told again", async () => {
  const path = join(folder, "failed");
  const alerts = alertsBy(`cat >> '${path}'; exit 7`);
  for (const audit of [1, 2]) {
    alerts.add(deviation("a"));
    alerts.ended();
    await linesOf(path, audit);
    while (events.length < 2 * audit) await pause(5);
  }
  expect(await linesOf(path, 2)).toHaveLength(2);
  expect(events.filter((event) => event === "audit-alert-failed")).toHaveLength(2);
});

test("the command gets what every program has and what is named for it, and no secrets", async () => {
  const path = join(folder, "environment");
  const secrets = { MANUFACTURING_DATABASE_URL: "postgres://…", PEPPER: "secret" };
  const alerts = alertsBy(`env | sort > '${path}'; echo . >> '${path}'`, {
    ...secrets,
    ...{ HOME: "a home", CHANNEL: "#alerts" },
  });
  alerts.add(deviation("a"));
  const names = (await linesOf(path, 4)).map((line) => line.split("=")[0]);
  // The shell adds some of its own.
  expect(names).toEqual(expect.arrayContaining(["CHANNEL", "HOME", "PATH"]));
  expect(names).not.toEqual(expect.arrayContaining(["PEPPER"]));
  expect(names).not.toEqual(expect.arrayContaining(["MANUFACTURING_DATABASE_URL"]));
});
