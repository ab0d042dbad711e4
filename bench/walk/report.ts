import { median } from "../measure.ts";
import type { RoundFigures } from "./measure-walk.ts";
import type { VariantName } from "./options.ts";

/** Medians over the rounds, and how they stand to the others'. */
export interface WalkRow {
  variant: VariantName;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  nodeCpuMs: number;
  postgresCpuMs: number;
  residentMb: number;
  answerBytes: number;
  /** Its Node CPU a request as a multiple of the floor's; null where the floor was not measured. */
  nodeCpuOfFloor: number | null;
}

export function walkRows(figures: ReadonlyMap<VariantName, readonly RoundFigures[]>): WalkRow[] {
  const of = (name: VariantName, field: keyof RoundFigures) =>
    median((figures.get(name) ?? []).map((round) => round[field]));
  const floor = figures.has("floor") ? of("floor", "nodeCpuMs") : null;
  return [...figures.keys()].map((variant) => ({
    variant,
    perSecond: Math.round(of(variant, "perSecond")),
    p50Ms: rounded(of(variant, "p50Ms"), 2),
    p99Ms: rounded(of(variant, "p99Ms"), 2),
    nodeCpuMs: rounded(of(variant, "nodeCpuMs"), 3),
    postgresCpuMs: rounded(of(variant, "postgresCpuMs"), 3),
    residentMb: Math.round(of(variant, "residentMb")),
    answerBytes: Math.round(of(variant, "answerBytes")),
    nodeCpuOfFloor: floor === null ? null : rounded(of(variant, "nodeCpuMs") / floor, 2),
  }));
}

/** One aim: a variant's Node CPU a request is at most so much of another one's. */
interface Aim {
  variant: VariantName;
  of: VariantName;
  most: number;
}

const AIMS: readonly Aim[] = [
  { variant: "gateway", of: "apollo", most: 1 / 3 },
  { variant: "gateway", of: "postgraphile", most: 1 },
  { variant: "gateway", of: "floor", most: 2 },
  { variant: "split", of: "apollo", most: 1 / 2 },
];

export interface AimVerdict {
  aim: string;
  ratio: number;
  isMet: boolean;
}

/** How the measured variants stand to the aims that can be judged with them. */
export function aimVerdicts(rows: readonly WalkRow[]): AimVerdict[] {
  const cpuOf = (name: VariantName) => rows.find(({ variant }) => variant === name)?.nodeCpuMs;
  return AIMS.flatMap(({ variant, of, most }) => {
    const [one, other] = [cpuOf(variant), cpuOf(of)];
    if (one === undefined || other === undefined) return [];
    const ratio = rounded(one / other, 2);
    const aim = `${variant}: Node CPU at most ${rounded(most, 2)} of ${of}`;
    return [{ aim, ratio, isMet: one / other <= most }];
  });
}

function rounded(figure: number, decimals: number): number {
  return Number(figure.toFixed(decimals));
}
