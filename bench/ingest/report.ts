import { median } from "../measure.ts";
import type { RoundFigures } from "./measure-ingest.ts";
import type { Way } from "./options.ts";

/** Medians over the rounds. */
export interface IngestRow {
  way: string;
  rows: number;
  seconds: number;
  perSecond: number;
  p50Ms: number | null;
  p99Ms: number | null;
  gatewayUsARow: number;
  clientUsARow: number;
  postgresUsARow: number;
  gatewayMb: number;
  commandMb: number | null;
  /** Both processes after a tenth of the time, and at its end. */
  memoryMb: string | null;
}

const NAMES: Readonly<Record<Way, string>> = {
  floor: "COPY into a bare table",
  file: "small file",
  large: "large file",
  "1": "1 station",
  "16": "16 stations",
  "64": "64 stations",
  "64-apart": "64 stations, coalescing off",
};

export type Figures = ReadonlyMap<Way, readonly RoundFigures[]>;

export function ingestRows(figures: Figures): IngestRow[] {
  return [...figures].flatMap(([way, rounds]) => {
    if (rounds.length === 0) return [];
    const of = (read: (round: RoundFigures) => number) => median(rounds.map(read));
    const known = (read: (round: RoundFigures) => number | null) =>
      rounds.every((round) => read(round) !== null) ? of((round) => read(round) ?? 0) : null;
    const [early, late] = [known(({ earlyMb }) => earlyMb), known(({ lateMb }) => lateMb)];
    return [
      {
        way: NAMES[way],
        rows: Math.round(of(({ rows }) => rows)),
        seconds: rounded(
          of(({ seconds }) => seconds),
          2,
        ),
        perSecond: Math.round(of(perSecond)),
        p50Ms: roundedOrNull(known(({ p50Ms }) => p50Ms)),
        p99Ms: roundedOrNull(known(({ p99Ms }) => p99Ms)),
        gatewayUsARow: usARow(of, ({ gatewayCpuMs }) => gatewayCpuMs),
        clientUsARow: usARow(of, ({ clientCpuMs }) => clientCpuMs),
        postgresUsARow: usARow(of, ({ postgresCpuMs }) => postgresCpuMs),
        gatewayMb: Math.round(of(({ gatewayMb }) => gatewayMb)),
        commandMb: roundedOrNull(
          known(({ commandMb }) => commandMb),
          0,
        ),
        memoryMb:
          early === null || late === null ? null : `${Math.round(early)} to ${Math.round(late)}`,
      },
    ];
  });
}

/** An aim, and what was measured for it. */
export interface AimVerdict {
  aim: string;
  measured: number;
  isMet: boolean;
}

/** The aims that can be judged by what was measured. */
export function aimVerdicts(figures: Figures): AimVerdict[] {
  const of = (way: Way, read: (round: RoundFigures) => number) => {
    const rounds = figures.get(way) ?? [];
    return rounds.length === 0 ? null : median(rounds.map(read));
  };
  const ratio = (way: Way, to: Way) => {
    const [one, other] = [of(way, perSecond), of(to, perSecond)];
    return one === null || other === null ? null : one / other;
  };
  const file = of("file", ({ seconds, rows }) => (seconds / rows) * 10_000);
  const floor = ratio("large", "floor");
  const coalescing = ratio("64", "64-apart");
  const growth = of("large", ({ gatewayPeaksMb }) => growthOf(gatewayPeaksMb));
  const p99 = of("64", ({ p99Ms }) => p99Ms ?? 0);
  return [
    ...verdict("a file of 10,000 rows in at most 1 s", file, (seconds) => seconds <= 1),
    ...verdict("a large file at a tenth of the floor or more", floor, (share) => share >= 0.1),
    ...verdict(
      "the gateway holds in a large file's second half at most 1.2 times what it held in the first",
      growth,
      (times) => times <= 1.2,
    ),
    ...verdict("64 stations 3 times as fast as apart", coalescing, (times) => times >= 3),
    ...verdict("64 stations with p99 below 50 ms", p99, (ms) => ms < 50),
  ];
}

/** Without a measurement it cannot be met. */
function growthOf(peaks: RoundFigures["gatewayPeaksMb"]): number {
  if (!peaks || peaks[0] === 0) return Number.POSITIVE_INFINITY;
  return peaks[1] / peaks[0];
}

/** The most among the samples of the first half, and among those of the second. */
export function peaksOfHalves(samples: readonly number[]): [first: number, second: number] {
  const half = Math.ceil(samples.length / 2);
  return [Math.max(0, ...samples.slice(0, half)), Math.max(0, ...samples.slice(half))];
}

function verdict(
  aim: string,
  measured: number | null,
  isMet: (measured: number) => boolean,
): AimVerdict[] {
  if (measured === null) return [];
  return [{ aim, measured: rounded(measured, 2), isMet: isMet(measured) }];
}

function perSecond({ rows, seconds }: RoundFigures): number {
  return rows / seconds;
}

function usARow(
  of: (read: (round: RoundFigures) => number) => number,
  cpuMs: (round: RoundFigures) => number,
): number {
  return rounded(
    of((round) => (cpuMs(round) * 1_000) / round.rows),
    1,
  );
}

function roundedOrNull(figure: number | null, decimals = 1): number | null {
  return figure === null ? null : rounded(figure, decimals);
}

function rounded(figure: number, decimals: number): number {
  return Number(figure.toFixed(decimals));
}
