import { spawnSync } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { MAIN } from "../cli/command-line.ts";
import { type Hall, openHall } from "./live-station.ts";

let hall: Hall;
beforeAll(async () => {
  hall = await openHall();
});
afterAll(() => hall.close());

test("a scan that the gateway cannot read stands in no other one's way", async () => {
  const rows = ["L-0001", "L-0002", "L-0003"].map((serialNumber, at) => ({
    serialNumber,
    ...(at === 1 && { attributes: { note: "x".repeat(20_000) } }),
  }));
  const words = ["--station", "odd", "--journal", hall.journal("odd"), "--json"];
  const input = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  const ran = await hall.line([...words, "--format", "ndjson"], input);
  expect(ran.exit).toBe(1);
  const events = ran.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const verdicts = events.filter(({ event }) => event === "verdict");
  expect(verdicts).toMatchObject([
    { sequence: 1, outcome: "RECORDED" },
    { sequence: 2, outcome: "REFUSED", arrival: "NOT_KEPT", code: "VARIABLE_TEXT_TOO_LONG" },
    { sequence: 3, outcome: "RECORDED" },
  ]);
  expect(await hall.kept("odd")).toEqual(["1 L-0001 RECORDED", "3 L-0003 RECORDED"]);
  const status = await hall.line(["status", ...words]);
  const { pending, refused, gateway } = JSON.parse(status.stdout);
  expect({ pending, refused, gaps: gateway.gaps }).toEqual({ pending: 0, refused: 1, gaps: 1 });
});

test("Ctrl-C ends a station in order, and does not wait for a gateway that is away", async () => {
  hall.way.cut("SILENT");
  const station = await hall.station("stopped");
  station.scan("K-0001");
  await station.until(({ told }) => told("kept").length === 1);
  hall.way.cut("RESET");
  await station.kill("SIGINT");
  expect(station.child.exitCode).toBe(4);
  expect(station.told("end")).toMatchObject([{ kept: 1, accepted: 0, pending: 1 }]);
  hall.way.restore();
});

test("Ctrl-C ends a station in the middle of a request, too", async () => {
  hall.way.cut("SILENT");
  const station = await hall.station("asking");
  station.scan("K-0011");
  await station.until(({ told }) => told("kept").length === 1);
  const began = Date.now();
  await station.kill("SIGINT");
  // The gateway would have had 20 s to answer.
  expect(Date.now() - began).toBeLessThan(10_000);
  expect(station.child.exitCode).toBe(4);
  expect(station.told("end")).toMatchObject([{ kept: 1, accepted: 0, pending: 1 }]);
  hall.way.restore();
});

test("a station whose time is over ends, however much it could still send", async () => {
  const station = await hall.station("backlog", { words: ["--linger", "0"] });
  const codes = Array.from({ length: 5_000 }, (_, n) => `M-${String(n).padStart(4, "0")}`);
  station.scan(...codes);
  expect(await station.end()).toBe(4);
  const [end] = station.told("end");
  expect(end).toMatchObject({ kept: 5_000 });
  expect(Number(end?.pending)).toBeGreaterThan(0);
  // What it had not sent is there, and goes on.
  const status = await hall.line([
    "status",
    "--station",
    "backlog",
    "--journal",
    hall.journal("backlog"),
    "--json",
  ]);
  expect(JSON.parse(status.stdout)).toMatchObject({ lastSequence: 5_000, pending: end?.pending });
});

test("a row that no journal could hold is not scanned, and those beside it are", async () => {
  const custom = Array.from({ length: 17 }, (_, n) => `attributes.a${n}`);
  const huge = custom.map(() => "x".repeat(65_000));
  const rows = [
    ["serial_number", ...custom],
    ["N-0001", ...huge],
    ["N-0002", ...custom.map(() => "")],
  ];
  const station = await hall.station("wide", { words: ["--format", "csv"] });
  station.scan(...rows.map((cells) => cells.join(",")));
  expect(await station.end()).toBe(1);
  expect(station.told("not-scanned")).toMatchObject([{ line: 2, code: "FIELD_TOO_LARGE" }]);
  expect(station.told("verdict")).toMatchObject([{ serialNumber: "N-0002", outcome: "RECORDED" }]);
});

/** As in another container that shares the folder. Only root may make one: elsewhere nothing is shown. */
test("a journal is one process's at a time across containers of a machine", async () => {
  if (spawnSync("unshare", ["--net", "true"]).status !== 0) return;
  const station = await hall.station("shared");
  station.scan("O-0001");
  await station.until(({ told }) => told("verdict").length === 1);
  const command = ["unshare", "--net", process.execPath, MAIN];
  const second = await hall.station("shared", { command });
  expect(await second.end()).toBe(2);
  expect(second.errors()).toContain("JOURNAL_IN_USE");
  station.scan("O-0002");
  expect(await station.end()).toBe(0);
  expect(await hall.kept("shared")).toEqual(["1 O-0001 RECORDED", "2 O-0002 RECORDED"]);
});

test("a clock that is a day off is told, and the scan keeps its time", async () => {
  // The machine's clock, as the station finds it.
  const shift = `const now = Date.now; const Real = Date;
    globalThis.Date = class extends Real { constructor(...given) {
      if (given.length) super(...given); else super(now() + 86_400_000); }
      static now() { return now() + 86_400_000; } };`;
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(shift)}`;
  const station = await hall.station("ahead", { environment: { NODE_OPTIONS } });
  station.scan("I-0001");
  await station.until(({ told }) => told("verdict").length === 1);
  expect(await station.end()).toBe(0);
  const [skew] = station.told("skew");
  expect(Math.abs(Number(skew?.aheadSeconds) - 86_400)).toBeLessThan(10);
  const [row] = await hall.cli.pair.databases.manufacturing.admin<{ ahead: number }>(
    "SELECT extract(epoch FROM scanned_at - recorded_at)::int AS ahead FROM scan WHERE station = 'ahead'",
  );
  expect(Math.abs((row?.ahead ?? 0) - 86_400)).toBeLessThan(10);
});

test("a journal has no secrets in it, and is nobody else's to read", async () => {
  const station = await hall.station("secret");
  station.scan("J-0001");
  expect(await station.end()).toBe(0);
  const text = await readFile(hall.journal("secret"), "utf8");
  expect(text).toContain("J-0001");
  expect(text).not.toMatch(/eyJ|[Tt]oken|Bearer/);
  expect((await stat(hall.journal("secret"))).mode & 0o777).toBe(0o600);
});
