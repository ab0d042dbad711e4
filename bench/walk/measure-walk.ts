import type { Drive } from "./drive.ts";
import type { VariantName, WalkOptions } from "./options.ts";
import { cpuMsOf, residentMbOf } from "./process-usage.ts";
import { type Serving, stopServing, type Variant } from "./variant.ts";
import type { Verification } from "./verify.ts";

/** What one variant did in one round. */
export interface RoundFigures {
  requests: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** CPU of all its Node processes, for one request. */
  nodeCpuMs: number;
  /** CPU of all processes of PostgreSQL, for one request. */
  postgresCpuMs: number;
  /** Memory of all its Node processes after the load. */
  residentMb: number;
  answerBytes: number;
}

export interface MeasureParts {
  variants: readonly Variant[];
  connhexIds: readonly string[];
  drive: Drive;
  verification: Verification;
  postmasterPid: number;
  notice: (line: string) => void;
}

/** Starts one variant at a time, in turns, whose order is reversed from round to round. */
export async function measureWalk(
  parts: MeasureParts,
  options: WalkOptions,
): Promise<Map<VariantName, RoundFigures[]>> {
  const { variants, notice } = parts;
  const figures = new Map<VariantName, RoundFigures[]>(variants.map(({ name }) => [name, []]));
  for (let round = 0; round < options.rounds; round++) {
    const order = round % 2 === 0 ? variants : [...variants].reverse();
    for (const variant of order) {
      const serving = await variant.start();
      try {
        await parts.verification.check(variant.name, serving, options.connections);
        const one = await oneRound(serving, parts, options);
        figures.get(variant.name)?.push(one);
        notice(
          `round ${round + 1} of ${options.rounds}, ${variant.name}: ` +
            `${Math.round(one.perSecond)} requests/s, ${one.nodeCpuMs.toFixed(3)} ms of Node a request`,
        );
      } finally {
        await stopServing(serving);
      }
    }
  }
  return figures;
}

async function oneRound(
  serving: Serving,
  { connhexIds, drive, postmasterPid }: MeasureParts,
  { connections, seconds, warmUpSeconds }: WalkOptions,
): Promise<RoundFigures> {
  const requests = connhexIds.map((id) => serving.requestFor(id));
  const job = { origin: serving.origin, requests, connections, keepsAnswers: false };
  if (warmUpSeconds > 0) await drive.run({ ...job, seconds: warmUpSeconds });
  const pids = serving.processes.map(({ pid }) => pid);
  const usage = () => ({ node: cpuMsOf(pids), postgres: cpuMsOf([postmasterPid]) });
  const before = usage();
  const result = await drive.run({ ...job, seconds });
  const after = usage();
  return {
    requests: result.requests,
    perSecond: result.requests / result.elapsedSeconds,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    nodeCpuMs: (after.node - before.node) / result.requests,
    postgresCpuMs: (after.postgres - before.postgres) / result.requests,
    residentMb: residentMbOf(pids),
    answerBytes: result.bytes,
  };
}
