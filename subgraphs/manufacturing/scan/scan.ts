import { DomainError } from "../../../shared/domain-error.ts";
import { assertPlainText, excerpt } from "../../../shared/text.ts";
import type { Timestamp } from "../../../shared/time.ts";
import { judgeRecord } from "../device/device.ts";
import type { Outcome } from "../device/device-batch.ts";
import type { DeviceFacts, DeviceStatement } from "../device/device-facts.ts";
import type { KnownDevice } from "../device/device-record.ts";
import type { Revision } from "../device/device-revision.ts";
import type { FieldDefinition } from "../field-definition/field-definition.ts";
import { contentHash } from "../idempotency/idempotency.ts";
import { LIMITS } from "../limits.ts";
import { type DueRevision, isLate, judgeLateScan } from "./late-scan.ts";

/** One record of a device that was made at a station, as its journal has it. */
export interface ScanStatement {
  station: string;
  journal: string;
  /** From 1, without gaps, by station. */
  sequence: number;
  /** By the station's clock. */
  scannedAt: Timestamp;
  /** The refused scan that this one is made again for. */
  retryOf?: number | null;
  record: Omit<DeviceStatement, "effectiveAt" | "source">;
}

/**
 * How a scan came: for the first time; again, with what was said the first time; or under a number
 * or name that is another's, and then nothing of it is kept.
 */
export const SCAN_ARRIVALS = ["FIRST", "DUPLICATE", "NOT_KEPT"] as const;
export type ScanArrival = (typeof SCAN_ARRIVALS)[number];

/** What is said of a scan, for good. */
export interface ScanAnswer {
  serialNumber: string | null;
  outcome: Outcome;
  /** The device's revision after the scan; null where the scan was refused unseen. */
  revision: number | null;
  code: string | null;
  message: string | null;
  field: string | null;
}

/** The answer to one scan of a batch. */
export interface ScanVerdict extends ScanAnswer {
  index: number;
  station: string;
  sequence: number;
  arrival: ScanArrival;
}

export interface ScanBatch {
  verdicts: ScanVerdict[];
  recorded: number;
  revised: number;
  unchanged: number;
  refused: number;
  /** Of all these, those that had come before. */
  duplicates: number;
  /** By the clock of the database. */
  receivedAt: Timestamp;
}

/** A scan that came before, as it is kept. */
export interface KeptScan extends ScanAnswer {
  station: string;
  sequence: number;
  journal: string;
  contentHash: string;
}

/** Whose numbers a station's name stands before. */
export interface StationHolder {
  journal: string;
  /** The first number of this journal: those before it belong to former ones. */
  firstSequence: number;
  /** The highest number that has arrived. */
  lastSequence: number;
}

const JOURNAL = /^[A-Za-z0-9_-]{16,64}$/;
const STATION = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** Refuses a batch with a scan that no station makes. */
export function assertFitScan({ station, journal, sequence }: ScanStatement): void {
  assertFitStation(station);
  assertFitJournal(journal);
  if (sequence >= 1) return;
  throw new DomainError("BAD_USER_INPUT", `a sequence counts from 1, it is not ${sequence}`, {
    argument: "input",
  });
}

export function assertFitStation(station: string): void {
  assertPlainText("station", station, LIMITS.stationCharacters);
  if (STATION.test(station)) return;
  throw new DomainError(
    "BAD_USER_INPUT",
    `a station's name has letters, digits, ".", "_" and "-", not ${excerpt(station)}`,
    { argument: "station" },
  );
}

export function assertFitJournal(journal: string): void {
  if (JOURNAL.test(journal)) return;
  throw new DomainError(
    "BAD_USER_INPUT",
    `a journal's id has 16 to 64 letters and digits, not ${excerpt(journal)}`,
    { argument: "journal" },
  );
}

/** SHA-256 of what a scan says, whatever the order of its fields. */
export function hashOfScan({ scannedAt, record, retryOf = null }: ScanStatement): string {
  return contentHash("recordScans", { scannedAt, record, retryOf });
}

/**
 * What was said of a scan that came before; null where it comes for the first time. Throws where
 * the number was used for something else, or the name is another journal's.
 */
export function keptAnswer(
  scan: ScanStatement,
  kept: KeptScan | null,
  holder: StationHolder,
): ScanAnswer | null {
  const { station, sequence, journal } = scan;
  const hasName = kept ? kept.journal === journal : holder.journal === journal;
  if (!hasName) {
    throw new DomainError(
      "STATION_NAME_TAKEN",
      `another journal than this one has the name ${station}`,
      { station },
    );
  }
  if (kept && kept.contentHash === hashOfScan(scan)) return kept;
  if (!kept && sequence >= holder.firstSequence) {
    assertNotFarAhead(scan, holder);
    return null;
  }
  const message = kept
    ? `scan ${sequence} of ${station} came before, and said something else`
    : `scan ${sequence} of ${station} is of a former journal: this one begins with ${holder.firstSequence}`;
  throw new DomainError("SCAN_SEQUENCE_REUSED", message, { station, sequence });
}

/** A number is for good: one far ahead of all others would leave the station few more. */
function assertNotFarAhead(
  { station, sequence }: ScanStatement,
  { firstSequence, lastSequence }: StationHolder,
): void {
  const last = Math.max(lastSequence, firstSequence - 1);
  if (sequence <= last + LIMITS.sequencesAhead) return;
  const most = LIMITS.sequencesAhead.toLocaleString("en");
  throw new DomainError(
    "SCAN_SEQUENCE_AHEAD",
    `scan ${sequence} of ${station} is more than ${most} beyond its last one, ${last}`,
    { station, sequence },
  );
}

/** All that is known of a device. */
export interface KnownHistory {
  present: KnownDevice;
  /** All of them, rising; null where none came into effect after what is judged. */
  revisions: readonly Revision[] | null;
}

/** Answers the revisions that a scan makes due, none where it says nothing new. Throws where it is refused. */
export function judgeScan(
  known: KnownHistory | null,
  facts: DeviceFacts,
  context: { scannedAt: Timestamp; definitions: readonly FieldDefinition[] },
): DueRevision[] {
  const { scannedAt, definitions } = context;
  if (known?.revisions && isLate(known.revisions, scannedAt)) {
    return judgeLateScan({ ...known, revisions: known.revisions }, facts, context);
  }
  const due = judgeRecord(known?.present ?? null, facts, definitions);
  return due ? [{ ...due, effectiveAt: scannedAt, isRestated: false }] : [];
}

/** What is known once these revisions are written. */
export function knownAfter(
  known: KnownHistory | null,
  deviceId: number,
  due: readonly DueRevision[],
): KnownHistory | null {
  let after = known;
  for (const { record, changed, effectiveAt } of due) {
    const revision = (after?.present.revision ?? 0) + 1;
    const present = { ...record, deviceId, revision };
    const written = { ...present, changed, effectiveAt } as Revision;
    // Of a device that is new, this is all there is.
    const before = after ? after.revisions : [];
    after = { present, revisions: before && [...before, written] };
  }
  return after;
}
