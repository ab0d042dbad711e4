import { createHash } from "node:crypto";
import { expect, test } from "@jest/globals";
import {
  assertFitScan,
  hashOfScan,
  type KeptScan,
  keptAnswer,
  type ScanStatement,
} from "./scan.ts";
import { assertMayBegin, gapsOf, judgeHandOver } from "./station.ts";

const SCAN: ScanStatement = {
  station: "eol-3",
  journal: "the-first-journal",
  sequence: 7,
  scannedAt: "2026-01-31T08:00:00.000000Z",
  record: { serialNumber: "SN-1", phase: "TESTING" },
};
const ANSWER = { serialNumber: "SN-1", revision: 2, code: null, message: null, field: null };

function kept(more: Partial<KeptScan> = {}): KeptScan {
  const { station, sequence, journal } = SCAN;
  const contentHash = hashOfScan(SCAN);
  return { ...ANSWER, outcome: "REVISED", station, sequence, journal, contentHash, ...more };
}

test("what a scan says has one hash for good: a journal may be sent again by a later release", () => {
  const text =
    '["recordScans",{"record":{"phase":"TESTING","serialNumber":"SN-1"},"retryOf":null,"scannedAt":"2026-01-31T08:00:00.000000Z"}]';
  expect(hashOfScan(SCAN)).toBe(createHash("sha256").update(text).digest("hex"));
  const record = { phase: "TESTING", serialNumber: "SN-1" };
  expect(hashOfScan({ ...SCAN, record, retryOf: null })).toBe(hashOfScan(SCAN));
});

test.each<
  [name: string, scan: Partial<ScanStatement>, kept: KeptScan | null, from: number, string]
>([
  ["for the first time", {}, null, 1, "first"],
  ["again", {}, kept(), 1, "REVISED"],
  ["again, of a former journal", {}, kept(), 9, "REVISED"],
  ["with another record", { record: { serialNumber: "SN-2" } }, kept(), 1, "SCAN_SEQUENCE_REUSED"],
  [
    "with another time",
    { scannedAt: "2026-01-31T08:00:01.000000Z" },
    kept(),
    1,
    "SCAN_SEQUENCE_REUSED",
  ],
  ["as a retry", { retryOf: 3 }, kept(), 1, "SCAN_SEQUENCE_REUSED"],
  ["of another journal", { journal: "another-journal-x" }, null, 1, "STATION_NAME_TAKEN"],
  ["of another journal, again", { journal: "another-journal-x" }, kept(), 1, "STATION_NAME_TAKEN"],
  ["under a former journal's number", {}, null, 8, "SCAN_SEQUENCE_REUSED"],
  ["100,000 beyond the last one", { sequence: 100_009 }, null, 1, "first"],
  ["further beyond the last one", { sequence: 100_010 }, null, 1, "SCAN_SEQUENCE_AHEAD"],
  ["of a journal that began later", { sequence: 120_000 }, null, 20_001, "first"],
  ["again, however far it was", { sequence: 900_000 }, kept({ sequence: 900_000 }), 1, "REVISED"],
])("a scan that comes %s", (_, more, before, firstSequence, expected) => {
  const answer = () => {
    try {
      const holder = { journal: SCAN.journal, firstSequence, lastSequence: 9 };
      return keptAnswer({ ...SCAN, ...more }, before, holder)?.outcome ?? "first";
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  expect(answer()).toBe(expected);
});

test.each<[Partial<ScanStatement>, boolean]>([
  [{}, true],
  [{ station: "Line.2_a-b" }, true],
  [{ station: "" }, false],
  [{ station: "-a" }, false],
  [{ station: "a/b" }, false],
  [{ station: "x".repeat(65) }, false],
  [{ journal: "short" }, false],
  [{ journal: "x".repeat(65) }, false],
  [{ journal: "with spaces in it, long" }, false],
  [{ sequence: 0 }, false],
  [{ sequence: -1 }, false],
])("a scan of %j is fit: %s", (more, isFit) => {
  const assertion = expect(() => assertFitScan({ ...SCAN, ...more }));
  if (isFit) assertion.not.toThrow();
  else assertion.toThrow();
});

const STATION = { station: "eol-3", journal: "b", firstSequence: 1, scanCount: 5, lastSequence: 9 };

test("a station's gaps are the numbers that never came", () => {
  expect(gapsOf(STATION)).toBe(4);
});

test.each<[journal: string, former: string[], outcome: number | null | string]>([
  ["c", ["a", "b"], 10],
  ["b", ["a", "b"], null],
  ["a", ["a", "b"], "STATION_NAME_TAKEN"],
])("a name that is handed to %s, after %j, begins with %j", (journal, former, expected) => {
  const outcome = () => {
    try {
      return judgeHandOver(STATION, journal, former);
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  expect(outcome()).toBe(expected);
});

test("a name whose numbers are used up is not handed over", () => {
  const handOver = (lastSequence: number) => judgeHandOver({ ...STATION, lastSequence }, "c", []);
  expect(handOver(2_147_483_646)).toBe(2_147_483_647);
  expect(() => handOver(2_147_483_647)).toThrow("used up");
});

test("a tenant has at most 1,000 stations", () => {
  expect(() => assertMayBegin(999, 1)).not.toThrow();
  expect(() => assertMayBegin(999, 2)).toThrow("at most 1000 stations");
  expect(() => assertMayBegin(5_000, 0)).not.toThrow();
});
