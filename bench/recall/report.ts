import { median } from "../measure.ts";
import type { QuestionFigures } from "./measure-recall.ts";
import { nameOf } from "./questions.ts";

/** One question of one number of devices: medians over all askings, and over the rounds. */
export interface RecallRow {
  question: string;
  devices: number;
  gatewayMs: number;
  /** The least: what it takes where nothing else runs, as near as a busy machine shows it. */
  leastMs: number;
  bareMs: number;
  timesBare: number;
  nodeCpuMs: number;
  bareCpuMs: number;
  /** Of the server, within statements. */
  serverMs: number;
  buffers: number;
  buffersRead: number;
  peakMb: number;
}

export function recallRow(figures: QuestionFigures): RecallRow {
  const { rounds, devices } = figures;
  const gatewayMs = median(rounds.flatMap((round) => round.gatewayMs));
  const bareMs = median(rounds.flatMap((round) => round.bareMs));
  const of = (pick: (round: (typeof rounds)[number]) => number) => median(rounds.map(pick));
  return {
    question: nameOf(figures),
    devices,
    gatewayMs: rounded(gatewayMs, 2),
    leastMs: rounded(Math.min(...rounds.flatMap((round) => round.gatewayMs)), 2),
    bareMs: rounded(bareMs, 2),
    timesBare: rounded(gatewayMs / bareMs, 2),
    nodeCpuMs: rounded(
      of(({ nodeCpuMs }) => nodeCpuMs),
      2,
    ),
    bareCpuMs: rounded(
      of(({ bareCpuMs }) => bareCpuMs),
      2,
    ),
    serverMs: rounded(
      of(({ server }) => server.executionMs),
      2,
    ),
    buffers: Math.round(of(({ server }) => server.buffers)),
    buffersRead: Math.round(of(({ server }) => server.buffersRead)),
    peakMb: Math.round(Math.max(...rounds.map(({ peakMb }) => peakMb))),
  };
}

/** How the cost of a question grows from the fewest devices to the most. */
export interface DeviceGrowth {
  question: string;
  gatewayMs: number;
  bareMs: number;
  serverMs: number;
  buffers: number;
}

export function deviceGrowth(rows: readonly RecallRow[]): DeviceGrowth[] {
  const [least, most] = ends(rows.map(({ devices }) => devices));
  if (least === most) return [];
  return rows
    .filter(({ devices }) => devices === least)
    .flatMap((few) => {
      const many = rows.find((row) => row.devices === most && row.question === few.question);
      if (!many) return [];
      const times = (figure: "gatewayMs" | "bareMs" | "serverMs" | "buffers") =>
        rounded(many[figure] / few[figure], 2);
      const isLevelsAlone = many.buffers - few.buffers <= LEVELS_BUFFERS;
      return [
        {
          question: few.question,
          gatewayMs: times("gatewayMs"),
          bareMs: times("bareMs"),
          serverMs: times("serverMs"),
          buffers: isLevelsAlone ? Math.min(1, times("buffers")) : times("buffers"),
        },
      ];
    });
}

/** The time of each kind of question by the size of its answer, of the most devices. */
export function answerGrowth(figures: readonly QuestionFigures[]): Record<string, unknown>[] {
  const [, most] = ends(figures.map(({ devices }) => devices));
  const families = new Map<string, Record<string, unknown>>();
  for (const one of figures.filter(({ devices }) => devices === most)) {
    const { gatewayMs, buffers } = recallRow(one);
    const known = families.get(one.family) ?? { question: one.family };
    families.set(one.family, { ...known, [one.size]: `${gatewayMs} ms, ${buffers} buffers` });
  }
  return [...families.values()];
}

export interface Aim {
  aim: string;
  isMet: boolean;
  /** What misses it, or the worst of what keeps it. */
  figures: readonly string[];
}

const TIMES_BARE_MOST = 3;
const GROWTH_MOST = 1.2;
/** What is no growth: an index of ten times the rows has one level more. */
const LEVELS_BUFFERS = 10;

export function aimVerdicts(figures: readonly QuestionFigures[]): Aim[] {
  const rows = figures.map((one) => ({ ...recallRow(one), mostMs: one.mostMs }));
  const bounds = new Set(rows.flatMap(({ mostMs }) => mostMs ?? []));
  const growth = deviceGrowth(rows);
  const size = (row: RecallRow) => `${row.question} of ${row.devices.toLocaleString("en")}`;
  return [
    ...[...bounds].map((most) =>
      verdict(
        `at most ${most} ms`,
        most,
        rows
          .filter(({ mostMs }) => mostMs === most)
          .map((row) => ({ name: size(row), figure: row.gatewayMs })),
      ),
    ),
    verdict(
      `at most ${TIMES_BARE_MOST} times the bare client`,
      TIMES_BARE_MOST,
      rows.map((row) => ({ name: size(row), figure: row.timesBare })),
    ),
    ...(["gatewayMs", "buffers"] as const).flatMap((what) =>
      growth.length === 0
        ? []
        : verdict(
            `${what} with the most devices at most ${GROWTH_MOST} times those with the fewest`,
            GROWTH_MOST,
            growth.map((one) => ({ name: one.question, figure: one[what] })),
          ),
    ),
  ];
}

function verdict(
  aim: string,
  most: number,
  measured: readonly { name: string; figure: number }[],
): Aim {
  const sorted = [...measured].sort((one, other) => other.figure - one.figure);
  const missing = sorted.filter(({ figure }) => figure > most);
  const shown = missing.length > 0 ? missing : sorted.slice(0, 1);
  return {
    aim,
    isMet: missing.length === 0,
    figures: shown.map(({ name, figure }) => `${name}: ${figure}`),
  };
}

function ends(numbers: readonly number[]): [least: number, most: number] {
  return [Math.min(...numbers), Math.max(...numbers)];
}

function rounded(figure: number, decimals: number): number {
  return Number(figure.toFixed(decimals));
}
