import { median } from "../measure.ts";
import type { LogFacts } from "./log-facts.store.ts";
import { type LoggedParts, startLogged, startUnlogged } from "./logged-service.ts";
import { NaiveChain } from "./naive-chain.store.ts";
import type { LedgerBenchOptions } from "./options.ts";
import { type Batches, LANES, ROWS_PER_BATCH, recordDevices } from "./recorder.ts";

export interface AppendParts extends LoggedParts {
  adminUrl: string;
  facts: LogFacts;
}

/** Entries, or rows, a second; medians over the rounds. */
export interface AppendFigures {
  /** Devices recorded with the log off. */
  logOff: number;
  /** Devices recorded with it on, until they are acknowledged: durable, with their entries. */
  logOn: number;
  /** The same until the last of them is in the tree of a signed checkpoint. */
  signed: number;
  /** What the log costs, in parts of what is recorded without it: by round, then the median. */
  lostShare: number;
  /** Devices recorded with the log off, one by one, each with its row of a naive chain. */
  chained: number;
  /** The same in batches as large as those of the log: what the tree itself costs more. */
  chainedBatches: number;
  /** Rows of a naive chain that has nothing to record beside them. */
  bareChain: number;
  /** The same in batches. */
  bareBatches: number;
}

const ONE_BY_ONE: Batches = { rows: 1, lanes: 8 };
const IN_BATCHES: Batches = { rows: ROWS_PER_BATCH, lanes: LANES };
/** One by one, so many fewer devices take long enough. */
const FEWER_CHAINED = 10;
const CHAIN_MS = 4_000;
const ENTRY = JSON.stringify({
  actor: "a".repeat(64),
  content: "c".repeat(64),
  id: "revision/1/1",
});

/** All ways in turns, so that a busy machine is equally unfair to all. */
export async function measureAppends(
  parts: AppendParts,
  { rows, rounds }: LedgerBenchOptions,
): Promise<AppendFigures> {
  const figures: Record<Exclude<keyof AppendFigures, "lostShare">, number[]> = {
    ...{ logOff: [], logOn: [], signed: [] },
    ...{ chained: [], chainedBatches: [], bareChain: [], bareBatches: [] },
  };
  // Round 0 warms what compiles and caches, and counts for nothing.
  for (let round = 0; round <= rounds; round++) {
    const ways = [
      async () => ({ logOff: await withoutLog(parts, rows) }),
      async () => withLog(parts, rows),
      async () => ({ chained: await chained(parts, Math.ceil(rows / FEWER_CHAINED), ONE_BY_ONE) }),
      async () => ({ chainedBatches: await chained(parts, rows, IN_BATCHES) }),
      async () => ({ bareChain: await bareChain(parts, ONE_BY_ONE) }),
      async () => ({ bareBatches: await bareChain(parts, IN_BATCHES) }),
    ];
    for (const way of round % 2 === 0 ? ways : ways.reverse()) {
      await parts.facts.settle();
      const measured = await way();
      if (round === 0) continue;
      for (const [name, value] of Object.entries(measured)) {
        figures[name as keyof typeof figures].push(value);
      }
    }
  }
  const shares = figures.logOff.map((off, round) => 1 - (figures.signed[round] ?? 0) / off);
  return {
    logOff: Math.round(median(figures.logOff)),
    logOn: Math.round(median(figures.logOn)),
    signed: Math.round(median(figures.signed)),
    lostShare: median(shares),
    chained: Math.round(median(figures.chained)),
    chainedBatches: Math.round(median(figures.chainedBatches)),
    bareChain: Math.round(median(figures.bareChain)),
    bareBatches: Math.round(median(figures.bareBatches)),
  };
}

async function withoutLog({ databaseUrl }: AppendParts, rows: number): Promise<number> {
  const service = await startUnlogged(databaseUrl);
  const seconds = await recordDevices(service, rows);
  await service.close();
  return rows / seconds;
}

async function withLog(parts: AppendParts, rows: number) {
  const { facts } = parts;
  const { service, close } = await startLogged(parts);
  await facts.drained();
  const before = await facts.size();
  const began = performance.now();
  const seconds = await recordDevices(service, rows);
  await facts.drained();
  const signedSeconds = (performance.now() - began) / 1_000;
  const entered = (await facts.size()) - before;
  if (entered < rows) throw new Error(`${rows} devices have ${entered} entries`);
  await close();
  return { logOn: rows / seconds, signed: rows / signedSeconds };
}

/** Devices a second, recorded with the log off and each with its row of a naive chain. */
async function chained(
  { adminUrl, databaseUrl }: AppendParts,
  rows: number,
  batches: Batches,
): Promise<number> {
  const chain = await NaiveChain.open(adminUrl, 1);
  const service = await startUnlogged(databaseUrl);
  const seconds = await chain.beneathRecording(ENTRY, () => recordDevices(service, rows, batches));
  await service.close();
  const length = await chain.length();
  if (length < rows) throw new Error(`${rows} devices have ${length} rows of the chain`);
  await chain.close();
  return rows / seconds;
}

/** Entries a second of a chain whose writers commit so many rows at once. */
async function bareChain({ adminUrl }: AppendParts, { rows, lanes }: Batches): Promise<number> {
  const chain = await NaiveChain.open(adminUrl, lanes);
  let appended = 0;
  const began = performance.now();
  const writer = async () => {
    while (performance.now() - began < CHAIN_MS) {
      if (rows === 1) await chain.append(ENTRY);
      else await chain.appendMany(ENTRY, rows);
      appended += rows;
    }
  };
  await Promise.all(Array.from({ length: lanes }, writer));
  const seconds = (performance.now() - began) / 1_000;
  await chain.close();
  return appended / seconds;
}
