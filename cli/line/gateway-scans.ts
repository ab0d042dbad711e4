import type { GatewayClient } from "../gateway-client.ts";
import type { JournalHead, JournalScan, JournalVerdict } from "./journal-record.ts";

const RECORD_SCANS = `mutation RecordScans($input: [ScanInput!]!) {
  recordScans(input: $input) {
    verdicts { index station sequence arrival serialNumber outcome revision code message field }
    receivedAt
  }
}`;
const STATION = "station firstSequence scanCount lastSequence gaps lastScannedAt lastRecordedAt";
const STATIONS = `query Stations($journal: ID!) {
  stations { ${STATION} isHeldBy(journal: $journal) }
}`;
const HAND_OVER = `mutation HandOverStation($station: String!, $journal: ID!, $reason: String!) {
  handOverStation(station: $station, journal: $journal, reason: $reason) { ${STATION} }
}`;

/** The most scans that the gateway takes at once. */
export const SCANS_AT_ONCE = 500;

/** A verdict, and the device that it is about. */
export type ScanVerdict = JournalVerdict & { serialNumber: string | null };

/** A station as the gateway knows it. */
export interface KnownStation {
  station: string;
  firstSequence: number;
  scanCount: number;
  lastSequence: number;
  gaps: number;
  lastScannedAt: string | null;
  lastRecordedAt: string | null;
}

/** A station as the gateway tells it to whoever has a journal. */
export type HeldStation = KnownStation & { isHeldBy: boolean };

/** Sends scans of a journal; the answers stand in the order of the scans. */
export async function recordScans(
  gateway: GatewayClient,
  { station, journal }: JournalHead,
  { scans, signal }: { scans: readonly JournalScan[]; signal: AbortSignal },
): Promise<{ verdicts: ScanVerdict[]; receivedAt: string }> {
  const input = scans.map(({ kind: _, ...scan }) => ({ station, journal, ...scan }));
  type Told = Omit<ScanVerdict, "kind" | "receivedAt"> & { index: number; station: string };
  const { recordScans: batch } = await gateway.ask<{
    recordScans: { verdicts: Told[]; receivedAt: string };
  }>(RECORD_SCANS, { input }, { signal });
  const { receivedAt } = batch;
  const verdicts = batch.verdicts.map(({ index: _, station: __, ...told }): ScanVerdict => {
    return { kind: "verdict", ...told, receivedAt };
  });
  return { verdicts, receivedAt };
}

/** All stations, and whether this journal has the name of each. */
export async function readStations(
  gateway: GatewayClient,
  journal: string,
): Promise<HeldStation[]> {
  return (await gateway.ask<{ stations: HeldStation[] }>(STATIONS, { journal })).stations;
}

export async function handOverStation(
  gateway: GatewayClient,
  variables: { station: string; journal: string; reason: string },
): Promise<KnownStation> {
  const answer = await gateway.ask<{ handOverStation: KnownStation }>(HAND_OVER, variables);
  return answer.handOverStation;
}
