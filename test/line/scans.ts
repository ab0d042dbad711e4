import type { Answer, Factory, Variables } from "../manufacturing/factory.ts";

export const RECORD_SCANS = `mutation RecordScans($input: [ScanInput!]!) {
  recordScans(input: $input) {
    verdicts { index station sequence arrival serialNumber outcome revision code message field }
    recorded revised unchanged refused duplicates receivedAt
  }
}`;

export const HAND_OVER = `mutation HandOver($station: String!, $journal: ID!, $reason: String!) {
  handOverStation(station: $station, journal: $journal, reason: $reason) {
    station isHeldBy(journal: $journal) firstSequence scanCount lastSequence gaps
  }
}`;

export const STATIONS = `{ stations {
  station journal firstSequence scanCount lastSequence gaps lastScannedAt lastRecordedAt
} }`;

export const JOURNAL = "journal-of-the-station";

/** A scan of one station, a minute after the one before it, with what a test does not care for. */
export function scan(sequence: number, record: Variables, more: Variables = {}): Variables {
  const scannedAt = new Date(Date.UTC(2026, 0, 1, 8, sequence)).toISOString();
  return { station: "eol-1", journal: JOURNAL, sequence, scannedAt, record, ...more };
}

/** Sends scans as a line. */
export function sendScans(factory: Factory, ...input: Variables[]): Promise<Answer> {
  return factory.ask("line", RECORD_SCANS, { input });
}

export interface Verdict {
  sequence: number;
  arrival: string;
  outcome: string;
  revision: number | null;
  code: string | null;
}

/** `1 FIRST RECORDED 1`: number, arrival, outcome, revision or code, a line a verdict. */
export function verdictsOf({ data, errors }: Answer): string[] {
  if (errors[0]) throw errors[0];
  return data.recordScans.verdicts.map((verdict: Verdict) => {
    const { sequence, arrival, outcome, revision, code } = verdict;
    return `${sequence} ${arrival} ${outcome} ${code ?? revision}`;
  });
}

/** What was true of a device at a time. */
export async function asOf(factory: Factory, serialNumber: string, time: string) {
  const { data, errors } = await factory.ask(
    "support",
    `query ($serialNumber: String!, $at: DateTime!) { device(serialNumber: $serialNumber) {
      asOf(at: $at) { phase site line lotCode fwVersion attributes } } }`,
    { serialNumber, at: time },
  );
  if (errors[0]) throw errors[0];
  return data.device.asOf;
}

/** All revisions of a device. */
export async function historyOf(factory: Factory, serialNumber: string) {
  const { data } = await factory.ask(
    "support",
    `{ device(serialNumber: "${serialNumber}") { history { nodes {
      revision phase effectiveAt actor reason source changed } } } }`,
  );
  return data.device.history.nodes;
}
