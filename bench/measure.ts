/** One way of doing the same work, measured in turns with the others. */
export interface Variant {
  name: string;
  /** Does the work once. */
  run(): Promise<unknown>;
}

export interface Measured {
  name: string;
  /** Medians over the rounds. */
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** CPU of this Node process for one piece of work. */
  nodeCpuMs: number;
}

interface MeasureOptions {
  rounds: number;
  secondsPerRound: number;
  /** How many pieces of work are under way at once. */
  concurrency: number;
}

/** Runs the variants in turns, so that a busy machine is equally unfair to all. */
export async function measure(
  variants: readonly Variant[],
  options: MeasureOptions,
): Promise<Measured[]> {
  const rounds = new Map<string, Omit<Measured, "name">[]>(variants.map(({ name }) => [name, []]));
  for (const variant of variants) await oneRound(variant, { ...options, secondsPerRound: 0.5 });
  for (let round = 0; round < options.rounds; round++) {
    const order = round % 2 === 0 ? variants : [...variants].reverse();
    for (const variant of order) {
      rounds.get(variant.name)?.push(await oneRound(variant, options));
    }
  }
  return [...rounds].map(([name, figures]) => ({
    name,
    perSecond: Math.round(median(figures.map(({ perSecond }) => perSecond))),
    p50Ms: rounded(median(figures.map(({ p50Ms }) => p50Ms))),
    p99Ms: rounded(median(figures.map(({ p99Ms }) => p99Ms))),
    nodeCpuMs: rounded(median(figures.map(({ nodeCpuMs }) => nodeCpuMs))),
  }));
}

async function oneRound(variant: Variant, { secondsPerRound, concurrency }: MeasureOptions) {
  const times: number[] = [];
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const endsAt = startedAt + secondsPerRound * 1_000;
  const worker = async () => {
    while (performance.now() < endsAt) {
      const began = performance.now();
      await variant.run();
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const { user, system } = process.cpuUsage(cpu);
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor((times.length - 1) * share)] ?? 0;
  return {
    perSecond: times.length / ((performance.now() - startedAt) / 1_000),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    nodeCpuMs: (user + system) / 1_000 / Math.max(1, times.length),
  };
}

export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

function rounded(figure: number): number {
  return Math.round(figure * 1_000) / 1_000;
}

/** Prints figures as a table, or as JSON where `--json` was given. */
export function printFigures(facts: object, rows: readonly object[]): void {
  if (process.argv.includes("--json")) {
    process.stdout.write(`${JSON.stringify({ ...facts, rows }, null, 2)}\n`);
    return;
  }
  for (const [name, value] of Object.entries(facts)) process.stdout.write(`${name}: ${value}\n`);
  console.table(rows);
}
