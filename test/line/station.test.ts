import { stat, truncate } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { StationEvent } from "../../bench/scans/station-process.ts";
import { Journal } from "../../cli/line/journal.ts";
import { type Hall, openHall } from "./live-station.ts";

let hall: Hall;
beforeAll(async () => {
  hall = await openHall();
});
afterAll(() => hall.close());

const numbers = (events: readonly StationEvent[]) => events.map(({ sequence }) => sequence);

describe("a station", () => {
  test("shows each verdict at once, and loses nothing by a line that is no code", async () => {
    const journal = ["--station", "eol-1", "--journal", hall.journal("eol-1")];
    const ran = await hall.line(
      [...journal, "--phase", "TESTING"],
      "A-0001\nA-0002 A-0003\nA-\nA-0004\n",
    );
    expect(ran.exit).toBe(1);
    // On a machine with much else to do, scans are told to wait for their verdicts first.
    const told = ran.stdout.split("\n").filter((line) => !line.endsWith("kept, not judged yet"));
    expect(told.sort()).toEqual([
      "",
      "#1 A-0001  recorded (revision 1)",
      "#2 A-0004  recorded (revision 1)",
      'line 2  NOT SCANNED: 2 codes on one line: "A-0002" and "A-0003" [TWO_CODES]',
      'line 3  NOT SCANNED: "A-" is no whole code [BROKEN_CODE]',
    ]);
    const back = await hall.line([...journal, "--phase", "MANUFACTURING"], "A-0001\n");
    expect(back).toMatchObject({
      exit: 1,
      stdout: expect.stringContaining("[PHASE_OUT_OF_ORDER]"),
    });
    expect(await hall.kept("eol-1")).toEqual([
      "1 A-0001 RECORDED",
      "2 A-0004 RECORDED",
      "3 A-0001 REFUSED",
    ]);
  });

  test("takes a burst of 1,000 lines, and another format", async () => {
    const codes = Array.from({ length: 1_000 }, (_, n) => `B-${String(n).padStart(4, "0")}`);
    const words = [
      "--station",
      "burst",
      "--journal",
      hall.journal("burst"),
      "--lot-code",
      "L-B",
      "--json",
    ];
    const ran = await hall.line(words, `${codes.join("\r\n")}\r\n`);
    expect(ran.exit).toBe(0);
    const end = JSON.parse(ran.stdout.trimEnd().split("\n").at(-1) ?? "");
    expect(end).toMatchObject({
      event: "end",
      kept: 1_000,
      accepted: 1_000,
      refused: 0,
      pending: 0,
    });
    expect(await hall.kept("burst")).toHaveLength(1_000);
    const csv = "serial_number;fw_version\nB-0001;2.0\nB-0002;2.0\n";
    const rows = await hall.line([...words, "--format", "csv"], csv);
    expect(rows).toMatchObject({ exit: 0, stdout: expect.stringContaining("REVISED") });
  });

  test("keeps on where the gateway is away, and sends in order when it is back", async () => {
    const station = await hall.station("away");
    station.scan("C-0001");
    await station.until(({ told }) => told("verdict").length === 1);
    hall.way.cut("RESET");
    station.scan("C-0002");
    await station.until(({ told }) => told("offline").length === 1);
    station.scan("C-0003", "C-0001");
    await station.until(({ told }) => told("kept").length === 4);
    expect(station.told("verdict")).toHaveLength(1);
    const status = await hall.line([
      "status",
      "--station",
      "away",
      "--journal",
      hall.journal("away"),
      "--json",
    ]);
    expect(JSON.parse(status.stdout)).toMatchObject({
      lastSequence: 4,
      judged: 1,
      pending: 3,
      gateway: null,
    });
    hall.way.restore();
    expect(await station.end()).toBe(0);
    expect(numbers(station.told("verdict"))).toEqual([1, 2, 3, 4]);
    const rows = [
      "1 C-0001 RECORDED",
      "2 C-0002 RECORDED",
      "3 C-0003 RECORDED",
      "4 C-0001 UNCHANGED",
    ];
    expect(await hall.kept("away")).toEqual(rows);
  });

  test("that is killed between disk and gateway sends what it acknowledged when it starts again", async () => {
    hall.way.cut("RESET");
    const station = await hall.station("killed");
    station.scan("D-0001", "D-0002");
    await station.until(({ told }) => told("kept").length === 2);
    await station.kill("SIGKILL");
    expect(await hall.kept("killed")).toEqual([]);
    hall.way.restore();
    const again = await hall.station("killed");
    again.scan("D-0003");
    expect(await again.end()).toBe(0);
    expect(await hall.kept("killed")).toEqual([
      "1 D-0001 RECORDED",
      "2 D-0002 RECORDED",
      "3 D-0003 RECORDED",
    ]);
  });

  test("that is killed before it was told the verdict asks again, and the scan counts once", async () => {
    hall.way.cut("ANSWERS_LOST");
    const station = await hall.station("unsure");
    station.scan("D-0011");
    await station.until(() => hall.way.answersLost > 0);
    await station.kill("SIGKILL");
    hall.way.restore();
    const again = await hall.station("unsure");
    expect(await again.end()).toBe(0);
    expect(again.told("verdict")).toMatchObject([
      { sequence: 1, arrival: "DUPLICATE", outcome: "RECORDED" },
    ]);
    expect(await hall.kept("unsure")).toEqual(["1 D-0011 RECORDED"]);
  });

  test("cuts a torn last line off its journal, says so, and gives its number again", async () => {
    hall.way.cut("RESET");
    const station = await hall.station("torn");
    station.scan("E-0001");
    await station.until(({ told }) => told("kept").length === 1);
    const { size } = await stat(hall.journal("torn"));
    station.scan("E-0002");
    await station.until(({ told }) => told("kept").length === 2);
    await station.kill("SIGKILL");
    await truncate(hall.journal("torn"), size + 40);
    hall.way.restore();
    const again = await hall.station("torn");
    again.scan("E-0003");
    expect(await again.end()).toBe(0);
    expect(again.errors()).toContain("40 bytes of a write that was broken off");
    expect(await hall.kept("torn")).toEqual(["1 E-0001 RECORDED", "2 E-0003 RECORDED"]);
  });

  test("replays a journal of 30 days ago, each scan in its own time", async () => {
    const past = Date.now() - 30 * 86_400_000;
    const at = (hours: number) => new Date(past + hours * 3_600_000).toISOString();
    await hall.line(
      ["--station", "today", "--journal", hall.journal("today"), "--phase", "PACKAGING"],
      "F-0001\n",
    );
    const journal = await Journal.open(hall.journal("old"), "old");
    await journal.keep([
      { scannedAt: at(0), record: { serialNumber: "F-0001", phase: "MANUFACTURING" } },
      { scannedAt: at(5), record: { serialNumber: "F-0001", phase: "TESTING", fwVersion: "1.0" } },
    ]);
    await journal.close();
    const ran = await hall.line(["--station", "old", "--journal", hall.journal("old")]);
    expect(ran).toMatchObject({
      exit: 0,
      stderr: expect.stringContaining("2 scans from before: 2 accepted"),
    });
    const { data } = await hall.cli.gateway.query(
      `query ($a: DateTime!, $b: DateTime!) { device(serialNumber: "F-0001") {
        phase a: asOf(at: $a) { phase fwVersion } b: asOf(at: $b) { phase fwVersion } } }`,
      { a: at(1), b: at(6) },
    );
    expect(data?.device).toEqual({
      phase: "PACKAGING",
      a: { phase: "MANUFACTURING", fwVersion: null },
      b: { phase: "TESTING", fwVersion: "1.0" },
    });
  });
});

