import { crc32 } from "node:zlib";
import type { DeviceRecord } from "../import/judge-row.ts";

/** What a station says of one device: all but the times and the source, which are the station's. */
export type ScanRecord = Omit<DeviceRecord, "effectiveAt" | "source" | "attributes"> & {
  attributes?: Record<string, unknown>;
};

/** The first record of every journal. */
export interface JournalHead {
  kind: "journal";
  format: 1;
  /** Random: whoever has it has this journal, and no other one of the same station. */
  journal: string;
  station: string;
  firstSequence: number;
  madeAt: string;
}

/** A scan, in the order of its number. */
export interface JournalScan {
  kind: "scan";
  sequence: number;
  scannedAt: string;
  retryOf?: number;
  record: ScanRecord;
}

/** What the gateway said of a scan. A journal can do without: it would be asked again. */
export interface JournalVerdict {
  kind: "verdict";
  sequence: number;
  outcome: "RECORDED" | "REVISED" | "UNCHANGED" | "REFUSED";
  arrival: "FIRST" | "DUPLICATE" | "NOT_KEPT";
  revision: number | null;
  code: string | null;
  message: string | null;
  field: string | null;
  /** When the gateway received it. */
  receivedAt: string;
}

export type JournalRecord = JournalHead | JournalScan | JournalVerdict;

/** A record, and how much of the journal was on the disk for certain when it was written. */
export interface JournalLine {
  record: JournalRecord;
  durableBytes: number;
}

/** The longest record. A scan is some hundred bytes; custom fields can make it longer. */
export const RECORD_BYTES_MOST = 1_048_576;

/**
 * A record as a line: `<length> <checksum> <durable bytes> <JSON>`. The length counts the JSON's
 * bytes, the checksum is CRC-32 (as in zlib) of what follows it.
 */
export function encodeLine({ record, durableBytes }: JournalLine): Buffer {
  const json = JSON.stringify(record);
  const checked = `${durableBytes} ${json}`;
  const checksum = crc32(checked).toString(16).padStart(8, "0");
  return Buffer.from(`${Buffer.byteLength(json)} ${checksum} ${checked}\n`);
}

/** Whether a scan is short enough to be read again, whatever number and place it gets. */
export function fitsRecord(scan: Omit<JournalScan, "kind" | "sequence">): boolean {
  const record: JournalScan = { kind: "scan", sequence: Number.MAX_SAFE_INTEGER, ...scan };
  return encodeLine({ record, durableBytes: DURABLE_BYTES_MOST }).length <= RECORD_BYTES_MOST;
}

/** As many digits as a line has room for. */
const DURABLE_BYTES_MOST = 999_999_999_999_999;

const LINE = /^(\d{1,7}) ([0-9a-f]{8}) (\d{1,15}) (\{.*\})$/s;

/** Reads a line without its end; null where it is not whole, or not as it was written. */
export function decodeLine(bytes: Buffer): JournalLine | null {
  const [, length, checksum, durable, json] = LINE.exec(bytes.toString("utf8")) ?? [];
  if (json === undefined || Number(length) !== Buffer.byteLength(json)) return null;
  if (crc32(`${durable} ${json}`) !== Number.parseInt(checksum ?? "", 16)) return null;
  return { record: JSON.parse(json) as JournalRecord, durableBytes: Number(durable) };
}
