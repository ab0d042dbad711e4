import { setTimeout as sleep } from "node:timers/promises";
import { Random } from "../../demo/random.ts";
import { CUTS, type Cut, cuttableWay } from "./cuttable-way.ts";
import type { ScanRows } from "./scan-rows.store.ts";
import { type StationProcess, startStation } from "./station-process.ts";

export interface CutOptions {
  cuts: number;
  seed: string;
  /** The gateway, and a token of a line. */
  url: string;
  token: string;
  /** What starts the command line. */
  command: readonly string[];
  journal: string;
  rows: ScanRows;
  observe?: (cut: number, how: Cut, scans: number) => void;
}

export interface CutResult {
  cuts: number;
  scans: number;
  /** Cuts that the station noticed. */
  noticed: number;
  /** Scans whose answer was lost, so that they were sent again. */
  sentAgain: number;
  answersLost: number;
  complaints: string[];
}

const STATION = "cut-station";
const DOWN_MS = 1_200;
const COMPLAINTS_MOST = 10;

/** Scans at a station while its network is cut and restored, and judges what arrived. */
export async function cutStation(options: CutOptions): Promise<CutResult> {
  const { cuts, seed, rows, journal, token, command, observe } = options;
  const random = new Random(seed, "cuts");
  const way = await cuttableWay(options.url);
  const station = startStation({
    command,
    words: ["--station", STATION, "--phase", "TESTING", "--journal", journal, "--linger", "60"],
    environment: { TRACEGRAPH_URL: way.url, TRACEGRAPH_TOKEN: token },
  });
  let scanned = 0;
  const scan = (count: number) => {
    const codes = Array.from({ length: count }, () => codeOf(++scanned));
    station.scan(...codes);
  };
  let isScanning = true;
  const scanning = (async () => {
    for (; isScanning; await sleep(random.below(20))) scan(random.between(1, 20));
  })();
  try {
    await station.until(({ told }) => told("verdict").length > 0);
    for (let cut = 1; cut <= cuts; cut++) {
      const how = random.pick(CUTS);
      await sleep(random.below(150));
      way.cut(how);
      await sleep(random.below(DOWN_MS));
      way.restore();
      observe?.(cut, how, scanned);
      const judged = station.told("verdict").length;
      await station.until(({ told }) => told("verdict").length > judged);
    }
    isScanning = false;
    await scanning;
    const exit = await station.end();
    const complaints = [
      ...(exit === 0 ? [] : [`the station ended with ${exit}: ${station.errors()}`]),
      ...judgeStation(scanned, station, (await rows.kept(STATION)).map(codeOfRow)),
    ];
    const again = station.told("verdict").filter(({ arrival }) => arrival === "DUPLICATE");
    return {
      cuts,
      scans: scanned,
      noticed: station.told("offline").length,
      sentAgain: again.length,
      answersLost: way.answersLost,
      complaints: complaints.slice(0, COMPLAINTS_MOST),
    };
  } finally {
    isScanning = false;
    station.child.kill("SIGKILL");
    await way.close();
  }
}

/** All that was scanned was kept, arrived and was judged, once and in its order. */
function judgeStation(scanned: number, station: StationProcess, arrived: readonly string[]) {
  const expected = Array.from({ length: scanned }, (_, index) => codeOf(index + 1));
  const lists = {
    kept: station.told("kept").map(({ serialNumber }) => serialNumber),
    judged: station.told("verdict").map(({ serialNumber }) => serialNumber),
    arrived,
  };
  return Object.entries(lists).flatMap(([name, codes]) => {
    const place = expected.findIndex((code, index) => codes[index] !== code);
    if (place < 0 && codes.length === scanned) return [];
    const at = place < 0 ? scanned : place;
    return [`${name}: ${codes.length} of ${scanned}; scan ${at + 1} is ${codes[at] ?? "missing"}`];
  });
}

function codeOf(number: number): string {
  return `CUT-${String(number).padStart(6, "0")}`;
}

function codeOfRow({
  sequence,
  serialNumber,
  outcome,
}: {
  sequence: number;
  serialNumber: string | null;
  outcome: string;
}): string {
  return outcome === "RECORDED" ? (serialNumber ?? "") : `scan ${sequence} ${outcome}`;
}