test("the second process on a journal, and the second journal of a name, are refused", async () => {
  const station = await hall.station("twice");
  station.scan("G-0001");
  await station.until(({ told }) => told("verdict").length === 1);
  const same = await hall.line(
    ["--station", "twice", "--journal", hall.journal("twice")],
    "G-0002\n",
  );
  expect(same).toMatchObject({ exit: 2, stderr: expect.stringContaining("[JOURNAL_IN_USE]") });
  const other = await hall.line(
    ["--station", "twice", "--journal", hall.journal("twin")],
    "G-0003\n",
  );
  expect(other).toMatchObject({ exit: 1, stderr: expect.stringContaining("[STATION_NAME_TAKEN]") });
  expect(await hall.kept("twice")).toEqual(["1 G-0001 RECORDED"]);
  const words = ["--station", "twice", "--journal", hall.journal("third")];
  const taken = await hall.line(["take-over", ...words, "--reason", "new computer"]);
  expect(taken).toMatchObject({
    exit: 0,
    stdout: expect.stringContaining("twice goes on with scan 2"),
  });
  expect(await hall.line(words, "G-0004\n")).toMatchObject({ exit: 0 });
  station.scan("G-0005");
  expect(await station.end()).toBe(1);
  expect(station.errors()).toContain("STATION_NAME_TAKEN");
  expect(await hall.kept("twice")).toEqual(["1 G-0001 RECORDED", "2 G-0004 RECORDED"]);
  const journal = ["--station", "twice", "--journal", hall.journal("twice")];
  const status = await hall.line(["status", ...journal]);
  expect(status.stdout).toContain("ANOTHER JOURNAL HAS IT");
  // What the former journal still holds goes on under another name.
  const left = await hall.line([
    "export",
    "--station",
    "twice",
    "--journal",
    hall.journal("twice"),
    "--pending",
  ]);
  const rows = ["--station", "twice-b", "--journal", hall.journal("twice-b"), "--format", "csv"];
  expect(await hall.line(rows, left.stdout)).toMatchObject({ exit: 0 });
  expect(await hall.kept("twice-b")).toEqual(["1 G-0005 RECORDED"]);
});

test("refused scans are made again as new scans that name the old ones", async () => {
  const words = ["--station", "again", "--journal", hall.journal("again")];
  await hall.line([...words, "--attribute", "reel=R1"], "H-0001\nH-0002\n");
  await hall.cli.run("engineering", ["field", "define", "reel", "--type", "TEXT"]);
  const ran = await hall.line(["retry", ...words, "2", "--lot-code", "L-H"]);
  expect(ran).toMatchObject({
    exit: 0,
    stdout: expect.stringContaining("#3 H-0002  recorded (revision 1)\n"),
  });
  expect(await hall.line(["retry", ...words])).toMatchObject({
    exit: 0,
    stdout: expect.stringContaining("#4 H-0001  recorded (revision 1)\n"),
  });
  expect(await hall.line(["retry", ...words])).toMatchObject({ exit: 0, stdout: "" });
  const exported = await hall.line(["export", ...words, "--json"]);
  const rows = exported.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(rows.map(({ sequence, retryOf = null, outcome }) => [sequence, retryOf, outcome])).toEqual(
    [
      [1, null, "REFUSED"],
      [2, null, "REFUSED"],
      [3, 2, "RECORDED"],
      [4, 1, "RECORDED"],
    ],
  );
  expect(rows[2]).toMatchObject({
    lotCode: "L-H",
    attributes: { reel: "R1" },
    scannedAt: rows[1].scannedAt,
  });
});
